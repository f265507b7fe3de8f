"""The files of the sample county alone: every figure and every tier that the speech names.

Owns: proof that ``ledger/sample/*.csv`` say what the speech says, by exact arithmetic of its own.
Must never: use the program's rules or a database; ``load_sample`` is tested elsewhere.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import ledger

FOLDER = Path(ledger.__file__).parent / "sample"
YEAR_START, QUARTER_END, HALF_END = date(2012, 1, 1), date(2012, 3, 31), date(2012, 6, 30)
SIGNATURES = ("intention_on", "agreement_on", "contract_on")
STAGE_DAYS = (*SIGNATURES, "started_on", "production_on")
INDUSTRIES = {
    "mining",
    "mineral_processing",
    "property",
    "farming",
    "food",
    "medicine",
    "materials",
    "machinery",
    "energy",
    "tourism",
    "trade",
    "infrastructure",
    "culture",
    "other",
}

NAMED = {
    "completed": "水沟镇 魏家台镇 国税局 养老经办中心",
    "on_schedule": "城关镇 清油河镇 青山镇 十里坪镇 金丝峡镇 湘河镇 试马镇 红十字会 畜牧中心 纪委监察局 招商局"
    " 残联 农管局 工业园区管委会 县委办 计生局 林业局 财政局 安监局 电力局",
    "behind": "白浪镇 富水镇 赵川镇 过风楼镇 农行",
    "no_funds": "科技局 老干局",
}
COUNTS = {
    "town": {"completed": 2, "on_schedule": 7, "behind": 4},
    "department": {"completed": 2, "on_schedule": 16, "behind": 20, "no_funds": 47},
}

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


UNITS = {row["name"]: row for row in rows("units")}
PROJECTS = {row["key"]: row for row in rows("projects")}
RECEIPTS = rows("receipts")
REPORTS = rows("reports")
SIGNED = [row for row in PROJECTS.values() if row["stage"] != "reserve"]
RESERVED = [row for row in PROJECTS.values() if row["stage"] == "reserve"]


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def signed_on(project: Row) -> date:
    return min(date.fromisoformat(project[name]) for name in SIGNATURES if project[name])


NEW = [row for row in SIGNED if YEAR_START <= signed_on(row) <= HALF_END]


def shares(project: Row) -> dict[str, int]:
    """Basis points by unit, as written: ``水沟镇 60%; 招商局 40%``."""
    found = re.findall(r"([^\s;]+) ([0-9.]+)%", project["shares"])
    return {unit: int(Decimal(percent) * 100) for unit, percent in found}


def lead(project: Row) -> str:
    return next(iter(shares(project)))


def targets(year: int) -> dict[str, Decimal]:
    return {r["unit"]: Decimal(r["amount"]) for r in rows("targets") if r["year"] == str(year)}


def verified(first: date, last: date) -> Iterator[Row]:
    for row in RECEIPTS:
        if row["state"] == "verified" and first <= date.fromisoformat(row["received_on"]) <= last:
            yield row


def received(first: date, last: date) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for row in verified(first, last):
        for unit, points in shares(PROJECTS[row["project"]]).items():
            totals[unit] += Fraction(row["amount"]) * points / 10_000
    return totals


def tier(funds: Fraction, target: Decimal, due: Fraction) -> str:
    if funds <= 0:
        return "no_funds"
    if funds >= target:
        return "completed"
    return "on_schedule" if funds >= Fraction(target) * due else "behind"


def tiers(last: date, due: Fraction) -> dict[str, str]:
    funds = received(YEAR_START, last)
    return {unit: tier(funds[unit], target, due) for unit, target in targets(2012).items()}


def money(found: Iterator[Row] | list[Row], column: str = "amount") -> Decimal:
    return sum((Decimal(row[column]) for row in found), Decimal(0))


@pytest.mark.parametrize(
    "name", ["units", "targets", "projects", "receipts", "reports", "services", "problems"]
)
def test_file_is_utf8_with_plain_line_ends_and_full_rows(name: str) -> None:
    raw = (FOLDER / f"{name}.csv").read_bytes()

    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.decode("utf-8").endswith("\n")
    assert all(None not in row and None not in row.values() for row in rows(name))


def test_units_are_13_towns_and_87_departments_in_official_order() -> None:
    kinds = [unit["kind"] for unit in UNITS.values()]

    assert kinds == ["town"] * 13 + ["department"] * 87
    assert len({unit["short"] for unit in UNITS.values()}) == 100
    assert [unit["code"] for unit in UNITS.values()] == [
        *(f"611023T{place:02d}" for place in range(1, 14)),
        *(f"611023D{place:02d}" for place in range(1, 88)),
    ]


def test_short_name_of_a_town_is_the_speechs_and_of_a_department_its_name() -> None:
    for unit in UNITS.values():
        assert unit["short"] == (unit["name"][:-1] if unit["kind"] == "town" else unit["name"])


@pytest.mark.parametrize(("year", "whole"), [(2011, 210_000), (2012, 279_000)])
def test_targets_of_98_units_add_up_to_the_countys(year: int, whole: int) -> None:
    amounts = targets(year)

    assert sum(amounts.values()) == whole
    assert Counter(UNITS[unit]["kind"] for unit in amounts) == {"town": 13, "department": 85}
    assert min(amounts.values()) > 0


def test_targets_are_one_per_unit_and_year_with_day_and_document() -> None:
    found = rows("targets")

    assert len({(row["unit"], row["year"]) for row in found}) == len(found) == 196
    assert all(row["effective_on"] == f"{row['year']}-01-01" for row in found)
    assert all(f"〔{row['year']}〕" in row["document_no"] for row in found)
    assert {row["issuer"] for row in found} == {"county"}


def test_46_new_projects_of_which_30_contracts() -> None:
    contracts = [row for row in NEW if (day(row["contract_on"]) or date.max) <= HALF_END]

    assert (len(NEW), len(contracts)) == (46, 30)


def test_new_projects_total_and_introduced_amount_are_the_speechs() -> None:
    assert money(NEW, "total_investment") == 577_400
    assert money(NEW, "introduced_amount") == 539_600


def test_new_projects_are_mostly_under_a_hundred_million_and_none_mega() -> None:
    sizes = [Decimal(row["total_investment"]) for row in NEW]

    assert sum(size < 10_000 for size in sizes) > len(sizes) / 2
    assert sum(size >= 50_000 for size in sizes) == 3
    assert max(sizes) < 100_000


def test_project_fields_hold_known_words_and_possible_amounts() -> None:
    for row in PROJECTS.values():
        total, introduced = Decimal(row["total_investment"]), Decimal(row["introduced_amount"])
        assert total >= introduced > 0, row["key"]
        assert row["industry"] in INDUSTRIES, row["key"]
        assert row["credit_code"] == "", "unified codes did not exist in 2012"
        assert all(row[name] for name in ("location", "content", "sponsor", "contact"))
        assert re.fullmatch(r"0914-63\d{5}", row["phone"])


def test_project_names_and_keys_are_unique() -> None:
    assert len(PROJECTS) == len(rows("projects"))
    assert len({row["name"] for row in PROJECTS.values()}) == len(PROJECTS)


def test_shares_name_units_with_a_task_and_add_up() -> None:
    tasked = targets(2012)

    for row in PROJECTS.values():
        parts = shares(row)
        assert len(parts) == row["shares"].count(";") + 1, row["key"]
        assert sum(parts.values()) == 10_000, row["key"]
        assert parts.keys() <= tasked.keys(), row["key"]


def test_shares_show_the_usual_splits() -> None:
    splits = {tuple(shares(row).values()) for row in SIGNED}

    assert {(6000, 4000), (5000, 3000, 2000), (3334, 3333, 3333), (10_000,)} <= splits


def test_stage_is_the_last_day_reached_and_days_never_fall() -> None:
    for row in SIGNED:
        reached = [name for name in STAGE_DAYS if row[name]]
        days = [row[name] for name in reached]
        assert days == sorted(days), row["key"]
        assert reached[-1] == f"{row['stage']}_on", row["key"]
        assert days[-1] <= str(HALF_END), row["key"]
        assert row["contract_on"] or row["stage"] in ("intention", "agreement"), row["key"]
        assert not row["reserved_on"] or row["reserved_on"] < days[0], row["key"]


def test_an_investor_has_one_origin() -> None:
    origins = defaultdict(set)
    for row in SIGNED:
        origins[row["investor"]].add((row["origin"], row["origin_place"]))

    assert all(len(found) == 1 for found in origins.values())
    assert {origin for found in origins.values() for origin, place in found} == {
        "foreign",
        "other_province",
        "other_city",
        "other_county",
    }


def test_carry_over_projects_were_signed_in_the_two_years_before() -> None:
    carried = [row for row in SIGNED if row not in NEW]

    assert len(carried) == 54
    assert {signed_on(row).year for row in carried} == {2010, 2011}


def test_reserve_projects_have_no_signature_and_were_compiled_in_2012() -> None:
    assert 150 <= len(RESERVED) <= 200
    for row in RESERVED:
        assert not any(row[name] for name in STAGE_DAYS), row["key"]
        assert YEAR_START <= date.fromisoformat(row["reserved_on"]) <= HALF_END
        assert not any(row[name] for name in ("investor", "origin", "origin_place"))


def test_some_units_compiled_three_reserve_projects_and_many_fewer() -> None:
    compiled = Counter(lead(row) for row in RESERVED)
    enough = [unit for unit in targets(2012) if compiled[unit] >= 3]

    assert 20 <= len(enough) <= 50
    assert any(compiled[unit] == 0 for unit in targets(2012))


def test_received_in_the_half_year_is_142000() -> None:
    whole = money(verified(YEAR_START, HALF_END))

    assert whole == 142_000
    assert whole * 2 >= sum(targets(2012).values()), "双过半"


def test_received_in_2011_is_190000_over_all_quarters() -> None:
    found = list(verified(date(2011, 1, 1), date(2011, 12, 31)))
    quarters = {(date.fromisoformat(row["received_on"]).month - 1) // 3 for row in found}

    assert money(found) == 190_000
    assert quarters == {0, 1, 2, 3}


def test_every_month_of_the_half_year_has_funds() -> None:
    months = Counter(row["received_on"][:7] for row in verified(YEAR_START, HALF_END))

    assert sorted(months) == [f"2012-0{month}" for month in range(1, 7)]
    assert min(months.values()) >= 5


@pytest.mark.parametrize("kind", ["town", "department"])
def test_units_per_tier_are_the_speechs(kind: str) -> None:
    found = Counter(
        name
        for unit, name in tiers(HALF_END, Fraction(1, 2)).items()
        if UNITS[unit]["kind"] == kind
    )

    assert found == COUNTS[kind]


@pytest.mark.parametrize("name", NAMED)
def test_units_named_in_the_speech_stand_in_its_tier(name: str) -> None:
    found = tiers(HALF_END, Fraction(1, 2))

    assert {unit: found[unit] for unit in NAMED[name].split()} == dict.fromkeys(
        NAMED[name].split(), name
    )


def test_edge_units_stand_exactly_at_target_at_half_and_just_under_it() -> None:
    funds, due = received(YEAR_START, HALF_END), targets(2012)
    completion = {unit: funds[unit] / Fraction(due[unit]) for unit in due}

    assert completion["养老经办中心"] == 1
    assert completion["十里坪镇"] == Fraction(1, 2)
    assert completion["农行"] == Fraction(49_996, 100_000)


def test_units_without_a_task_are_two_and_received_nothing() -> None:
    without = UNITS.keys() - targets(2012).keys()
    funds = received(date(2011, 1, 1), HALF_END)

    assert without == {"法院", "检察院"}
    assert all(unit not in funds for unit in without)


def test_first_quarter_is_behind_the_benchmark_with_another_spread() -> None:
    whole = money(verified(YEAR_START, QUARTER_END))
    spread = Counter(tiers(QUARTER_END, Fraction(1, 4)).values())

    assert whole == Decimal("58610")
    assert spread == {"on_schedule": 25, "behind": 18, "no_funds": 55}


def test_most_money_is_mining_property_or_carry_over() -> None:
    found = [
        row
        for row in verified(YEAR_START, HALF_END)
        if PROJECTS[row["project"]]["industry"] in ("mining", "property")
        or signed_on(PROJECTS[row["project"]]) < YEAR_START
    ]

    assert Decimal("0.61") < money(found) / 142_000 < Decimal("0.63")


def test_every_part_of_a_receipt_is_whole_fen() -> None:
    for row in RECEIPTS:
        fen = Fraction(row["amount"]) * 1_000_000
        for points in shares(PROJECTS[row["project"]]).values():
            assert (fen * points / 10_000).denominator == 1, row["voucher_no"]


def test_receipt_fields_hold_known_words_and_possible_amounts() -> None:
    kinds = {"land", "construction", "equipment", "capital", "working", "other"}

    for row in RECEIPTS:
        assert re.fullmatch(r"\d+(\.\d{2})?", row["amount"])
        assert Decimal(row["amount"]) > 0
        assert row["kind"] in kinds
        year, month, date_ = row["received_on"].split("-")
        assert f"{year}-{month}{date_}-" in row["voucher_no"]
    assert len({row["voucher_no"] for row in RECEIPTS}) == len(RECEIPTS)


def test_no_receipt_lies_before_its_project_was_signed_or_after_the_half_year() -> None:
    for row in RECEIPTS:
        received_on = date.fromisoformat(row["received_on"])
        assert signed_on(PROJECTS[row["project"]]) <= received_on <= HALF_END, row["voucher_no"]


def test_receipts_of_a_project_stay_within_its_introduced_amount() -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in RECEIPTS:
        totals[row["project"]] += Decimal(row["amount"])

    for key, total in totals.items():
        assert total <= Decimal(PROJECTS[key]["introduced_amount"]), key


def test_25_receipts_wait_for_verification_some_of_units_with_no_funds() -> None:
    waiting = [row for row in RECEIPTS if row["state"] == "submitted"]
    units = {lead(PROJECTS[row["project"]]) for row in waiting}
    without = {u for u, name in tiers(HALF_END, Fraction(1, 2)).items() if name == "no_funds"}

    assert (len(waiting), len(units), len(units & without)) == (25, 16, 8)
    assert all(row["received_on"][:7] in ("2012-05", "2012-06") for row in waiting)


def test_4_receipts_are_returned_and_only_they_have_a_reason() -> None:
    states = Counter(row["state"] for row in RECEIPTS)

    assert states == {"verified": len(RECEIPTS) - 29, "submitted": 25, "returned": 4}
    assert all(bool(row["reason"]) == (row["state"] == "returned") for row in RECEIPTS)


def test_reports_are_one_per_unit_and_month_filed_after_the_month() -> None:
    assert len({(row["unit"], row["month"]) for row in REPORTS}) == len(REPORTS)
    for row in REPORTS:
        assert row["unit"] in targets(2012)
        assert row["month"] in {f"2012-0{month}" for month in range(1, 7)}
        assert row["month"] < row["filed_on"][:7] <= f"2012-0{int(row['month'][-1]) + 1}"
        assert int(row["trips"]) >= 0


def test_reserve_projects_reported_are_those_compiled_that_month() -> None:
    compiled = Counter((lead(row), row["reserved_on"][:7]) for row in PROJECTS.values())

    for row in REPORTS:
        assert int(row["reserve_projects"]) == compiled[row["unit"], row["month"]], row


def test_9_units_did_not_report_june_and_40_without_funds_did() -> None:
    reported = {row["unit"] for row in REPORTS if row["month"] == "2012-06"}
    found = tiers(HALF_END, Fraction(1, 2))
    silent = found.keys() - reported

    assert len(silent) == 9
    assert Counter(found[unit] for unit in silent) == {"no_funds": 7, "behind": 2}
    assert sum(found[unit] == "no_funds" for unit in reported) == 40


def test_some_reports_tell_of_problems() -> None:
    told = [row for row in REPORTS if row["problems"]]

    assert len(REPORTS) / 20 < len(told) < len(REPORTS) / 2


def test_service_steps_fit_their_projects_and_units() -> None:
    for row in rows("services"):
        project = PROJECTS[row["project"]]
        first = min(project[name] for name in SIGNATURES if project[name])
        assert row["unit"] in UNITS, row
        assert row["item"], row
        assert row["sponsor"] == project["sponsor"], row
        assert first <= row["recorded_on"] <= row["due_on"], row
        assert row["recorded_on"] <= (row["done_on"] or row["recorded_on"]) <= str(HALF_END), row


def test_6_of_40_service_steps_are_overdue_at_the_half_year() -> None:
    found = rows("services")
    undone = [row for row in found if not row["done_on"]]

    assert (len(found), len(undone)) == (40, 17)
    assert sum(row["due_on"] < str(HALF_END) for row in undone) == 6
    assert sum(row["done_on"] > row["due_on"] for row in found) == 4
    assert len({row["unit"] for row in undone if row["due_on"] < str(HALF_END)}) == 5


def test_8_of_12_problems_are_answered_and_4_settled() -> None:
    found = rows("problems")

    assert len(found) == 12
    assert sum(bool(row["answer"]) for row in found) == 8
    assert sum(bool(row["settled_on"]) for row in found) == 4
    for row in found:
        days = [row[name] for name in ("raised_on", "answered_on", "settled_on") if row[name]]
        assert [*days, str(HALF_END)] == sorted([*days, str(HALF_END)]), row
        assert row["unit"] in shares(PROJECTS[row["project"]]), row
        assert bool(row["answer"]) == bool(row["answered_on"]), row
