"""`make screenshots`: pictures of the sample county's pages, the same names every time.

    python -m tests.browser.screenshots [--only ranking,account] [--languages zh] [--whole] [--wide]
                                        [--at http://127.0.0.1:8000] [--into var/screenshots]

Starts a server with its own sample county and port, and writes only to its folder and `--into`.
"""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser.chromium import chinese_font, launched
from tests.browser.pictures import LANGUAGES, PICTURES, Picture

ROOT = Path(__file__).parents[2]
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
START_SECONDS = 900  # loading the sample takes minutes on a busy machine
PATIENCE_MS = 20_000
PASSWORD = "Shangnan-2012"  # of the sample only; also in README
MAX_BYTES = 200_000
COLOURS = (128, 64, 32, 16)


def main() -> None:
    parameters = parsed()
    chinese_font()
    parameters.into.mkdir(parents=True, exist_ok=True)
    served = contextlib.nullcontext(parameters.at) if parameters.at else sample_county()
    with served as home, sync_playwright() as playwright:
        browser = launched(playwright)
        for language in parameters.languages:
            for picture in parameters.pictures:
                for file in taken(browser, home, picture, language, parameters):
                    sys.stdout.write(f"{file}  {file.stat().st_size / 1000:.0f} KB\n")
        browser.close()


def parsed() -> argparse.Namespace:
    known = {picture.name: picture for picture in PICTURES}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default=",".join(known), help="names of pictures, by commas")
    parser.add_argument("--languages", default="zh,en", type=lambda text: text.split(","))
    parser.add_argument("--whole", action="store_true", help="the page to its end, not one window")
    parser.add_argument("--wide", action="store_true", help="no phone and no paper")
    parser.add_argument("--at", default="", help="a served sample county; otherwise one is started")
    parser.add_argument("--into", default=VAR / "screenshots", type=Path)
    parameters = parser.parse_args()
    parameters.pictures = [known[name] for name in parameters.only.split(",")]
    return parameters


@contextlib.contextmanager
def sample_county(folder: Path = VAR / "screenshots-county") -> Iterator[str]:
    """A server of this copy with the sample county, stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    settings = {
        "VAR_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--sample"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=sys.stderr,
    )
    try:
        answers(home, server)
        yield home
    finally:
        server.terminate()
        server.wait(timeout=60)


def answers(home: str, server: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + START_SECONDS
    while time.monotonic() < last and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{home}/accounts/login/"):
            return
        time.sleep(0.3)
    raise SystemExit("The server for the pictures did not start; its last words are above.")


def taken(
    browser: Browser, home: str, picture: Picture, language: str, parameters: argparse.Namespace
) -> Iterator[Path]:
    """The picture in each of its widths, and on paper."""
    for width in picture.widths[:1] if parameters.wide else picture.widths:
        page = opened(browser, home, picture, language, width)
        file = parameters.into / f"{picture.name}-{language}-{width}.png"
        shot = page.locator(picture.part).first if picture.part else page
        whole = {} if picture.part else {"full_page": parameters.whole}
        png = shot.screenshot(**whole)
        file.write_bytes(png if parameters.whole else small(png))
        yield file
        if picture.paper and width == picture.widths[0] and not parameters.wide:
            paper = parameters.into / f"{picture.name}-{language}.pdf"
            page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
            yield paper
        page.context.close()


def opened(browser: Browser, home: str, picture: Picture, language: str, width: int) -> Page:
    context = browser.new_context(
        base_url=home,
        viewport={"width": width, "height": picture.height},
        storage_state=signed_in(browser, home, picture.who),
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "language", "value": LANGUAGES[language], "url": home}])
    page = context.new_page()
    page.goto(picture.address)
    if picture.follow:
        page.goto(page.locator(picture.follow).first.get_attribute("href") or "")
    if picture.before:
        picture.before(page)
    return page


@cache
def signed_in(browser: Browser, home: str, who: str) -> StorageState | None:
    """The cookies of one sign-in per person."""
    if not who:
        return None
    page = browser.new_page(base_url=home)
    page.goto("/accounts/login/")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)
    cookies = page.context.storage_state()
    page.close()
    return cookies


def small(png: bytes) -> bytes:
    """The picture with few colours: under 200 KB, small enough for the documents."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        out = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    main()
