"""Walks through the handbook in a browser: signs people in, presses buttons, takes pictures.

Buttons are pressed only by the words that docs/guide quotes.
"""

import sys

from playwright.sync_api import Browser, FilePayload, Page

from tests.browser.pictures import LANGUAGES
from tests.browser.screenshots import PASSWORD, ROOT, small

GUIDE = ROOT / "docs" / "guide"
INTO = GUIDE / "pictures"
PATIENCE_MS = 30_000
VOUCHER = "商农行2012-0710-07"


class Walk:
    """One language: the signed-in people, their pages, and the picture folder."""

    def __init__(self, browser: Browser, home: str, language: str) -> None:
        self.browser, self.home, self.language = browser, home, language
        self.pages: dict[str, Page] = {}
        self.receipt = self.quarter = self.slip = ""

    def as_(self, who: str, address: str, password: str = PASSWORD) -> Page:
        """The page of that person, who signs in on first use."""
        if who not in self.pages:
            self.pages[who] = self.at_sign_in(who, password)
            self.pages[who].wait_for_url(lambda found: "login" not in found)
        page = self.pages[who]
        page.goto(address)
        return page

    def at_sign_in(self, who: str, password: str) -> Page:
        """A separate browser context in which that name and password were submitted."""
        context = self.browser.new_context(
            base_url=self.home,
            viewport={"width": 1200, "height": 880},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        cookie = {"name": "language", "value": LANGUAGES[self.language], "url": self.home}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        return page

    def press(self, page: Page, role: str, chinese: str, english: str) -> None:
        """Press the button, link or fold with the words that the role's handbook quotes."""
        words = chinese if self.language == "zh" else english
        text = (GUIDE / self.language / f"{role}.md").read_text(encoding="utf-8")
        if f"“{words}”" not in text:
            raise SystemExit(
                f"The handbook of {role} does not tell of “{words}” ({self.language})."
            )
        actions = page.locator("main").locator("a:not(.term), button, summary")
        pressed = actions.filter(has_text=words, visible=True)
        pressed.first.click()
        page.wait_for_load_state()

    def shot(self, page: Page, name: str, part: str = "") -> None:
        """A picture of the window, or scrolled to the part that the step is about."""
        if part:
            page.locator(part).first.scroll_into_view_if_needed()
            page.evaluate("part => document.querySelector(part).scrollIntoView()", part)
        file = INTO / f"{name}-{self.language}.png"
        file.write_bytes(small(page.screenshot()))
        sys.stdout.write(f"{file.name}  {file.stat().st_size / 1000:.0f} KB\n")


PAPER = """<meta charset="utf-8"><style>body {{ font: 20px sans-serif; margin: 32px }} td {{ padding: 6px 24px 6px 0 }}</style>
<h3>商南县农村商业银行 进账单（样张）</h3><table>
<tr><td>日期<td>2012年7月10日<tr><td>付款人<td>河南砾原硅业有限公司<tr><td>收款人<td>水沟镇工业硅项目部
<tr><td>金额<td>¥3,500,000.00<tr><td>用途<td>电炉设备款<tr><td>编号<td>{number}</table>"""


def slip(browser: Browser, number: str = VOUCHER) -> FilePayload:
    """The bank slip that the clerk attaches."""
    page = browser.new_page(viewport={"width": 640, "height": 400})
    page.set_content(PAPER.format(number=number))
    picture = page.screenshot()
    page.close()
    return {"name": "银行回单.png", "mimeType": "image/png", "buffer": picture}
