"""Creates the county of the drills in an empty database, and prints people and records as JSON.

    python -m tests.drills.county 40

Four units with a project each, a clerk per unit, clerks who import, three verifiers, the head, a
leader, and so many open quarters up to 2010.
"""

import json
import os
import sys

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()


from ledger.models import Period  # noqa: E402
from tests import builders  # noqa: E402
from tests.drills.site import PASSWORD  # noqa: E402
from units.models import User  # noqa: E402
from units.sign_in.hashing import Argon2id  # noqa: E402

LAST_YEAR, IMPORTERS = 2010, 12


def main() -> None:
    print(json.dumps(_entered(int(sys.argv[1]))))


def _entered(quarters: int) -> dict[str, object]:
    """The county; passwords get the program's full hash cost once, all before that a cheap one."""
    first_year = LAST_YEAR + 1 - quarters // 4
    county = builders.make_county()
    units = [builders.make_unit(county, f"演练{number}镇") for number in range(4)]
    clerks = [builders.make_clerk(unit) for unit in units]
    importers = [builders.make_clerk(units[number % 4]) for number in range(IMPORTERS)]
    verifiers = [builders.make_verifier(county) for _number in range(3)]
    head = builders.make_head(county)
    leader = builders.make_person(county, "leader")
    for unit in units:
        builders.set_target(unit, 1_000_000)
    projects = [
        builders.make_project(
            unit, f"演练项目{number}", signed=f"{first_year}-01-01", total=10**9, introduced=10**9
        )
        for number, unit in enumerate(units)
    ]
    for number in range(quarters):
        day = f"{first_year + number // 4}-{3 * (number % 4) + 2:02}-15"
        builders.make_verified(projects[number % 4], 10, day, by=verifiers[2])
    people = [*clerks, *importers, *verifiers, head, leader]
    hasher = Argon2id()
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        password=hasher.encode(PASSWORD, hasher.salt())
    )
    return {
        "clerks": [person.username for person in clerks],
        "importers": [person.username for person in importers],
        "verifiers": [person.username for person in verifiers],
        "head": head.username,
        "leader": leader.username,
        "projects": [(project.pk, project.name) for project in projects],
        "periods": list(Period.objects.order_by("year", "quarter").values_list("pk", flat=True)),
    }


if __name__ == "__main__":
    main()
