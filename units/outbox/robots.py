"""What group robots of WeCom, DingTalk and Feishu take: JSON to an address, signed where asked.

Forms: WeCom 群机器人配置说明, DingTalk 自定义机器人安全设置 (加签), Feishu 自定义机器人 (签名校验).
Only the services' own hosts are called, and those that the administrator names in NOTICE_HOSTS.
"""

import base64
import hashlib
import hmac
import json
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from units.models import Robot

HOSTS: Final = {
    Robot.Service.WECOM: "qyapi.weixin.qq.com",
    Robot.Service.DINGTALK: "oapi.dingtalk.com",
    Robot.Service.FEISHU: "open.feishu.cn",
}
TITLE: Final = "招商引资交账"
SECONDS: Final = 10
LONGEST_ANSWER: Final = 64 * 1024


class NotTaken(Exception):
    """The service did not take the message; the text says what it answered."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


def is_allowed(service: str, address: str) -> bool:
    """An address of the service itself over TLS, or of a host that the administrator named."""
    parts = urlsplit(address)
    if parts.hostname in settings.NOTICE_HOSTS:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and parts.hostname == HOSTS.get(Robot.Service(service))


def send(robot: Robot, words: str, link: str, *, seconds_now: int) -> None:
    """Send one message. Raises NotTaken; ``seconds_now`` is the time in the signature."""
    if not is_allowed(robot.service, robot.address):
        raise NotTaken("the address is not one of the service")
    address, body = request_of(robot, words, link, seconds_now)
    answer = _post(address, body)
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    if code != 0:
        raise NotTaken(json.dumps(answer, ensure_ascii=False)[:200])


def request_of(robot: Robot, words: str, link: str, seconds_now: int) -> tuple[str, dict[str, Any]]:
    """The address and the JSON of a message, as the service wants it."""
    if robot.service == Robot.Service.FEISHU:
        return robot.address, _feishu(words, link, robot.secret, seconds_now)
    linked = f"{words}\n\n[{_OPEN}]({link})" if link else words
    if robot.service == Robot.Service.WECOM:
        return robot.address, {"msgtype": "markdown", "markdown": {"content": linked}}
    body = {"msgtype": "markdown", "markdown": {"title": TITLE, "text": f"#### {TITLE}\n{linked}"}}
    return _signed_for_dingtalk(robot, seconds_now * 1000), body


_OPEN: Final = "打开系统办理"


def _signed_for_dingtalk(robot: Robot, milliseconds: int) -> str:
    if not robot.secret:
        return robot.address
    said = f"{milliseconds}\n{robot.secret}".encode()
    sign = base64.b64encode(hmac.digest(robot.secret.encode(), said, hashlib.sha256)).decode()
    between = "&" if urlsplit(robot.address).query else "?"
    return f"{robot.address}{between}timestamp={milliseconds}&sign={quote_plus(sign)}"


def _feishu(words: str, link: str, secret: str, seconds: int) -> dict[str, Any]:
    text = f"{TITLE}\n{words}" + (f"\n{link}" if link else "")
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        key = f"{seconds}\n{secret}".encode()
        sign = base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()
        body = {"timestamp": str(seconds), "sign": sign, **body}
    return body


def _post(address: str, body: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    asked = Request(address, data, headers)  # noqa: S310 - is_allowed has checked the scheme
    try:
        with build_opener(_NoRedirect).open(asked, timeout=SECONDS) as answer:
            found = json.loads(answer.read(LONGEST_ANSWER))
    except HTTPError as error:
        raise NotTaken(f"HTTP {error.code}") from error
    except (URLError, OSError, ValueError) as error:
        raise NotTaken(str(getattr(error, "reason", error))) from error
    return found if isinstance(found, dict) else {}
