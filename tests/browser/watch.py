"""Collects errors of a page in the browser."""

from playwright.sync_api import ConsoleMessage, Page, Request

# Browsers log this for every 403 and 404, also for expected ones.
EXPECTED = "Failed to load resource"


def watch(page: Page, home: str, complaints: list[str]) -> None:
    """Script errors, CSP violations, and requests to other hosts."""

    def note_request(request: Request) -> None:
        if not request.url.startswith((home, "data:", "blob:", "about:")):
            complaints.append(f"request to {request.url}")

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            complaints.append(f"console: {message.text}")

    page.on("request", note_request)
    page.on("console", note_console)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
