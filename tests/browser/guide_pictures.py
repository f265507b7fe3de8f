"""`make screenshots`: runs the month and the quarter of docs/guide and takes its pictures.

    python -m tests.browser.guide_pictures [--languages zh]

Runs every step of the handbook in order, for each language on a fresh copy of the sample county.
The pictures go to docs/guide/pictures.
"""

import argparse
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import guide_deeds
from tests.browser.chromium import chinese_font, launched
from tests.browser.guide_walk import INTO, VOUCHER, Walk, slip
from tests.browser.screenshots import PASSWORD, VAR, sample_county

REST_SECONDS = 120
PROJECT = "水沟镇工业硅精深加工生产线"
SECOND_QUARTER = re.compile("2012年4月1日|1 April 2012")  # its first day

# The month: July 2012


def clerk_enters_a_receipt(walk: Walk) -> None:
    page = walk.as_("t13", "/")
    walk.shot(page, "clerk-account")
    page.goto("/projects/")
    page.click(f"text={PROJECT}")
    page.click("a[href$='/receipts/new/']")
    page.fill("[name=received_on]", "2012-07-10")
    page.fill("[name=amount]", "350")
    page.select_option("[name=kind]", "equipment")
    page.fill("[name=voucher_no]", VOUCHER)
    page.select_option("[name=evidence_kind]", "bank_slip")
    page.set_input_files("[name=evidence]", [slip(walk.browser)])
    walk.shot(page, "clerk-receipt")
    page.click("button[value=submit]")
    page.wait_for_url(lambda address: "/new/" not in address)
    walk.shot(page, "clerk-submitted")
    walk.receipt = page.url.removeprefix(walk.home)


def clerk_files_the_report(walk: Walk) -> None:
    page = walk.as_("t13", "/reports/2012-07/")
    page.fill("[name=trips]", "1")
    page.fill("[name=reserve_projects]", "1")
    walk.shot(page, "clerk-report")
    page.click("main form.form .btn-primary")


def another_unit_claims_a_share(walk: Walk) -> None:
    page = walk.as_("t01", "/claims/new/")
    page.fill("[name=project]", PROJECT)
    page.fill("[name=basis_points]", "20")
    page.fill("[name=reason]", "2011年8月首次接洽投资方，并两次陪同选址。")
    page.click("main form.form .btn-primary")
    page.wait_for_url(lambda address: "/new/" not in address)


def verifier_verifies(walk: Walk) -> None:
    page = walk.as_("verifier", "/receipts/")
    walk.shot(page, "verifier-queue")
    page.goto(walk.receipt)
    walk.shot(page, "verifier-receipt")
    if page.locator(".verdict [name=word]").count():
        page.fill(".verdict [name=word]", "已核对原始凭证。")
    page.click(".verdict button[accesskey=v]")
    page.wait_for_load_state()
    page.goto(walk.receipt)
    walk.shot(page, "verifier-entries", "#entries-title")


def verifier_reminds(walk: Walk) -> None:
    page = walk.as_("verifier", "/reports/2012-06/")
    walk.shot(page, "verifier-reports")
    page.click("form[action$='/remind/'] button")


def head_sets_targets_and_reads_claims(walk: Walk) -> None:
    walk.shot(walk.as_("head", "/targets/2012/"), "head-targets")
    walk.shot(walk.as_("head", "/claims/"), "head-claims")


# The quarter: the second of 2012


def verifier_proposes(walk: Walk) -> None:
    page = walk.as_("verifier", "/periods/?year=2012")
    row = page.locator(".ledger tr", has_text=SECOND_QUARTER).first
    walk.quarter = row.locator("a").first.get_attribute("href") or ""
    page.goto(walk.quarter)
    page.click("form[action$='/review/'] button")
    page.wait_for_load_state()
    tick_all(page)
    page.fill("[name=password]", PASSWORD)
    walk.shot(page, "verifier-checks", "#checks-title")
    page.click("form[action$='/propose/'] .btn-primary")
    page.wait_for_load_state()


def head_confirms(walk: Walk) -> None:
    page = walk.as_("head", walk.quarter)
    tick_all(page)
    page.fill("[name=password]", PASSWORD)
    walk.shot(page, "head-confirm", ".checks tbody tr:nth-child(4)")
    page.click("form[action$='/confirm/'] .btn-primary")
    page.wait_for_load_state()
    page.goto(f"{walk.quarter}settlements/1/")
    walk.shot(page, "head-settlement")


def tick_all(page: Page) -> None:
    for tick in page.locator("[name=known]").all():
        tick.check()


def leader_reads(walk: Walk) -> None:
    walk.shot(walk.as_("leader", "/ranking/2012-06/"), "leader-ranking")
    walk.shot(walk.as_("leader", "/units/611023T13/explain/?as_of=2012-06-30"), "leader-explain")
    walk.shot(walk.as_("leader", "/composition/2012-06/"), "leader-composition")
    walk.shot(walk.as_("leader", "/meeting/2012-06/"), "leader-meeting")


def administrators_add_a_person(walk: Walk) -> None:
    page = walk.as_("system", "/people/new/")
    page.fill("[name=username]", "t13b")
    page.fill("[name=name]", "王芳")
    page.select_option("[name=place]", label="水沟镇")
    walk.shot(page, "administrators-person")
    page.click("main form.form .btn-primary")
    page.wait_for_load_state()
    page = walk.as_("security", "/people/?q=t13b")
    page.click("text=王芳")
    page.wait_for_url("**/people/*/")
    page.select_option("[name=role]", "clerk")
    page.fill("[name=password]", PASSWORD)
    walk.shot(page, "administrators-role")
    page.click("form[action$='/role/'] .btn-primary")
    page.wait_for_load_state()


def administrators_look(walk: Walk) -> None:
    walk.shot(walk.as_("audit", "/trail/"), "administrators-trail")


STEPS: tuple[Callable[[Walk], None], ...] = (
    clerk_enters_a_receipt,
    clerk_files_the_report,
    another_unit_claims_a_share,
    verifier_verifies,
    verifier_reminds,
    head_sets_targets_and_reads_claims,
    verifier_proposes,
    head_confirms,
    leader_reads,
    administrators_add_a_person,
    administrators_look,
)


def rest(folder: Path) -> None:
    """Wait for the embedded database, which stops soon after its last user has ended."""
    last = time.monotonic() + REST_SECONDS
    while (folder / "pgdata" / "postmaster.pid").exists():
        if time.monotonic() > last:
            raise SystemExit(f"The database under {folder} does not stop.")
        time.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--languages", default="zh,en", type=lambda text: text.split(","))
    chinese_font()
    INTO.mkdir(parents=True, exist_ok=True)
    loaded, used = VAR / "guide-loaded", VAR / "guide-county"
    with sample_county(loaded):
        pass  # loaded once; each language uses a copy
    rest(loaded)
    for language in parser.parse_args().languages:
        shutil.rmtree(used, ignore_errors=True)
        subprocess.run(["cp", "-a", str(loaded), str(used)], check=True)  # keeps the file owners
        with sample_county(used) as home, sync_playwright() as playwright:
            browser = launched(playwright)
            walk = Walk(browser, home, language)
            for step in (*STEPS, *guide_deeds.STEPS):
                step(walk)
            browser.close()


if __name__ == "__main__":
    main()
