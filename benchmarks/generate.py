"""Fill a database with counties by COPY: valid under every constraint, with chains that verify.

    python benchmarks/generate.py S     one county   (98 units, 3 years, 3,600 entries)
    python benchmarks/generate.py M     100 counties
    python benchmarks/generate.py L     2,844 counties (280,000 units, 10 million entries)
    python benchmarks/generate.py 278   any number of counties
    python benchmarks/generate.py L --copies    the first county checked, the others copied in SQL

The counties are deterministic (no random numbers), and each has the tiers of the speech at 30 June
2012: 2+2 completed, 7+16 on schedule, 4+20 behind, 47 with nothing. Use an empty database only.
Triggers stay on, so what they refuse is refused here too; only ``--copies``, for measuring sizes,
disables them and copies the hashes of the first county unchanged (``verify_ledger`` would report
that).
"""

import json
import os
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from ledger.rules import chain  # noqa: E402
from units.ground.groups import first_groups  # noqa: E402
from units.models import County  # noqa: E402

SIZES = {"S": 1, "M": 100, "L": 2_844}
YEARS = (2010, 2011, 2012)
PROJECTS_A_YEAR, RECEIPTS_A_PROJECT = 100, 12
# Towns and departments in each tier at 30 June 2012, and their target in hundredths of what they
# had received by then.
TIERS = ((2, 2, 100), (7, 16, 150), (4, 20, 400), (0, 47, None))
UNITS = 98
FOUNDED = datetime(2009, 12, 1, 1, tzinfo=UTC)
ORIGINS = ("other_province", "other_city", "foreign", "other_county")

Row = tuple[object, ...]
Rows = dict[str, list[Row]]

COLUMNS = {
    "units_county": "id code name is_sample large_from major_from mega_from report_day "
    "evidence_required groups not_counted issuing_office title_name addressees",
    "units_unit": "id county_id code name name_key kind order",
    "units_user": "id county_id username password display_name role is_superuser is_staff "
    "is_active first_name last_name email date_joined must_change_password region session_round "
    "old_passwords",
    "units_target": "id unit_id county_id year issuer amount due_first due_second due_third "
    "effective_on document_no recorded_at recorded_by_id",
    "projects_investor": "id county_id name name_key credit_code origin origin_place",
    "projects_project": "id county_id lead_unit_id name name_key investor_id industry_id stage "
    "contract_on total_investment introduced_amount location content sponsor contact phone "
    "version created_at created_by_id",
    "projects_creditshare": "id project_id unit_id basis_points order",
    "ledger_period": "id county_id year quarter state",
    "ledger_receipt": "id county_id project_id unit_id key received_on amount kind voucher_no note "
    "state version entered_by_id entered_at submitted_at returned_reason verified_by_id "
    "verified_at verified_word counted_on",
    "ledger_entry": "id key county_id period_id position unit_id project_id receipt_id kind amount "
    "received_on counted_on is_new origin industry_id reason posted_by_id posted_at hash_name "
    "prev_hash content_hash",
}


# Rows per county in each table, to derive a copy's keys from the first county's.
STRIDES = {
    "county": 1,
    "unit": UNITS,
    "user": 2,
    "target": UNITS * len(YEARS),
    "investor": PROJECTS_A_YEAR * len(YEARS),
    "project": PROJECTS_A_YEAR * len(YEARS),
    "creditshare": PROJECTS_A_YEAR * len(YEARS),
    "period": 4 * len(YEARS),
    "receipt": PROJECTS_A_YEAR * RECEIPTS_A_PROJECT * len(YEARS),
    "entry": PROJECTS_A_YEAR * RECEIPTS_A_PROJECT * len(YEARS),
}


def main(size: str, copies: bool) -> None:
    counties = SIZES.get(size.upper()) or int(size)
    if County.objects.exists():
        raise SystemExit(
            "The database holds a county. Point VAR_DIR or DATABASE_URL at an empty one."
        )
    begun = time.monotonic()
    fill(counties, copies=copies)
    print(f"{counties} counties in {time.monotonic() - begun:.0f} s")


def fill(counties: int, *, copies: bool) -> None:
    """Fill an empty database with so many counties, and vacuum it as autovacuum would."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for rows in _made(1 if copies else counties):
            for table, columns in COLUMNS.items():
                copy(cursor, table, columns, rows[table])
        if copies:
            copy_first_county(cursor, counties)
        # Rows whose commit is not on disk yet would not be marked all-visible.
        cursor.execute("SET synchronous_commit = on")
        for table in COLUMNS:
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(COLUMNS)}")


def _made(counties: int) -> Iterator[Rows]:
    """The rows of each county, from as many processes as are worth starting."""
    if counties == 1:
        yield county_rows(0)
        return
    with ProcessPoolExecutor() as pool:
        yield from pool.map(county_rows, range(counties), chunksize=4)


def copy_first_county(cursor: object, counties: int) -> None:
    cursor.execute("SET session_replication_role = replica")
    for table, columns in COLUMNS.items():
        names = columns.split()
        found = ", ".join(_copied(table, name) for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {found} "
            f"FROM generate_series(1, %s) n, (SELECT * FROM {table} ORDER BY id) AS first",
            [counties - 1],
        )
    cursor.execute("SET session_replication_role = origin")


def _copied(table: str, column: str) -> str:
    """A column of the n-th copy: keys shift by the rows per county, codes and names by its number."""
    own = table.partition("_")[2]
    if (table, column) in {("units_county", "code"), ("units_user", "username")}:
        return f"replace(first.{column}, '100000', (100000 + n)::text)"
    if (table, column) == ("units_unit", "code"):
        return "(100000 + n)::text || substr(first.code, 7)"
    if column == "key":
        serial = f"to_hex(first.id + n * {STRIDES[own]})"
        return f"lpad('{int(own == 'entry')}' || lpad({serial}, 16, '0'), 32, '0')::uuid"
    named = "id" if column == "id" else column.removesuffix("_id")
    if named.endswith("_by"):
        named = "user"
    stride = STRIDES.get(own if named == "id" else named.removeprefix("lead_"))
    moves = column.endswith("id") and stride is not None
    return f'first."{column}" + n * {stride}' if moves else f'first."{column}"'


def copy(cursor: object, table: str, columns: str, rows: list[Row]) -> None:
    names = ", ".join(f'"{name}"' for name in columns.split())
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as lines:
        for row in rows:
            lines.write_row(row)


def county_rows(number: int) -> Rows:
    """All rows of one county, by table; ids follow from the county's number."""
    rows: Rows = defaultdict(list)
    county = number + 1
    code = f"{100_000 + number:06}"
    groups = json.dumps(first_groups())
    rows["units_county"].append(
        (
            county,
            code,
            f"第{county}县",
            False,
            10**8,
            5 * 10**8,
            10**9,
            5,
            False,
            groups,
            "[]",  # not_counted
            "",
            "",
            "",
        )
    )
    clerk, verifier = people(rows, county, code)
    units = list(add_units(rows, county, code))
    received = defaultdict(Decimal)
    for year in YEARS:
        add_year(rows, county, year, units, (clerk, verifier), received)
    add_targets(rows, county, units, clerk, received)
    chain_up(rows, county, verifier)
    return rows


def people(rows: Rows, county: int, code: str) -> tuple[int, int]:
    found = (2 * county - 1, 2 * county)
    for user, role in zip(found, ("verifier", "bureau_head"), strict=True):
        names = (f"{role}{code}", "!", role, role)
        flags = (False, False, True, "", "", "", FOUNDED, False, "", 0, [])
        rows["units_user"].append((user, county, *names, *flags))
    return found


def add_units(rows: Rows, county: int, code: str) -> Iterator[tuple[int, int | None]]:
    """Units as (id, target in hundredths of the received amount), towns first, in order of tiers."""
    kinds = [("town", towns, part) for towns, _departments, part in TIERS]
    kinds += [("department", departments, part) for _towns, departments, part in TIERS]
    order = 0
    for kind, count, part in kinds:
        for _ in range(count):
            order += 1
            unit = (county - 1) * UNITS + order
            name = f"第{order}{'镇' if kind == 'town' else '局'}"
            rows["units_unit"].append(
                (unit, county, f"{code}{kind[0].upper()}{order:02}", name, name, kind, order)
            )
            yield unit, part


def add_year(
    rows: Rows,
    county: int,
    year: int,
    units: list[tuple[int, int | None]],
    by: tuple[int, int],
    received: dict[int, Decimal],
) -> None:
    clerk, verifier = by
    earning = [unit for unit, part in units if part is not None]
    days = 180 if year == YEARS[-1] else 360
    for serial in range(PROJECTS_A_YEAR):
        project = ((county - 1) * len(YEARS) + year - YEARS[0]) * PROJECTS_A_YEAR + serial + 1
        unit, signed_on = earning[serial % len(earning)], date(year, 1, 1)
        name, investor = f"{year}年第{serial}号项目", f"{year}年第{serial}号公司"
        origin, industry = ORIGINS[serial % len(ORIGINS)], 1 + serial % 14
        rows["projects_investor"].append((project, county, investor, investor, "", origin, ""))
        rows["projects_project"].append(
            (
                project,
                county,
                unit,
                name,
                name,
                project,
                industry,
                "contract",
                signed_on,
                10**8,
                8 * 10**7,
                "",
                "",
                "",
                "",
                "",
                1,
                FOUNDED,
                clerk,
            )
        )
        rows["projects_creditshare"].append((project, project, unit, 10_000, 0))
        for turn in range(RECEIPTS_A_PROJECT):
            received_on = signed_on + timedelta(days=turn * days // RECEIPTS_A_PROJECT)
            amount = Decimal(100_000 * (1 + (serial + turn) % 7)) + Decimal(turn) / 100
            receipt = (project - 1) * RECEIPTS_A_PROJECT + turn + 1
            moment = datetime(*received_on.timetuple()[:3], 4, tzinfo=UTC) + timedelta(days=2)
            rows["ledger_receipt"].append(
                (
                    receipt,
                    county,
                    project,
                    unit,
                    uuid.UUID(int=receipt),
                    received_on,
                    amount,
                    "construction",
                    f"第{receipt}号",
                    "",
                    "verified",
                    1,
                    clerk,
                    moment,
                    moment,
                    "",
                    verifier,
                    moment,
                    "",
                    received_on,
                )
            )
            rows["entries"].append(
                (received_on, receipt, unit, project, amount, origin, industry, moment)
            )
            if year == YEARS[-1]:
                received[unit] += amount


def add_targets(
    rows: Rows,
    county: int,
    units: list[tuple[int, int | None]],
    by: int,
    received: dict[int, Decimal],
) -> None:
    for year in YEARS:
        for unit, part in units:
            amount = received[unit] * part / 100 if part is not None else Decimal(50_000_000)
            amount = amount.quantize(Decimal("0.01"))
            due = [(amount * quarter / 4).quantize(Decimal("0.01")) for quarter in (1, 2, 3)]
            target = (unit - 1) * len(YEARS) + year - YEARS[0] + 1
            rows["units_target"].append(
                (
                    target,
                    unit,
                    county,
                    year,
                    "county",
                    amount,
                    *due,
                    date(year, 1, 1),
                    f"政发〔{year}〕1号",
                    FOUNDED,
                    by,
                )
            )


def chain_up(rows: Rows, county: int, verifier: int) -> None:
    """One chain per quarter, in the order of posting."""
    heads: dict[int, tuple[int, str]] = {}
    for year in YEARS:
        for quarter in (1, 2, 3, 4):
            period = period_of(county, date(year, 3 * quarter, 1))
            heads[period] = (0, chain.GENESIS)
            rows["ledger_period"].append((period, county, year, quarter, "open"))
    for day, receipt, unit, project, amount, origin, industry, moment in sorted(
        rows.pop("entries")
    ):
        period = period_of(county, day)
        position, head = heads[period]
        fields = {
            "key": uuid.UUID(int=2**64 + receipt),
            "county": county,
            "period": period,
            "position": position + 1,
            "unit": unit,
            "project": project,
            "receipt": receipt,
            "kind": "credit",
            "amount": amount,
            "received_on": day,
            "counted_on": day,
            "is_new": True,
            "origin": origin,
            "industry": industry,
            "reverses": None,
            "reason": "",
            "posted_by": verifier,
            "posted_at": moment,
        }
        content = chain.content_hash(head, fields)
        heads[period] = (position + 1, content)
        del fields["reverses"]
        rows["ledger_entry"].append((receipt, *fields.values(), chain.HASH_NAME, head, content))


def period_of(county: int, day: date) -> int:
    quarters = (day.year - YEARS[0]) * 4 + (day.month - 1) // 3
    return (county - 1) * 4 * len(YEARS) + quarters + 1


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "S", "--copies" in sys.argv)
