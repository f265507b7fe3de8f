"""Do the tests bite? Put one fault after another into a copy of the program and run the tests.

    python tests/seeded_faults.py            every fault
    python tests/seeded_faults.py posting    the faults whose file or sentence contains a word

Each fault names the file, the text it replaces, and the tests that must fail for it (quality 50). A
fault that survives, or whose text is no longer found, ends the run with status 1. The working tree
is never touched: the faults are put into a copy in a temporary folder.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("units", "projects", "ledger", "templates", "static", "locale", "tests")


@dataclass(frozen=True)
class Fault:
    file: str
    old: str
    new: str
    tests: str
    says: str


FAULTS = (
    # standing: the tiers, the ranks, the claim
    Fault(
        "ledger/rules/standing.py",
        "received >= target:",
        "received > target:",
        "ledger/test_standing.py",
        "completed only above the target",
    ),
    Fault(
        "ledger/rules/standing.py",
        "if gap(received, benchmark) >= 0:",
        "if gap(received, benchmark) > 0:",
        "ledger/test_standing.py",
        "on schedule only above the benchmark",
    ),
    Fault(
        "ledger/rules/standing.py",
        "if received <= 0:",
        "if received < 0:",
        "ledger/test_standing.py",
        "nothing received is behind",
    ),
    Fault(
        "ledger/rules/standing.py",
        "or target <= 0:\n        return Tier",
        "or target < 0:\n        return Tier",
        "ledger/test_standing.py",
        "a target of zero is a target",
    ),
    Fault(
        "ledger/rules/standing.py",
        "return as_of.month if is_last_day else as_of.month - 1",
        "return as_of.month",
        "ledger/test_standing.py",
        "a month counts from its first day",
    ),
    Fault(
        "ledger/rules/standing.py",
        "under * next_under * 3)",
        "under * next_under * 4)",
        "ledger/test_standing.py",
        "a quarter has four months",
    ),
    Fault(
        "ledger/rules/standing.py",
        "first.setdefault(value, place)",
        "first[value] = place",
        "ledger/test_standing.py",
        "ties share the lower rank",
    ),
    Fault(
        "ledger/rules/standing.py",
        "completed_months(as_of) >= 6",
        "completed_months(as_of) >= 5",
        "ledger/test_standing.py",
        "half the year is over in May",
    ),
    Fault(
        "ledger/rules/standing.py",
        "2 * received >= target",
        "2 * received > target",
        "ledger/test_standing.py",
        "half of the target does not suffice",
    ),
    Fault(
        "units/targets/schedule.py",
        "fen * part // FULL",
        "-(-fen * part // FULL)",
        "units/test_schedule.py",
        "quarter targets round up",
    ),
    # shares
    Fault(
        "units/ground/basis_points.py",
        "FULL: Final = 10_000",
        "FULL: Final = 10_001",
        "projects/test_shares.py",
        "shares make 100.01 %",
    ),
    # league: who and what is counted
    Fault(
        "ledger/ranking/figures.sql",
        "posted_at <= %(known_by)s",
        "posted_at < %(known_by)s",
        "ledger/test_machine.py ledger/test_periods.py",
        "known by leaves the moment out",
    ),
    Fault(
        "ledger/ranking/figures.sql",
        "counted_on BETWEEN %(start)s AND %(as_of)s",
        "counted_on >= %(start)s AND counted_on < %(as_of)s",
        "ledger/test_league.py",
        "the last day is not counted",
    ),
    Fault(
        "ledger/ranking/gathering.py",
        "Entry.objects.filter(county=county, counted_on__range",
        "Entry.objects.filter(counted_on__range",
        "ledger/test_figures.py",
        "other counties' entries count",
    ),
    Fault(
        "ledger/ranking/figures.sql",
        "counted_on BETWEEN %(start)s",
        "received_on BETWEEN %(start)s",
        "ledger/test_periods.py ledger/test_machine.py",
        "late money counts on the day received",
    ),
    Fault(
        "units/models.py",
        "has_begun and (ended_on is None or ended_on >= day)",
        "has_begun and (ended_on is None or ended_on > day)",
        "ledger/test_league.py",
        "a unit is gone on its last day",
    ),
    Fault(
        "ledger/ranking/gathering.py",
        "as_of__lt=before",
        "as_of__lte=before",
        "ledger/test_league.py",
        "movement is measured against the quarter itself",
    ),
    Fault(
        "units/targets/record.py",
        "effective_on__lte=as_of",
        "effective_on__lt=as_of",
        "ledger/test_league.py",
        "a target counts from the day after",
    ),
    Fault(
        "units/targets/record.py",
        '"-effective_on", "-id"',
        '"effective_on", "-id"',
        "ledger/test_league.py",
        "the oldest target counts",
    ),
    Fault(
        "units/targets/record.py",
        "year=year, issuer=issuer, ",
        "year=year, ",
        "units/test_targets.py ledger/test_league.py",
        "the city's targets count as the county's",
    ),
    # posting: who may, when, how much
    Fault(
        "ledger/entries/posting.py",
        "    _demand_another(receipt, by)\n",
        "",
        "ledger/test_posting.py",
        "one verifies what he entered",
    ),
    Fault(
        "ledger/entries/posting.py",
        "receipt.counted_on = max(receipt.received_on, period.starts_on)",
        "receipt.counted_on = receipt.received_on",
        "ledger/test_periods.py",
        "late money keeps its day",
    ),
    Fault(
        "ledger/entries/posting.py",
        "amount=-entry.amount",
        "amount=entry.amount",
        "ledger/test_posting.py",
        "a reversal adds",
    ),
    Fault(
        "ledger/entries/posting.py",
        "at = max(at, posted_at)",
        "pass",
        "ledger/test_periods.py",
        "moments fall along a chain",
    ),
    Fault(
        "ledger/entries/posting.py",
        "project.signed_on.year == counted_on.year",
        "project.signed_on.year <= counted_on.year",
        "ledger/test_league.py",
        "carry-over counts as new",
    ),
    Fault(
        "ledger/entries/posting.py",
        "    evidence.demand_complete(receipt)\n",
        "",
        "ledger/test_posting.py ledger/test_evidence.py",
        "evidence is not demanded",
    ),
    Fault(
        "ledger/regions/rollup.py",
        "as_of.replace(month=1, day=1), as_of",
        "as_of.replace(day=1), as_of",
        "ledger/test_rollup.py",
        "a roll-up leaves out the months before",
    ),
    Fault(
        "ledger/ranking/summaries.py",
        "into_successors(members, as_of, credited_of(members), Sums())",
        "credited_of(members)",
        "ledger/test_summaries.py",
        "a region leaves merged towns apart",
    ),
    Fault(
        "ledger/entries/locks.py",
        "if period.state != Period.State.CLOSED:",
        "if True:",
        "ledger/test_periods.py",
        "posting does not look whether the quarter is closed",
    ),
    # the locks and the database's own refusals
    Fault(
        "ledger/entries/locks.py",
        "Period.objects.select_for_update().get(pk=period_id)",
        "Period.objects.get(pk=period_id)",
        "ledger/test_periods.py",
        "closing takes no lock",
    ),
    Fault(
        "ledger/migrations/0001_initial.py",
        "WHERE id = NEW.period_id FOR SHARE;",
        "WHERE id = NEW.period_id;",
        "ledger/test_periods.py",
        "the trigger reads the quarter without a lock",
    ),
    Fault(
        "ledger/migrations/0001_initial.py",
        "IF quarter.state = 'closed' THEN",
        "IF quarter.state = 'shut' THEN",
        "ledger/test_periods.py",
        "the trigger does not know a closed quarter",
    ),
    Fault(
        "ledger/migrations/0001_initial.py",
        "OR quarter.quarter <> extract(quarter FROM NEW.counted_on)",
        "",
        "ledger/test_periods.py",
        "an entry may lie in another quarter",
    ),
    Fault(
        "projects/migrations/0001_initial.py",
        "IF whole IS DISTINCT FROM 10000",
        "IF whole IS DISTINCT FROM whole",
        "projects/test_shares_database.py",
        "the database lets shares miss 100 %",
    ),
    # closing
    Fault(
        "ledger/quarter/closing.py",
        "known_by = max(at, last.posted_at) if last else at",
        "known_by = at",
        "ledger/test_periods.py",
        "a clock behind leaves an entry out of the settlement",
    ),
    Fault(
        "ledger/quarter/closing.py",
        "if period.ends_on >= timezone.localdate(at):",
        "if period.ends_on > timezone.localdate(at):",
        "ledger/test_periods.py",
        "a quarter can be closed on its last day",
    ),
    Fault(
        "ledger/quarter/closing.py",
        "    _demand_earlier_closed(period)\n",
        "",
        "ledger/test_periods.py",
        "quarters close in any order",
    ),
    Fault(
        "ledger/quarter/closing.py",
        "    _demand_later_open(period)\n",
        "",
        "ledger/test_periods.py",
        "an older quarter opens under a newer one",
    ),
    # proof
    Fault(
        "ledger/quarter/proof.py",
        '(fields["position"], prev_hash, content_hash) == (position, head, expected)',
        '(fields["position"], content_hash) == (position, expected)',
        "ledger/test_proof.py",
        "the previous hash is not compared",
    ),
    Fault(
        "ledger/rules/chain.py",
        '    "is_new": "is_new",\n',
        "",
        "ledger/test_proof.py",
        "the hash leaves a field out",
    ),
    # access
    Fault(
        "units/access.py",
        "return rows.filter(**{unit: user.unit_id})",
        "return rows.filter(**{county: user.county_id})",
        "units/test_access.py ledger/test_views_receipts.py",
        "a clerk sees the whole county",
    ),
    Fault(
        "units/access.py",
        "return rows.filter(**{county: user.county_id})",
        "return rows",
        "units/test_access.py ledger/test_views_receipts.py",
        "the bureau sees every county",
    ),
    # amounts
    Fault(
        "units/ground/money.py",
        'MAX_YUAN: Final = Decimal("9999999999999.99")',
        'MAX_YUAN: Final = Decimal("99999999999999.99")',
        "units/test_money.py",
        "amounts pass what Excel can hold",
    ),
    # what is entered, doubted, proved by evidence, reported, claimed
    Fault(
        "projects/shares.py",
        "-remainders[place]",
        "remainders[place]",
        "projects/test_shares.py",
        "the smallest remainder gets the fen",
    ),
    Fault(
        "projects/shares.py",
        'sign = "-" if fen < 0 else ""',
        'sign = ""',
        "projects/test_shares.py",
        "a reversal loses its sign",
    ),
    Fault(
        "ledger/entries/submission.py",
        "    if receipt.version != version:\n        raise Overtaken(",
        "    if False:\n        raise Overtaken(",
        "ledger/test_submission.py",
        "a version that nobody saw is overwritten",
    ),
    Fault(
        "ledger/entries/submission.py",
        "    if not draft.equals(receipt):",
        "    if False:",
        "ledger/test_submission.py",
        "the same key with another content passes",
    ),
    Fault(
        "ledger/entries/posting.py",
        "    if receipt.version != version:",
        "    if False:",
        "ledger/test_posting.py ledger/test_concurrency.py",
        "changed content can be verified",
    ),
    Fault(
        "ledger/entries/posting.py",
        "    if found and not word.strip():",
        "    if False:",
        "ledger/test_doubts.py ledger/test_posting.py",
        "doubts ask for no word",
    ),
    Fault(
        "ledger/entries/draft.py",
        "if draft.received_on > today:",
        "if draft.received_on >= today:",
        "ledger/test_submission.py ledger/test_posting.py",
        "money of today is refused",
    ),
    Fault(
        "ledger/entries/draft.py",
        "if received_on < signed_on:",
        "if received_on <= signed_on:",
        "ledger/test_submission.py ledger/test_posting.py",
        "money of the signing day is refused",
    ),
    Fault(
        "ledger/entries/draft.py",
        "if draft.amount > SLIP * introduced and not draft.note:",
        "if draft.amount >= SLIP * introduced and not draft.note:",
        "ledger/test_submission.py ledger/test_posting.py",
        "ten times exactly asks for a note",
    ),
    Fault(
        "ledger/entries/draft.py",
        "if period.is_in_review and not may(by, Right.RECEIPT_VERIFY):",
        "if False:",
        "ledger/test_periods.py ledger/test_submission.py",
        "units submit into a quarter in review",
    ),
    Fault(
        "ledger/entries/doubts.py",
        "other.unit_id != receipt.unit_id",
        "other.pk != receipt.pk",
        "ledger/test_doubts.py",
        "one's own unit counts as another",
    ),
    Fault(
        "ledger/entries/doubts.py",
        "<= NEAR",
        "< NEAR",
        "ledger/test_doubts.py",
        "the thirtieth day is far",
    ),
    Fault(
        "ledger/entries/doubts.py",
        "sha256__in=by_hash,\n        removed_at=None,",
        "sha256__in=by_hash,",
        "ledger/test_doubts.py",
        "a removed file still raises a doubt",
    ),
    Fault(
        "ledger/entries/evidence.py",
        "            if size > MOST_BYTES:",
        "            if size >= MOST_BYTES:",
        "ledger/test_evidence.py",
        "exactly 20 MB is refused",
    ),
    Fault(
        "ledger/entries/evidence.py",
        "if kind in required - there",
        "if kind in required",
        "ledger/test_posting.py",
        "evidence that is there is missing",
    ),
    Fault(
        "ledger/quarter/reports.py",
        "timezone.localdate(self.report.filed_at) > self.due_on",
        "timezone.localdate(self.report.filed_at) >= self.due_on",
        "ledger/test_reports.py",
        "the day of the deadline is late",
    ),
    Fault(
        "ledger/quarter/reports.py",
        "state=Period.State.CLOSED,",
        "state=Period.State.REVIEW,",
        "ledger/test_reports.py",
        "reports of a closed quarter can be changed",
    ),
    Fault(
        "ledger/entries/claims.py",
        "    if by.unit_id != claim.project.lead_unit_id:",
        "    if False:",
        "ledger/test_claims.py",
        "anybody answers a claim",
    ),
    Fault(
        "ledger/quarter/closing.py",
        "    if first.pk == second.pk:",
        "    if False:",
        "ledger/test_periods.py",
        "one person closes alone",
    ),
    Fault(
        "ledger/quarter/closing.py",
        "    found = _demand_checked(period, known)\n    last =",
        "    found: dict[str, Any] = {}\n    last =",
        "ledger/test_periods.py ledger/test_checks.py",
        "confirming runs no checks",
    ),
    Fault(
        "ledger/ranking/columns.py",
        "[str(part) for part in row.due], is_proved=True",
        "[str(part) for part in row.due]",
        "ledger/test_proof.py",
        "changed quarter targets of a settlement pass",
    ),
    Fault(
        "ledger/quarter/proof.py",
        "content_hash=settlement.chain_head,",
        "",
        "ledger/test_proof.py",
        "the announced head is not compared",
    ),
    Fault(
        "ledger/ranking/gathering.py",
        "contract_on__lte=as_of",
        "contract_on__lt=as_of",
        "ledger/test_league.py",
        "a contract of the last day is none",
    ),
    Fault(
        "units/ground/money.py",
        "rounding=ROUND_HALF_UP",
        'rounding="ROUND_HALF_EVEN"',
        "units/test_money.py",
        "percents round half to even",
    ),
    Fault(
        "units/access.py",
        "code__startswith=user.region",
        "code__contains=user.region",
        "units/test_access.py ledger/test_regions.py",
        "a region reaches codes that contain it",
    ),
)


def main(words: list[str]) -> int:
    chosen = [
        f for f in FAULTS if not words or any(word in f.file or word in f.says for word in words)
    ]
    survived = []
    for number, fault in enumerate(chosen, start=1):
        caught = is_caught(fault)
        print(
            f"{number:>3}/{len(chosen)} {'caught  ' if caught else 'SURVIVED'} {fault.file}: {fault.says}",
            flush=True,
        )
        if not caught:
            survived.append(fault)
    print(f"{len(chosen) - len(survived)} of {len(chosen)} caught")
    return 1 if survived else 0


def is_caught(fault: Fault) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        target = copy / fault.file
        text = target.read_text()
        if text.count(fault.old) != 1:
            print(f"    found {text.count(fault.old)} times: {fault.old!r}")
            return False
        target.write_text(text.replace(fault.old, fault.new))
        tests = [f"tests/{name}" for name in fault.tests.split()]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=copy, env=os.environ, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            print(done.stdout[-2000:], done.stderr[-2000:])
        return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
