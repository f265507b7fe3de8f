"""What a browser sends for a project, for the tests of form and pages."""

from projects.models import Industry


def typed_project(shares, **fields):
    """A project that is right in every field unless told otherwise; shares are (unit, percent)."""
    sent = {
        "name": "茶叶加工",
        "industry": str(Industry.objects.get(code="food").pk),
        "stage": "contract",
        "contract_on": "2012-03-01",
        "total_investment": "5000",
        "introduced_amount": "4000",
        "investor": "西安茶业公司",
        "origin": "other_city",
        "shares-TOTAL_FORMS": "6",
        "shares-INITIAL_FORMS": "0",
    }
    for place, (unit, percent) in enumerate(shares):
        sent |= {f"shares-{place}-unit": str(unit.pk), f"shares-{place}-basis_points": percent}
    return sent | fields
