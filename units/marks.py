"""The version of all that is kept about a county: the sum of the marks of its changes.

Owns: reading it. Must never: write a mark; the triggers do, within the transaction of the change.
"""

from django.db import connections, router

from units.models import CountyMark

_SUM = "SELECT sum(mark) FROM units_countymark WHERE county_id = %s"


def version(county_id: int) -> str:
    """Another one after every change of a row that ``marks_county`` watches, until then the same.

    One short statement in plain SQL: it is all that a page costs that did not change.
    """
    with connections[router.db_for_read(CountyMark) or "default"].cursor() as cursor:
        cursor.execute(_SUM, [county_id])
        return str(cursor.fetchone()[0])
