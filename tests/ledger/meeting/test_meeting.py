"""The meeting: who is suggested to speak, pledges and what became of them, and the pack's page."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from ledger.meeting import pledges, speakers
from ledger.meeting.pledges import PledgeDraft, State
from ledger.meeting.speakers import Reason
from ledger.models import Period, Pledge
from ledger.ranking.league import league_table
from ledger.rules.months import Month
from tests import acting, builders
from tests.builders import day, moment, wan
from units.ground.refusal import Refusal
from units.models import Role, Trail

pytestmark = pytest.mark.django_db
MARCH, JUNE = Month(2012, 3), Month(2012, 6)


class Meeting:
    """Three towns and two departments: one done, one on schedule, the rest behind or with nothing."""

    def __init__(self):
        self.county = builders.make_county()
        self.towns = [builders.make_unit(self.county, f"{name}镇") for name in "甲乙丙"]
        self.offices = [
            builders.make_unit(self.county, name, "department") for name in ("财政局", "科技局")
        ]
        for unit in (*self.towns, *self.offices):
            builders.set_target(unit, 1000)
        self.head = builders.make_head(self.county)
        self.verifier = builders.make_verifier(self.county)
        self.projects = {unit.pk: builders.make_project(unit) for unit in self.towns}
        for unit, amount in zip(self.towns, (1000, 600, 100), strict=True):
            self.receive(unit, amount)

    def receive(self, unit, amount, on="2012-05-10"):
        project = self.projects.get(unit.pk) or builders.make_project(unit)
        self.projects[unit.pk] = project
        return builders.make_verified(project, amount, on)

    def table(self, on="2012-06-30"):
        return league_table(self.county, day(on))

    def pledge(self, unit=None, amount=500, due="2012-06-30", words="按期完成", at=MARCH):
        draft = PledgeDraft(unit or self.towns[2], words, wan(amount), day(due))
        return pledges.record(self.county, at, draft, by=self.head, at=moment("2012-04-16"))


@pytest.fixture
def meeting():
    return Meeting()


# Speakers


def suggested(found):
    return [(speaker.row.name, speaker.reason) for speaker in found]


def test_the_best_of_each_kind_are_suggested_to_tell(meeting):
    meeting.receive(meeting.offices[0], 700)

    assert suggested(speakers.leading(meeting.table())) == [
        ("甲镇", Reason.BEST),
        ("财政局", Reason.BEST),
    ]


def test_who_stands_lowest_is_suggested_to_pledge(meeting):
    assert suggested(speakers.owing(meeting.table())) == [
        ("丙镇", Reason.FURTHEST),
        ("财政局", Reason.FURTHEST),
        ("科技局", Reason.FURTHEST),
    ]


def test_who_broke_the_last_pledge_is_named_first_and_once(meeting):
    found = speakers.owing(meeting.table(), {meeting.towns[2].pk, meeting.towns[0].pk})

    assert suggested(found)[0] == ("丙镇", Reason.BROKE)
    assert [name for name, _reason in suggested(found)].count("丙镇") == 1
    assert "甲镇" not in dict(suggested(found))  # it stands well by now


def test_the_unit_that_climbed_furthest_is_suggested_too(meeting):
    meeting.receive(meeting.towns[0], 300, "2012-02-20")
    meeting.receive(meeting.towns[1], 200, "2012-02-20")
    meeting.receive(meeting.towns[2], 100, "2012-02-20")
    period = Period.objects.get(county=meeting.county, quarter=1)
    acting.close(period.pk, by=meeting.verifier, at=moment("2012-04-02"), known={1, 2, 8})
    acting.confirm(period.pk, by=meeting.head, at=moment("2012-04-03"), known={1, 2, 8})
    meeting.receive(meeting.towns[2], 800)

    assert suggested(speakers.leading(meeting.table())) == [
        ("甲镇", Reason.BEST),
        ("丙镇", Reason.CLIMBED),
    ]


# Pledges


def outcome(meeting, on="2012-06-30"):
    table = meeting.table(on)
    return pledges.outcomes(pledges.last_before(meeting.county, Month.of(table.as_of)), table)


def test_a_pledge_is_kept_when_the_table_of_the_due_day_reaches_it(meeting):
    meeting.pledge(meeting.towns[1], 600)

    (found,) = outcome(meeting)

    assert (found.state, found.received, found.lacking) == (State.KEPT, wan(600), 0)


def test_money_after_the_due_day_does_not_mend_a_broken_pledge(meeting):
    meeting.pledge(amount=101, due="2012-06-15")
    meeting.receive(meeting.towns[2], 50, "2012-06-20")

    (found,) = outcome(meeting)

    assert (found.state, found.received, found.lacking) == (State.BROKEN, wan(100), wan(1))
    assert found.as_of == day("2012-06-15")


def test_a_pledge_that_is_not_due_shows_what_there_is(meeting):
    meeting.pledge(amount=900, due="2012-09-30")

    (found,) = outcome(meeting)

    assert (found.state, found.received, found.lacking) == (State.RUNNING, wan(100), wan(800))


def test_a_pledge_for_the_next_year_has_received_nothing_yet(meeting):
    meeting.pledge(meeting.towns[0], 500, due="2013-03-31")

    (found,) = outcome(meeting)

    assert (found.state, found.received) == (State.RUNNING, 0)


def test_the_due_day_of_a_closed_quarter_is_read_as_announced(meeting):
    for quarter, ends, known in ((1, "2012-04-02", {1, 2, 8}), (2, "2012-07-02", {1, 2, 8})):
        period, _new = Period.objects.get_or_create(
            county=meeting.county, year=2012, quarter=quarter
        )
        acting.close(period.pk, by=meeting.verifier, at=moment(ends), known=known)
        acting.confirm(period.pk, by=meeting.head, at=moment(ends), known=known)
    meeting.pledge(amount=150, due="2012-06-30")
    late = builders.make_receipt(meeting.projects[meeting.towns[2].pk], 80, "2012-06-20")
    acting.verify(
        late.pk, late.version, by=meeting.verifier, at=moment("2012-07-10"), word="已核对"
    )

    (found,) = outcome(meeting, "2012-09-30")

    assert (found.state, found.received) == (State.BROKEN, wan(100))


def test_a_unit_that_was_merged_is_measured_in_its_successor(meeting):
    meeting.pledge(amount=700)
    ended = meeting.towns[2]
    ended.ended_on, ended.successor = day("2012-05-31"), meeting.towns[1]
    ended.save()

    (found,) = outcome(meeting)

    assert (found.state, found.received) == (State.KEPT, wan(700))


def test_outcomes_ask_once_per_due_day(meeting):
    for unit in meeting.towns:
        meeting.pledge(unit, 100, due="2012-06-15")
    table, held = meeting.table(), pledges.last_before(meeting.county, JUNE)

    with CaptureQueriesContext(connection) as few:
        pledges.outcomes(held[:1], table)
    with CaptureQueriesContext(connection) as many:
        pledges.outcomes(held, table)

    assert len(few) == len(many)


def test_the_newest_pledge_of_a_unit_holds_and_both_stay(meeting):
    meeting.pledge(amount=300)
    newest = meeting.pledge(amount=400)

    assert pledges.last_before(meeting.county, JUNE) == [newest]
    assert Pledge.objects.count() == 2


def test_the_same_pledge_twice_is_one(meeting):
    """quality 30"""
    assert meeting.pledge() == meeting.pledge()
    assert Pledge.objects.count() == 1
    assert Trail.objects.filter(action="pledge.record").count() == 1


def test_a_pledge_taken_back_is_gone_and_both_stay(meeting):
    pledge = meeting.pledge()

    pledges.take_back(pledge, "记错单位", by=meeting.head, at=moment("2012-04-17"))

    assert pledges.last_before(meeting.county, JUNE) == []
    assert Pledge.objects.count() == 2
    with pytest.raises(Refusal):
        pledges.take_back(pledge, "又一次", by=meeting.head, at=moment("2012-04-18"))


def test_the_meeting_before_the_last_is_looked_at_when_the_last_had_no_pledge(meeting):
    old = meeting.pledge(at=Month(2011, 12), due="2012-03-31", amount=50)
    meeting.pledge(at=JUNE, due="2012-09-30")

    assert pledges.last_before(meeting.county, JUNE) == [old]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due": "2012-03-31"}, "due_on"),
        ({"due": "2014-01-01"}, "due_on"),
        ({"amount": 0}, "promised_amount"),
        ({"amount": -1}, "promised_amount"),
        ({"words": "  "}, "words"),
    ],
)
def test_an_unsound_pledge_is_refused_beside_its_field(meeting, changes, field):
    with pytest.raises(Refusal) as refusal:
        meeting.pledge(**changes)

    assert refusal.value.field == field
    assert not Pledge.objects.exists()


def test_a_unit_of_another_county_cannot_pledge_here(meeting):
    """quality 6"""
    stranger = builders.make_unit(builders.make_county("611022", "丹凤县"), "龙驹寨镇")

    with pytest.raises(Refusal):
        meeting.pledge(stranger)


def test_only_the_bureau_records_pledges(meeting):
    """quality 5"""
    for person in (
        builders.make_clerk(meeting.towns[0]),
        builders.make_person(meeting.county, Role.LEADER),
    ):
        draft = PledgeDraft(meeting.towns[0], "承诺", wan(1), day("2012-06-30"))
        with pytest.raises(PermissionDenied):
            pledges.record(meeting.county, MARCH, draft, by=person, at=moment("2012-04-16"))


@pytest.mark.parametrize("action", ["update", "delete"])
def test_the_database_refuses_to_change_a_pledge(meeting, action):
    """quality 44"""
    meeting.pledge()

    with pytest.raises(DatabaseError):
        rows = Pledge.objects.all()
        rows.update(promised_amount=1) if action == "update" else rows.delete()


# The page


def typed(unit, **changes):
    return {
        "unit": unit.pk,
        "promised_amount": "５００",
        "due_on": "2012-09-30",
        "words": "三季度末到位500万元",
    } | changes


def test_the_pack_names_every_unit_in_its_tier(meeting, as_):
    page = as_(builders.make_person(meeting.county, Role.LEADER)).get("/meeting/2012-06/")

    tiers = {line.tier: line.count for line in page.context["tiers"]}
    assert tiers == {"completed": 1, "on_schedule": 1, "behind": 1, "no_funds": 2}
    body = page.content.decode()
    for unit in (*meeting.towns, *meeting.offices):
        assert unit.name in body
    assert "pledge-new" not in body  # who may not record sees no form


def test_a_pledge_is_recorded_on_the_page_and_measured_on_the_next(meeting, as_):
    client = as_(meeting.head)

    answer = client.post("/meeting/2012-03/pledges/", typed(meeting.towns[2], due_on="2012-06-30"))

    assert answer.url == "/meeting/2012-03/#pledges"
    assert Pledge.objects.get().promised_amount == wan(500)
    page = client.get("/meeting/2012-06/")
    assert [line.state for line in page.context["outcomes"]] == ["broken"]
    assert page.context["owing"][0].unit == "丙镇"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit", ""),
        ("unit", "0"),
        ("promised_amount", "1e5"),
        ("promised_amount", "0"),
        ("due_on", "2012-02-30"),
        ("due_on", "2012-06-30"),
        ("words", ""),
        ("words", "a\u202eb"),
    ],
)
def test_what_is_refused_stays_typed_with_a_sentence(meeting, as_, field, value):
    """quality 24, 27, 28"""
    sent = typed(meeting.towns[0]) | {field: value}

    answer = as_(meeting.head).post("/meeting/2012-06/pledges/", sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if field != "words":
        assert "三季度末到位500万元" in answer.content.decode()
    assert not Pledge.objects.exists()


def test_a_leader_cannot_record(meeting, as_):
    """quality 5"""
    client = as_(builders.make_person(meeting.county, Role.LEADER))

    assert client.post("/meeting/2012-06/pledges/", typed(meeting.towns[0])).status_code == 403
    assert as_(meeting.head).get("/meeting/2012-06/pledges/").status_code == 405


def test_a_pledge_is_taken_back_with_a_reason(meeting, as_):
    pledge = meeting.pledge()
    address = f"/meeting/2012-03/pledges/{pledge.pk}/take-back/"
    client = as_(meeting.verifier)

    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "记错"}).status_code == 302

    assert pledges.last_before(meeting.county, JUNE) == []


def test_another_countys_pledge_does_not_exist(meeting, as_):
    """quality 6"""
    pledge = meeting.pledge()
    stranger = builders.make_head(builders.make_county("611022", "丹凤县"))

    answer = as_(stranger).get(f"/meeting/2012-03/pledges/{pledge.pk}/take-back/")

    assert answer.status_code == 404


def test_the_page_takes_a_fixed_number_of_queries(meeting, as_, django_assert_num_queries):
    client = as_(meeting.head)
    meeting.pledge()
    client.get("/meeting/2012-06/")
    with CaptureQueriesContext(connection) as before:
        client.get("/meeting/2012-06/")
    meeting.pledge(meeting.towns[1])
    meeting.receive(meeting.offices[1], 20)

    with django_assert_num_queries(len(before)):
        client.get("/meeting/2012-06/")
    assert len(before) <= 42
