"""Claims on pages: who may claim, answer and decide, and who may read what was said."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.entries import claims
from ledger.models import CreditClaim, Evidence
from tests import acting
from tests.builders import (
    make_clerk,
    make_county,
    make_head,
    make_person,
    make_project,
    make_unit,
    make_verified,
    make_verifier,
    moment,
)
from tests.pdfs import PDF
from units.models import Role, Trail

pytestmark = pytest.mark.django_db


def sent(client, claim, action, /, **typed):
    """Send a form of the claim's page."""
    page = f"/claims/{claim.pk}/"
    return acting.send(client, page, f"{page}{action}/", **typed)


class Dispute:
    def __init__(self):
        self.county = make_county()
        self.head = make_head(self.county)
        self.lead, self.rival = make_unit(self.county, "水沟镇"), make_unit(self.county, "招商局")
        self.project = make_project(self.lead, "天麻加工厂")
        self.clerk, self.claimant = make_clerk(self.lead), make_clerk(self.rival)

    def claim(self):
        return claims.make(
            self.project, self.rival, 4_000, "我局首谈", by=self.claimant, at=moment("2012-05-20")
        )

    def typed(self, **fields):
        return {"project": "天麻 加工厂", "basis_points": "40", "reason": "我局首谈"} | fields


@pytest.fixture
def dispute():
    return Dispute()


def test_a_claim_with_its_certificate_is_made_by_the_projects_name(client, dispute):
    client.force_login(dispute.claimant)
    file = SimpleUploadedFile("分割证明.pdf", PDF)

    answer = client.post(
        "/claims/new/", dispute.typed(evidence_kind="split_certificate", evidence=file)
    )

    claim = CreditClaim.objects.get()
    assert answer.status_code == 302
    assert (claim.project, claim.unit, claim.basis_points) == (
        dispute.project,
        dispute.rival,
        4_000,
    )
    assert claim.evidence.get().kind == "split_certificate"


@pytest.mark.parametrize(
    "typed",
    [
        {"project": "没有的项目"},
        {"basis_points": "0"},
        {"basis_points": "100"},
        {"basis_points": "x"},
        {"reason": " "},
        {"evidence": SimpleUploadedFile("x.pdf", b"<html>"), "evidence_kind": "contract"},
    ],
)
def test_a_doubtful_claim_is_refused_beside_its_field(client, dispute, typed):
    client.force_login(dispute.claimant)

    answer = client.post("/claims/new/", dispute.typed(**typed))

    assert answer.status_code == 422
    assert not CreditClaim.objects.exists()


def test_the_lead_unit_answers_and_the_head_grants(client, dispute):
    claim = dispute.claim()
    client.force_login(dispute.clerk)
    sent(client, claim, "answer", **{"action": "agree", "answer": "属实"})

    client.force_login(dispute.head)
    given = {"action": "grant", "basis_points": "30", "decision": "同意"}
    answer = sent(client, claim, "decide", **given)

    claim.refresh_from_db()
    assert answer.status_code == 302
    assert (claim.state, claim.granted_points) == ("granted", 3_000)


def test_the_page_after_a_grant_leads_to_posting_again(client, dispute):
    receipt = make_verified(dispute.project, 100)
    claim = dispute.claim()
    client.force_login(dispute.head)
    given = {"action": "grant", "basis_points": "30", "decision": "同意"}
    sent(client, claim, "decide", **given)

    page = client.get(f"/claims/{claim.pk}/").content.decode()

    assert f"/receipts/{receipt.pk}/repost/" in page


@pytest.mark.parametrize(
    "typed",
    [
        {"action": "grant", "basis_points": "", "decision": "同意"},
        {"action": "grant", "basis_points": "100", "decision": "同意"},
        {"action": "grant", "basis_points": "30", "decision": ""},
        {"action": "refuse", "basis_points": "", "decision": " "},
    ],
)
def test_a_decision_without_share_or_words_is_refused(client, dispute, typed):
    claim = dispute.claim()
    client.force_login(dispute.head)

    answer = sent(client, claim, "decide", **typed)

    claim.refresh_from_db()
    assert (answer.status_code, claim.state) == (422, "claimed")


def test_deciding_twice_is_a_conflict(client, dispute):
    """quality 35"""
    claim = dispute.claim()
    client.force_login(dispute.head)
    given = {"action": "refuse", "decision": "依据不足"}

    answers = [sent(client, claim, "decide", **given) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]


def test_only_the_lead_unit_answers_and_only_the_head_decides(client, dispute):
    """quality 7"""
    claim = dispute.claim()
    client.force_login(dispute.claimant)
    own = sent(client, claim, "answer", **{"action": "agree", "answer": "好"})
    for person in (dispute.claimant, dispute.clerk, make_verifier(dispute.county)):
        client.force_login(person)
        answer = sent(client, claim, "decide", **{"action": "grant"})
        assert answer.status_code == 403

    claim.refresh_from_db()
    assert (own.status_code, claim.state) == (422, "claimed")
    assert Trail.objects.filter(refused=True).count() == 4


def test_every_word_is_on_the_projects_page(client, dispute):
    claim = dispute.claim()
    acting.answer(claim.pk, False, "独立引进", by=dispute.clerk, at=moment("2012-05-21"))
    acting.refuse(claim.pk, "依据不足", by=dispute.head, at=moment("2012-05-22"))
    client.force_login(dispute.clerk)

    page = client.get(f"/projects/{dispute.project.pk}/").content.decode()

    assert all(words in page for words in ("我局首谈", "独立引进", "依据不足"))


def test_a_stranger_reads_neither_claim_nor_certificate(client, dispute):
    """quality 6"""
    claim = dispute.claim()
    file = Evidence.objects.create(
        claim=claim,
        kind="contract",
        sha256="0" * 64,
        size=1,
        media_type="application/pdf",
        original_name="x.pdf",
        added_by=dispute.claimant,
        added_at=moment("2012-05-20"),
    )
    client.force_login(make_clerk(make_unit(dispute.county, "盐务局")))

    assert client.get(f"/claims/{claim.pk}/").status_code == 404
    assert client.post(f"/claims/{claim.pk}/answer/", {"action": "agree"}).status_code == 404
    assert client.get(f"/evidence/{file.pk}/").status_code == 404
    assert "天麻加工厂" not in client.get("/claims/").content.decode()


def test_a_claimant_does_not_see_the_project_itself(client, dispute):
    """quality 6"""
    claim = dispute.claim()
    client.force_login(dispute.claimant)

    page = client.get(f"/claims/{claim.pk}/").content.decode()

    assert f'href="/projects/{dispute.project.pk}/"' not in page


def test_a_decision_is_read_away_by_its_unit_only(client, dispute):
    claim = dispute.claim()
    acting.refuse(claim.pk, "依据不足", by=dispute.head, at=moment("2012-05-22"))
    notice = dispute.rival.notices.get()
    client.force_login(dispute.clerk)
    client.post(f"/notices/{notice.pk}/read/")
    notice.refresh_from_db()
    assert notice.acted_at is None

    client.force_login(dispute.claimant)
    answer = client.post(f"/notices/{notice.pk}/read/", {"next": "https://elsewhere.example/"})

    notice.refresh_from_db()
    assert notice.acted_by == dispute.claimant
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("role", [Role.LEADER, Role.VERIFIER, Role.BUREAU_HEAD])
def test_an_office_reads_claims_and_makes_none(client, dispute, role):
    """quality 5"""
    claim = dispute.claim()
    client.force_login(make_person(dispute.county, role))

    assert client.get(f"/claims/{claim.pk}/").status_code == 200
    assert client.get("/claims/new/").status_code == 403
