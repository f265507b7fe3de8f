"""Finds or installs a Chromium (or Chrome) and a Chinese font for the browser tests.

Tries an installed browser, then Debian's package (as root), then playwright's own. If all fail, it
ends with an instruction: the browser tests are never skipped. Run as a program, it prepares the
machine once, before the tests run in parallel.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/snap/bin/chromium",
)
FONT_PLACES = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ADVICE = (
    "The browser tests need Chromium (or Chrome) and a Chinese font; {missing} is missing.\n"
    "Debian, Ubuntu: apt-get install chromium fonts-noto-cjk\n"
    "elsewhere: install Google Chrome and Noto Sans CJK, then run the tests again."
)


def chromium() -> Path:
    """The browser to use; installed now if the machine has none."""
    found = _installed_browser()
    if found is None:
        _install_packages("chromium")
        found = _installed_browser() or _playwright_browser(install=True)
    if found is None:
        raise SystemExit(ADVICE.format(missing="a browser"))
    return found


def launched(playwright: Playwright) -> Browser:
    """With Chromium's sandbox where possible: not as root, nor in most containers."""
    path = chromium()
    if os.geteuid() != 0:
        with contextlib.suppress(Error):
            return playwright.chromium.launch(executable_path=path, args=QUIET)
    return playwright.chromium.launch(executable_path=path, args=[*QUIET, "--no-sandbox"])


def chinese_font() -> None:
    """Without one every character is a box, and a layout test would measure boxes."""
    if not _has_chinese_font():
        _install_packages("fonts-noto-cjk")
    if not _has_chinese_font():
        raise SystemExit(ADVICE.format(missing="a Chinese font"))


def _installed_browser() -> Path | None:
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    for place in PLACES:
        if Path(place).exists():
            return Path(place)
    return _playwright_browser(install=False)


def _playwright_browser(*, install: bool) -> Path | None:
    if install:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False, timeout=600)
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _install_packages(*packages: str) -> None:
    """Install Debian packages if permitted; the caller checks the result."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-q", *command], check=False, env=environment, timeout=600)


def _has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
        return bool(listed.stdout.strip())
    if sys.platform == "darwin":
        return True  # every macOS has one
    return any(
        any(Path(place).expanduser().rglob(pattern))
        for place in FONT_PLACES
        for pattern in ("*CJK*", "*wqy*", "*DroidSansFallback*")
    )


if __name__ == "__main__":
    chinese_font()
    sys.stdout.write(f"browser: {chromium()}\n")
