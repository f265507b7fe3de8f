"""A claim's way: made, answered, decided; shares change, posted credit moves only by a deed."""

from dataclasses import replace
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from ledger.entries import claims, notices
from ledger.entries.reach import claims_of
from ledger.models import CreditClaim, Notice
from ledger.ranking.league import league_table
from projects import register
from projects.models import Project
from tests import acting
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
    set_target,
    wan,
)
from units.ground.refusal import Conflict, Refusal
from units.models import NoticeChoice, OutboxMessage, Sending, Trail

pytestmark = pytest.mark.django_db
MAY, JUNE = moment("2012-05-20"), day("2012-06-30")
REASON = "我局最先洽谈并引荐。"


class Dispute:
    """A project led by one unit, to which another unit lays claim."""

    def __init__(self):
        self.county = make_county()
        self.head = make_head(self.county)
        self.lead, self.claimant = (
            make_unit(self.county, "水沟镇"),
            make_unit(self.county, "招商局"),
        )
        self.project = make_project(self.lead)
        self.clerk, self.rival = make_clerk(self.lead), make_clerk(self.claimant)

    def claim(self, points=4_000, **fields):
        given = {"reason": REASON, "by": self.rival, "at": MAY} | fields
        return claims.make(self.project, self.claimant, points, **given)

    def shares(self):
        return dict(self.project.shares.values_list("unit__name", "basis_points"))


@pytest.fixture
def dispute():
    return Dispute()


def test_a_granted_claim_moves_the_share_from_the_lead_unit(dispute):
    claim = dispute.claim()
    acting.answer(claim.pk, True, "情况属实。", by=dispute.clerk, at=MAY)

    acting.grant(claim.pk, 3_000, "经会议研究。", by=dispute.head, at=MAY)

    claim.refresh_from_db()
    assert dispute.shares() == {"水沟镇": 7_000, "招商局": 3_000}
    assert (claim.state, claim.granted_points) == (CreditClaim.State.GRANTED, 3_000)
    assert (claim.answer, claim.decision) == ("情况属实。", "经会议研究。")


def test_posted_credit_stays_until_it_is_posted_again(dispute):
    """Rule 8."""
    for unit in (dispute.lead, dispute.claimant):
        set_target(unit, 1000)
    receipt = make_verified(dispute.project, 100)
    acting.grant(dispute.claim().pk, 4_000, "同意。", by=dispute.head, at=MAY)

    before = [row.received for row in league_table(dispute.county, JUNE).rows]
    due = claims.out_of_step(dispute.project)
    acting.repost(receipt.pk, "份额调整", by=dispute.head, at=MAY)

    assert (before, due) == ([wan(100), 0], [receipt])
    assert [row.received for row in league_table(dispute.county, JUNE).rows] == [wan(60), wan(40)]
    assert claims.out_of_step(dispute.project) == []


def test_a_receipt_that_was_taken_back_is_not_posted_again(dispute):
    receipt = make_verified(dispute.project, 100)
    entry = receipt.entries.get()
    acting.reverse(entry.pk, "凭证不实", by=make_verifier(dispute.county), at=MAY)

    acting.grant(dispute.claim().pk, 4_000, "同意。", by=dispute.head, at=MAY)

    assert claims.out_of_step(dispute.project) == []


def test_a_refused_claim_leaves_the_shares(dispute):
    claim = dispute.claim()

    acting.refuse(claim.pk, "依据不足。", by=dispute.head, at=MAY)

    assert dispute.shares() == {"水沟镇": 10_000}
    assert CreditClaim.objects.get().state == CreditClaim.State.REFUSED


@pytest.mark.parametrize("points", [10_000, 10_001])
def test_the_lead_unit_keeps_a_part(dispute, points):
    claim = dispute.claim()

    with pytest.raises(Refusal) as refusal:
        acting.grant(claim.pk, points, "同意。", by=dispute.head, at=MAY)

    assert refusal.value.field == "basis_points"
    assert dispute.shares() == {"水沟镇": 10_000}
    assert CreditClaim.objects.get().state == CreditClaim.State.CLAIMED


def test_a_larger_share_of_a_sharing_unit_comes_from_the_lead_alone(dispute):
    third = make_unit(dispute.county, "林业局")
    shares = {dispute.lead: 5_000, dispute.claimant: 2_000, third: 3_000}
    dispute.project = make_project(dispute.lead, shares=shares)

    acting.grant(dispute.claim(4_500).pk, 4_500, "同意。", by=dispute.head, at=MAY)

    assert dispute.shares() == {"水沟镇": 2_500, "招商局": 4_500, "林业局": 3_000}


def test_an_objection_needs_words_and_only_the_lead_unit_answers(dispute):
    claim = dispute.claim()
    with pytest.raises(Refusal) as wordless:
        acting.answer(claim.pk, False, " ", by=dispute.clerk, at=MAY)
    with pytest.raises(Refusal):
        acting.answer(claim.pk, True, "同意", by=dispute.rival, at=MAY)

    acting.answer(claim.pk, False, "我镇独立引进。", by=dispute.clerk, at=MAY)

    assert wordless.value.field == "answer"
    assert CreditClaim.objects.get().state == CreditClaim.State.OBJECTED


def test_only_the_head_of_the_bureau_decides(dispute):
    """quality 7"""
    claim = dispute.claim()

    for person in (dispute.rival, dispute.clerk, make_verifier(dispute.county)):
        with pytest.raises(PermissionDenied):
            acting.grant(claim.pk, 4_000, "同意。", by=person, at=MAY)


def test_a_decided_claim_is_settled(dispute):
    """quality 35"""
    claim = dispute.claim()
    acting.refuse(claim.pk, "依据不足。", by=dispute.head, at=MAY)

    for action in (
        lambda: acting.grant(claim.pk, 4_000, "同意。", by=dispute.head, at=MAY),
        lambda: acting.answer(claim.pk, True, "", by=dispute.clerk, at=MAY),
        lambda: claims.withdraw(claim.pk, by=dispute.rival, at=MAY),
    ):
        with pytest.raises(Conflict):
            action()


def test_a_unit_claims_once_at_a_time(dispute):
    claim = dispute.claim()
    with pytest.raises(Refusal):
        dispute.claim(5_000)

    claims.withdraw(claim.pk, by=dispute.rival, at=MAY)
    dispute.claim(5_000)

    assert CreditClaim.objects.count() == 2


@pytest.mark.parametrize(
    ("points", "fields"),
    [
        (0, {}),
        (10_000, {}),
        (4_000, {"reason": "  "}),
    ],
)
def test_a_claim_without_substance_is_refused(dispute, points, fields):
    with pytest.raises(Refusal):
        dispute.claim(points, **fields)


def test_nobody_claims_for_another_unit_or_for_an_unsigned_or_own_project(dispute):
    with pytest.raises(Refusal):
        dispute.claim(by=dispute.clerk)
    with pytest.raises(Refusal):
        claims.make(dispute.project, dispute.lead, 5_000, REASON, by=dispute.clerk, at=MAY)
    dispute.project = make_project(dispute.lead, signed=None)
    with pytest.raises(Refusal):
        dispute.claim()


def test_both_units_are_told_and_the_notice_goes_with_the_deed(dispute):
    def told(person):
        return [notice.kind for notice in notices.waiting(person)]

    claim = dispute.claim()
    assert (told(dispute.clerk), told(dispute.rival)) == (["claim_made"], [])

    acting.answer(claim.pk, True, "", by=dispute.clerk, at=MAY)
    assert told(dispute.clerk) == []

    acting.grant(claim.pk, 1_000, "同意。", by=dispute.head, at=MAY)
    assert (told(dispute.clerk), told(dispute.rival)) == (["claim_decided"], ["claim_decided"])

    [notice] = notices.waiting(dispute.rival)
    assert notices.read(notice.pk, by=dispute.rival, at=MAY)
    assert (told(dispute.clerk), told(dispute.rival)) == (["claim_decided"], [])


def test_a_notice_that_asks_for_a_deed_is_not_read_away(dispute):
    dispute.claim()
    notice = Notice.objects.get()

    assert notices.read(notice.pk, by=dispute.clerk, at=MAY) is False
    assert notices.waiting(dispute.clerk).get() == notice


def test_every_word_stays_in_the_trail(dispute):
    claim = dispute.claim()
    acting.answer(claim.pk, False, "不同意。", by=dispute.clerk, at=MAY)
    acting.refuse(claim.pk, "依据不足。", by=dispute.head, at=MAY)

    actions = Trail.objects.filter(record=f"creditclaim:{claim.pk}").order_by("id")

    assert [line.action for line in actions] == ["claim.make", "claim.object", "claim.refuse"]
    assert actions[0].after["reason"] == REASON


def test_a_claim_is_read_by_its_two_units_those_who_share_and_the_offices(dispute):
    third, stranger = make_unit(dispute.county, "林业局"), make_unit(dispute.county, "盐务局")
    dispute.project = make_project(dispute.lead, shares={dispute.lead: 9_000, third: 1_000})
    claim = dispute.claim()

    readers = (dispute.clerk, dispute.rival, make_clerk(third), dispute.head)
    assert all(list(claims_of(reader)) == [claim] for reader in readers)
    assert not claims_of(make_clerk(stranger))
    assert not claims_of(make_head(make_county("611024", "山阳县")))


def test_a_ruling_holds_until_the_head_changes_it(dispute):
    """The lead unit cannot take back by the shares of the project what was granted."""
    acting.grant(dispute.claim().pk, 4_000, "同意。", by=dispute.head, at=MAY)
    project = Project.objects.get(pk=dispute.project.pk)
    alone = claims._draft(project, [(project.lead_unit, 10_000)])

    with pytest.raises(Refusal) as refusal:
        register.save(alone, by=dispute.clerk, at=MAY, project=project, version=project.version)
    assert refusal.value.field == "shares"
    assert register.save(alone, by=dispute.head, at=MAY, project=project, version=project.version)


def test_a_claim_that_changed_after_the_page_was_opened_is_not_decided(dispute):
    """Rule 18: the head decides on the answer and the shares that they read."""
    claim = dispute.claim()
    seen = claims.claim_seen(claim)
    acting.answer(claim.pk, False, "我镇独立引进。", by=dispute.clerk, at=MAY)

    for decide in (
        partial(claims.grant, claim.pk, seen, 4_000),
        partial(claims.refuse, claim.pk, seen),
    ):
        with pytest.raises(Conflict):
            decide("同意。", by=dispute.head, at=MAY)
    claim.refresh_from_db()
    assert claim.state == "objected"


# Who is told


@pytest.fixture
def told(dispute):
    """The causes of the notices to both units' people, since it was last asked."""
    Sending.objects.create(county=dispute.county, is_on=True)
    people = {dispute.clerk: "lead", dispute.rival: "rival"}
    for person in people:
        NoticeChoice.objects.create(person=person, way="single", address="a@b.cn")

    def since():
        rows = OutboxMessage.objects.order_by("pk")
        found = [(people[row.person], row.cause.partition(":")[0], row.words) for row in rows]
        OutboxMessage.objects.all().delete()
        return found

    return since


def change_shares(dispute, by, *shares):
    project = Project.objects.get(pk=dispute.project.pk)
    draft = claims._draft(project, list(shares))
    register.save(draft, by=by, at=MAY, project=project, version=project.version)


def test_a_ruling_tells_both_units_once(dispute, told):
    claim = dispute.claim()
    told()

    acting.grant(claim.pk, 3_000, "经会议研究。", by=dispute.head, at=MAY)

    assert sorted((who, cause) for who, cause, _words in told()) == [
        ("lead", "claim_decided"),
        ("rival", "claim_decided"),
    ]


def test_a_ruling_that_the_head_changes_tells_those_whom_it_touches(dispute, told):
    """A granted share that goes down again is no secret from the unit that was granted it."""
    claim = dispute.claim()
    acting.grant(claim.pk, 3_000, "经会议研究。", by=dispute.head, at=MAY)
    told()

    change_shares(dispute, dispute.head, (dispute.lead, 9_000), (dispute.claimant, 1_000))
    both = told()
    change_shares(dispute, dispute.head, (dispute.lead, 10_000))
    out = told()

    assert [(who, cause) for who, cause, _words in both] == [
        ("lead", "shares"),
        ("rival", "shares"),
    ]
    assert "10%" in both[1][2]
    assert len(out) == 2
    assert "取消" in out[1][2]


def test_a_unit_that_changes_the_shares_tells_the_others_only(dispute, told):
    change_shares(dispute, dispute.clerk, (dispute.lead, 6_000), (dispute.claimant, 4_000))

    assert [who for who, _cause, _words in told()] == ["rival"]


def test_a_change_without_new_shares_tells_nobody(dispute, told):
    project = Project.objects.get(pk=dispute.project.pk)
    draft = replace(claims._draft(project, [(dispute.lead, 10_000)]), name="另一名称")

    register.save(draft, by=dispute.head, at=MAY, project=project, version=project.version)

    assert told() == []
