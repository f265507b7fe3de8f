"""Fills an empty database for ``settlement_day.py`` and ``rush.py``: people and 10,200 entries.

    VAR_DIR=var/bench python benchmarks/settlement_county.py [RECEIPTS A PROJECT]

Prints the projects of the clerks as JSON. The database must be migrated and without a county.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import generate  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection  # noqa: E402

from projects.models import Project  # noqa: E402
from tests.drills.site import PASSWORD  # noqa: E402
from units.models import User  # noqa: E402

CLERKS, LEADERS, VERIFIERS = 40, 3, 5


def main() -> None:
    generate.RECEIPTS_A_PROJECT = int(sys.argv[1]) if len(sys.argv) > 1 else 34
    rows = generate.county_rows(0)
    with connection.cursor() as cursor:
        for table, columns in generate.COLUMNS.items():
            generate.copy(cursor, table, columns, rows[table])
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM (ANALYZE)")
    projects = list(Project.objects.filter(contract_on__year=2012).order_by("pk")[:CLERKS])
    people = [
        User(username=f"clerk{n}", role="clerk", county_id=p.county_id, unit_id=p.lead_unit_id)
        for n, p in enumerate(projects)
    ]
    for role, count in (("leader", LEADERS), ("verifier", VERIFIERS)):
        people += [User(username=f"{role}{n}", role=role, county_id=1) for n in range(count)]
    password = make_password(PASSWORD)
    for person in people:
        person.password = password
    User.objects.bulk_create(people)
    print(json.dumps({"projects": [project.pk for project in projects]}))


if __name__ == "__main__":
    main()
