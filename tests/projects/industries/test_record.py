"""A county's own words for industries: recorded in versions, never re-keyed."""

import pytest

from ledger.models import Entry
from ledger.ranking.league import league_table
from projects.industries import record
from projects.industries.record import WordDraft
from projects.models import Industry, IndustryWord, Project
from tests import acting, builders
from tests.builders import day, moment, wan
from units.ground.refusal import Refusal
from units.ground.text import key
from units.models import Trail

pytestmark = pytest.mark.django_db
NOON = moment("2012-07-01")


@pytest.fixture
def head(county):
    return builders.make_head(county)


def recorded(head, word, **meaning):
    return record.record(head.county, WordDraft(word, **meaning), by=head, at=NOON)


@pytest.mark.parametrize(
    ("word", "code", "marks"),
    [
        *(("工业", "industry", (2, False, False)), ("第二产业", "industry", (2, False, False))),
        *(("农业", "agriculture", (1, False, False)), ("服务业", "services", (3, False, False))),
        *(("第三产业", "services", (3, False, False)), ("矿产", "mining", (2, True, False))),
        *(("砂石", "mining", (2, True, False)), ("采石", "mining", (2, True, False))),
        *(("商住开发", "property", (3, False, True)), ("商业地产", "property", (3, False, True))),
        *(("化工", "chemicals", (2, False, False)), ("电子信息", "electronics", (2, False, False))),
    ],
)
def test_the_usual_words_are_known_with_their_marks(county, word, code, marks):
    found = record.known(county)[key(word)]

    assert found.code == code
    assert (found.sector, found.is_resource, found.is_property) == marks


def test_a_word_of_the_county_leads_to_an_industry_of_the_list(county, head):
    recorded(head, "钒产业", industry=Industry.objects.get(code="materials"))

    assert record.known(county)[key("钒产业")].code == "materials"
    assert key("钒产业") not in record.known(builders.make_county("611024", "山阳县"))
    assert Trail.objects.get(action="industry.word").label == "钒产业"


def test_an_own_industry_is_offered_in_its_county_only(county, head):
    row = recorded(head, "石墨", sector=2, is_resource=True)

    assert row.industry in record.offered(county)
    assert record.offered(county)[-1].code == "other"
    assert row.industry not in record.offered(builders.make_county("611024", "山阳县"))


def test_a_new_version_leaves_posted_money_as_it_is(county, head, town):
    """商住开发 posted without a mark stays; what is posted after the new version carries it."""
    first = recorded(head, "康养地产", sector=3)
    project = builders.make_project(town, industry=first.industry.code)
    builders.make_verified(project, 600, "2012-05-10")

    second = recorded(head, "康养地产", sector=3, is_property=True)
    project.refresh_from_db()
    builders.make_verified(project, 400, "2012-05-11")

    assert second.industry != first.industry
    assert set(Entry.objects.values_list("industry", "amount")) == {
        (first.industry_id, wan(600)),
        (second.industry_id, wan(400)),
    }
    without = league_table(county, day("2012-06-30"), without=["property"])
    assert without.total.received == wan(600)
    assert Project.objects.get().industry == second.industry
    assert [one.word for one in record.current(county)] == ["康养地产"]


def test_the_same_once_more_is_no_new_version(county, head):
    recorded(head, "石墨", is_resource=True)

    recorded(head, "石墨", is_resource=True)

    assert IndustryWord.objects.count() == 1


def test_a_withdrawn_word_is_asked_about_again(county, head):
    recorded(head, "钒产业", industry=Industry.objects.get(code="materials"))

    recorded(head, "钒产业", is_withdrawn=True)

    assert key("钒产业") not in record.known(county)


def test_names_of_the_shared_list_and_unknown_withdrawals_are_refused(head):
    for draft in (WordDraft("原矿开采"), WordDraft("没有", is_withdrawn=True), WordDraft("  ")):
        with pytest.raises(Refusal):
            record.record(head.county, draft, by=head, at=NOON)


def test_the_page_records_a_word_and_refuses_in_place(client, county, head):
    client.force_login(head)
    typed = {"word": "石墨", "meaning": "own", "sector": "2", "is_resource": "on"}

    page = "/county/industries/"
    saved = acting.send(client, page, page, **typed)
    assert client.post(page, typed | {"word": "石料"}).status_code == 409
    refused = acting.send(client, page, page, **typed | {"word": "能源"})

    assert saved.url == "/county/industries/"
    assert refused.status_code == 422
    assert "能源" in refused.content.decode()
    page = client.get("/county/industries/").content.decode()
    assert "石墨" in page
    form = client.get("/projects/new/").content.decode()
    assert "石墨" in form
