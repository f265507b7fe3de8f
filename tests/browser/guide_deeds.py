"""The actions of the handbook that have no picture, run after the pictures are taken.

One function per such paragraph: it follows the quoted words only, and checks the effect.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.guide_walk import Walk, slip
from tests.browser.screenshots import PASSWORD

PROJECT = "水沟镇工业硅精深加工生产线"
OWN_PASSWORD = "Hanjiang-2012-07"
RECEIVED = "2012-07-12"


def entered(walk: Walk, voucher: str, amount: str) -> str:
    """Enter another receipt of July that waits for verification; returns its URL."""
    page = walk.as_("t13", "/projects/")
    page.locator(".ledger a", has_text=PROJECT).first.click()
    walk.press(page, "clerk", "填报到位资金", "Enter a receipt")
    page.fill("[name=received_on]", RECEIVED)
    page.fill("[name=amount]", amount)
    page.select_option("[name=kind]", "equipment")
    page.fill("[name=voucher_no]", voucher)
    page.select_option("[name=evidence_kind]", "bank_slip")
    page.set_input_files("[name=evidence]", [slip(walk.browser, voucher)])
    walk.press(page, "clerk", "提交认定", "Submit for verification")
    page.wait_for_url(lambda address: "/new/" not in address)
    return page.url.removeprefix(walk.home)


# The month


def receipt_comes_back(walk: Walk) -> None:
    address = entered(walk, "0712-01", "12")
    page = walk.as_("verifier", address)
    page.fill(".verdict [name=reason]", "凭证号与回单不符。")
    walk.press(page, "verifier", "退回填报单位", "Return to the unit")
    page = walk.as_("t13", "/")
    expect(page.locator("main")).to_contain_text("凭证号与回单不符。")
    page.goto("/receipts/")
    page.locator(f".ledger a[href='{address}']").first.click()
    walk.press(page, "clerk", "修改", "Change")
    page.fill("[name=voucher_no]", "0712-01-1")
    walk.press(page, "clerk", "提交认定", "Submit for verification")
    expect(page.locator(".page-head__sub")).to_contain_text("0712-01-1")


def clerk_withdraws(walk: Walk) -> None:
    address = entered(walk, "0712-02", "8")
    page = walk.as_("t13", address)
    walk.press(page, "clerk", "撤回", "Withdraw")
    page = walk.as_("verifier", "/receipts/")
    expect(page.locator(f"a[href='{address}']")).to_have_count(0)


def verifier_takes_several(walk: Walk) -> None:
    addresses = [entered(walk, "0712-03", "31"), entered(walk, "0712-04", "44")]
    page = walk.as_("verifier", "/receipts/")
    for address in addresses:
        row = page.locator(".ledger tr", has=page.locator(f"a[href='{address}']"))
        row.locator("[name=receipt]").check()
    walk.press(page, "verifier", "认定所选", "Verify the chosen ones")
    expect(page.locator("dl.facts")).to_contain_text("75.00")
    walk.press(page, "verifier", "认定", "Verify")
    for address in addresses:
        page.goto(address)
        expect(page.locator("#entries-title")).to_be_visible()
    walk.receipt = addresses[0]


def verifier_reverses(walk: Walk) -> None:
    page = walk.as_("verifier", walk.receipt)
    walk.press(page, "verifier", "冲销", "Reverse")
    page.fill("[name=reason]", "同一张回单重复填报。")
    walk.press(page, "verifier", "提请", "Propose")
    page = walk.as_("head", walk.receipt)
    walk.press(page, "verifier", "确认并入账", "Confirm and post")
    expect(page.locator("td", has_text="同一张回单重复填报").first).to_be_visible()


def head_decides_a_claim(walk: Walk) -> None:
    page = walk.as_("t13", "/claims/")
    page.locator("main a[href^='/claims/']", has_text=PROJECT).first.click()
    page.fill("[name=answer]", "接洽属实，同意。")
    walk.press(page, "clerk", "同意", "We agree")
    page = walk.as_("head", page.url)
    page.fill("[name=decision]", "按实际接洽情况，同意划分。")
    walk.press(page, "head", "核定份额", "Grant the share")
    expect(page.locator(".dispute")).to_contain_text("按实际接洽情况")


def head_sets_a_deadline(walk: Walk) -> None:
    page = walk.as_("head", "/reports/2012-07/")
    page.locator("details.fold summary").click()
    page.fill("[name=report_day]", "6")
    page.click("form[action$='/deadline/'] button")
    page.wait_for_load_state()
    expect(page.locator("[name=report_day]")).to_have_value("6")


# The beginning of the year


def head_saves_a_target(walk: Walk) -> None:
    page = walk.as_("head", "/targets/")
    row = page.locator("tr", has=page.locator("th", has_text="水沟镇"))
    boxes = row.locator("input")
    boxes.nth(0).fill("30001")
    for quarter in (1, 2, 3):
        boxes.nth(quarter).fill("")
    walk.press(page, "head", "按进度计划填充空格", "Fill empty quarters from the schedule")
    expect(boxes.nth(2)).not_to_have_value("")
    page.fill("[name=document_no]", "商政发〔2012〕31号")
    page.fill("[name=effective_on]", "2012-07-15")
    walk.press(page, "head", "保存调整", "Save the changes")
    expect(row).to_contain_text("商政发〔2012〕31号")


def head_records_a_target_from_above(walk: Walk) -> None:
    page = walk.as_("head", "/targets/2012/county/")
    page.select_option("[name=issuer]", index=1)
    page.fill("[name=amount]", "310000")
    page.fill("[name=effective_on]", "2012-07-01")
    page.fill("[name=document_no]", "商洛市政发〔2012〕9号")
    walk.press(page, "head", "记录", "Record")
    expect(page.locator("main")).to_contain_text("商洛市政发〔2012〕9号")


# The quarter


def head_takes_the_papers(walk: Walk) -> None:
    page = walk.as_("head", "/ranking/2012-06/")
    papers = {
        "xlsx": ("交账报表（Excel）", "Settlement workbook (Excel)"),
        "docx": ("通报（Word）", "Bulletin (Word)"),
    }
    for ending, words in papers.items():
        with page.expect_download() as taken:
            walk.press(page, "head", *words)
        assert taken.value.suggested_filename.endswith(ending)


def head_records_a_pledge(walk: Walk) -> None:
    page = walk.as_("head", "/meeting/2012-06/")
    page.select_option("[name=unit]", index=1)
    page.fill("[name=promised_amount]", "2000")
    page.fill("[name=due_on]", "2012-09-30")
    page.fill("[name=words]", "三季度补足差额。")
    walk.press(page, "head", "记录", "Record")
    expect(page.locator("main")).to_contain_text("三季度补足差额")


def leader_at_the_meeting(walk: Walk) -> None:
    page = walk.as_("leader", "/screen/")
    expect(page.locator("main.screen__main h1")).to_be_visible()
    page = walk.as_("leader", "/ranking/compare/")
    page.locator(".switches a").first.click()
    expect(page.locator("table.compare")).to_be_visible()


def quarter_is_reopened(walk: Walk) -> None:
    page = walk.as_("verifier", walk.quarter)
    walk.press(page, "head", "重新开账", "Reopen this quarter")
    page.fill("[name=reason]", "公布数字有误：一笔资金记错单位。")
    walk.press(page, "head", "提请重新开账", "Propose the reopening")
    page = walk.as_("head", walk.quarter)
    if page.locator("[name=password]").count():  # asked unless confirmed within ten minutes
        page.fill("[name=password]", PASSWORD)
    walk.press(page, "head", "确认重新开账", "Confirm the reopening")
    page.goto(f"{walk.quarter}settlements/1/")
    expect(page.locator("h1")).to_be_visible()


# Accounts


def clerk_signs_in_first(walk: Walk) -> None:
    page = new_password(walk)
    assert page.url.removeprefix(walk.home).startswith("/accounts/password/"), page.url
    page.fill("[name=old_password]", walk.slip)
    page.fill("[name=new_password1]", OWN_PASSWORD)
    page.fill("[name=new_password2]", OWN_PASSWORD)
    page.click("main form .btn-primary")
    page.wait_for_url(lambda address: "/accounts/" not in address)


def new_password(walk: Walk) -> Page:
    page = person(walk, "system")
    walk.press(page, "administrators", "发给一次性密码", "Give a one-time password")
    walk.slip = page.locator(".slip__facts code").nth(1).inner_text()
    page = walk.at_sign_in("t13b", walk.slip)
    page.wait_for_url(lambda address: "login" not in address)
    return page


def person(walk: Walk, office: str) -> Page:
    page = walk.as_(office, "/people/?q=t13b")
    page.click("text=王芳")
    page.wait_for_url("**/people/*/")
    if page.locator("form[action$='/password/'] [name=password]").count():
        page.fill("form[action$='/password/'] [name=password]", PASSWORD)
    return page


def name_is_locked_and_unlocked(walk: Walk) -> None:
    for attempt in range(6):
        walk.at_sign_in("t13b", f"wrong {attempt}").wait_for_load_state()
    page = person(walk, "security")
    walk.press(page, "administrators", "解锁", "Unlock")
    page = walk.at_sign_in("t13b", OWN_PASSWORD)
    page.wait_for_url(lambda address: "login" not in address)


def person_leaves(walk: Walk) -> None:
    page = person(walk, "system")
    walk.press(page, "administrators", "停用账号", "Switch the account off")
    page = walk.at_sign_in("t13b", OWN_PASSWORD)
    page.wait_for_load_state()
    assert "login" in page.url


def audit_exports(walk: Walk) -> None:
    walk.as_("leader", "/targets/")  # which is refused
    page = walk.as_("audit", "/trail/")
    page.check("[name=refused]")
    page.click(".filters button")
    page.wait_for_load_state()
    expect(page.locator("tr.is-refused").first).to_be_visible()
    with page.expect_download() as taken:
        walk.press(page, "administrators", "导出本表（Excel）", "This list as a workbook")
    assert taken.value.suggested_filename.endswith(".xlsx")


STEPS: tuple[Callable[[Walk], None], ...] = (
    receipt_comes_back,
    clerk_withdraws,
    verifier_takes_several,
    verifier_reverses,
    head_decides_a_claim,
    head_sets_a_deadline,
    head_saves_a_target,
    head_records_a_target_from_above,
    head_takes_the_papers,
    head_records_a_pledge,
    leader_at_the_meeting,
    quarter_is_reopened,
    clerk_signs_in_first,
    name_is_locked_and_unlocked,
    person_leaves,
    audit_exports,
)
