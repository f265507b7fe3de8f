"""E-mail by a county's own SMTP server."""

import smtplib
from collections.abc import Sequence
from typing import Final

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from units.models import OutboxMessage, Sending
from units.outbox.robots import TITLE, NotTaken

SECONDS: Final = 10


class Refused(NotTaken):
    """The server refused the address for good; trying again would not help."""


def send(sending: Sending, address: str, messages: Sequence[OutboxMessage]) -> None:
    """One mail with these notices. Raises NotTaken, Refused for good.

    The Message-ID is made of the notices: should the connection break after the server took the
    mail, the repeated one is the same to mail servers and readers.
    """
    subject = messages[0].words[:60] if len(messages) == 1 else f"待办提醒{len(messages)}条"
    mail = EmailMessage(
        f"〔{TITLE}〕{subject}",
        body_of(sending, messages),
        sending.sender,
        [address],
        connection=_connection(sending),
        headers={"Message-ID": _message_id(sending, messages), "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise (Refused if min(codes) >= 500 else NotTaken)(_said(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(_said(error)) from error


def body_of(sending: Sending, messages: Sequence[OutboxMessage]) -> str:
    return "\n\n".join(
        message.words + (f"\n{link_of(sending, message)}" if link_of(sending, message) else "")
        for message in messages
    )


def link_of(sending: Sending, message: OutboxMessage) -> str:
    """Where the person does it; empty while the county has not said where the program is."""
    return sending.site.rstrip("/") + message.path if sending.site and message.path else ""


def _connection(sending: Sending) -> BaseEmailBackend:
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=sending.host,
        port=sending.port,
        username=sending.username,
        password=sending.password,
        use_tls=sending.security == Sending.Security.STARTTLS,
        use_ssl=sending.security == Sending.Security.TLS,
        timeout=SECONDS,
    )


def _message_id(sending: Sending, messages: Sequence[OutboxMessage]) -> str:
    host = sending.sender.rpartition("@")[2]
    keys = f"{messages[0].pk}-{messages[-1].pk}-{len(messages)}"
    return f"<jiaozhang-{keys}-{messages[0].made_at:%Y%m%d%H%M%S}@{host}>"


def _said(error: Exception) -> str:
    return str(error)[:300]
