"""What became known about an announced table after its meeting (会后变动), defined only here."""

from datetime import date

from django.db.models import Q, QuerySet

from ledger.models import Entry, Settlement
from ledger.ranking.gathering import without_some


def since(settlement: Settlement) -> QuerySet[Entry]:
    """Entries about money of the year up to the quarter's end that are not in the announced table.

    Money received by then and counted later, reversals of what was announced, and, after a
    reopening, what was added to the quarter itself. For its own quarter the position in the chain
    decides, not a clock. Only money in the scope of the announced table.
    """
    period = settlement.period
    own = Q(period=period)
    earlier = Q(period__year=period.year, period__quarter__lt=period.quarter)
    up_to_then = Q(received_on__range=(date(period.year, 1, 1), period.ends_on))
    taken_back = Q(
        reverses__period__year=period.year, reverses__period__quarter__lte=period.quarter
    )
    announced = (own & Q(position__lte=settlement.chain_length)) | (
        earlier & Q(posted_at__lte=settlement.known_by)
    )
    entries = Entry.objects.filter(own | earlier | up_to_then | taken_back)
    entries = entries.filter(county=period.county_id).exclude(announced).order_by("id")
    return without_some(entries, (settlement.settings or {}).get("not_counted", ()))
