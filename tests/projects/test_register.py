"""What the register of projects accepts, refuses and keeps."""

from dataclasses import replace
from datetime import date

import pytest

from projects import register
from projects.models import Industry, Investor, Project
from projects.register import InvestorDraft, NameTaken, ProjectDraft
from tests.builders import (
    day,
    make_clerk,
    make_county,
    make_head,
    make_project,
    make_unit,
    make_verifier,
    moment,
    wan,
)
from units.ground.refusal import Conflict, Refusal
from units.models import Trail

pytestmark = pytest.mark.django_db

NOW = moment("2012-06-30")


@pytest.fixture
def draft(town):
    return ProjectDraft(
        name="茶叶加工",
        industry=Industry.objects.get(code="food"),
        stage="contract",
        shares=[(town, 10_000)],
        total_investment=wan(5_000),
        introduced_amount=wan(4_000),
        investor=InvestorDraft("西安茶业公司", "other_city"),
        contract_on=day("2012-03-01"),
    )


def refused(draft, **options):
    with pytest.raises(Refusal) as caught:
        register.save(draft, at=NOW, **options)
    return caught.value


def test_a_project_is_entered_with_investor_shares_and_trail(draft, town, bureau, head):
    draft = replace(draft, shares=[(town, 6_000), (bureau, 4_000)], name="  茶叶加工　")

    project = register.save(draft, by=head, at=NOW)

    assert project.name == "茶叶加工"
    assert project.lead_unit == town
    assert project.signed_on == date(2012, 3, 1)
    assert project.investor.origin == "other_city"
    assert list(project.shares.values_list("unit__name", "basis_points")) == [
        ("水沟镇", 6_000),
        ("招商局", 4_000),
    ]
    line = Trail.objects.get(action="project.add")
    assert line.after["shares"] == ["水沟镇 60%", "招商局 40%"]


def test_a_change_keeps_before_and_after_of_what_differs(draft, town, bureau, head):
    project = register.save(draft, by=head, at=NOW)
    changed = replace(draft, shares=[(town, 5_000), (bureau, 5_000)], location="水沟村")

    after = register.save(changed, by=head, at=NOW, project=project, version=1)

    line = Trail.objects.get(action="project.change")
    assert after.version == 2
    assert line.before == {"location": "", "shares": ["水沟镇 100%"]}
    assert line.after == {"location": "水沟村", "shares": ["水沟镇 50%", "招商局 50%"]}


def test_saving_without_a_change_leaves_no_trace(draft, head):
    project = register.save(draft, by=head, at=NOW)

    again = register.save(draft, by=head, at=NOW, project=project, version=1)

    assert again.version == 1
    assert not Trail.objects.filter(action="project.change").exists()


def test_a_change_of_an_older_version_is_a_conflict(draft, head):
    """quality 32"""
    project = register.save(draft, by=head, at=NOW)
    register.save(replace(draft, phone="1"), by=head, at=NOW, project=project, version=1)

    with pytest.raises(Conflict):
        register.save(replace(draft, phone="2"), by=head, at=NOW, project=project, version=1)

    project.refresh_from_db()
    assert project.phone == "1"


@pytest.mark.parametrize("points", [[6_000, 3_999], [6_000, 4_001], [10_000, 0], [0, 0]])
def test_shares_that_miss_the_whole_are_refused(draft, town, bureau, head, points):
    shares = list(zip((town, bureau), points, strict=True))

    assert refused(replace(draft, shares=shares), by=head).field == "shares"


def test_a_unit_named_twice_is_refused(draft, town, head):
    draft = replace(draft, shares=[(town, 5_000), (town, 5_000)])

    assert "水沟镇" in refused(draft, by=head).sentence


def test_a_unit_of_another_county_is_refused(draft, town, head):
    elsewhere = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")
    draft = replace(draft, shares=[(town, 5_000), (elsewhere, 5_000)])

    assert refused(draft, by=head).field == "shares"


def test_a_unit_that_had_ended_before_gets_no_share(draft, town, county, head):
    ended = make_unit(county, "梁家湾镇", ended_on=day("2011-07-01"))
    draft = replace(draft, shares=[(town, 5_000), (ended, 5_000)])

    assert refused(draft, by=head).field == "shares"


@pytest.mark.parametrize(
    ("stage", "days", "field"),
    [
        ("contract", {"contract_on": None}, "contract_on"),
        ("started", {}, "started_on"),
        ("production", {"contract_on": None, "production_on": day("2012-05-01")}, "contract_on"),
        ("reserve", {"reserved_on": day("2012-01-01")}, "contract_on"),
        ("intention", {"intention_on": day("2012-01-01")}, "contract_on"),
        ("contract", {"intention_on": day("2012-03-02")}, "contract_on"),
        ("contract", {"contract_on": day("2012-07-01")}, "contract_on"),
        ("contract", {"contract_on": day("1912-07-01")}, "contract_on"),
        ("signed", {}, "stage"),
    ],
)
def test_stage_and_days_must_fit(draft, head, stage, days, field):
    """quality 27"""
    assert refused(replace(draft, stage=stage, **days), by=head).field == field


def test_days_of_one_moment_are_in_order(draft, head):
    draft = replace(draft, stage="started", started_on=day("2012-03-01"))

    assert register.save(draft, by=head, at=NOW).started_on == day("2012-03-01")


def test_today_counts_in_the_county(draft, head):
    draft = replace(draft, contract_on=day("2012-06-30"))

    assert register.save(draft, by=head, at=moment("2012-06-30")).signed_on == day("2012-06-30")


@pytest.mark.parametrize(
    ("amounts", "field"),
    [
        ({"introduced_amount": wan("5000.000001")}, "introduced_amount"),
        ({"introduced_amount": wan(0)}, "introduced_amount"),
        ({"total_investment": wan(0), "introduced_amount": wan(0)}, "total_investment"),
    ],
)
def test_amounts_must_fit(draft, head, amounts, field):
    assert refused(replace(draft, **amounts), by=head).field == field


@pytest.mark.parametrize(
    "name", ["茶\u202e叶", "茶\u200b叶", "茶\x00叶", "茶\ud800叶", "茶\n叶", " ", "茶" * 201]
)
def test_names_that_cannot_be_kept_are_refused(draft, head, name):
    """quality 28"""
    assert refused(replace(draft, name=name), by=head).field == "name"


@pytest.mark.parametrize("name", ["茶叶加工", "茶叶 加工", "茶叶（加工）"])
def test_a_name_that_reads_the_same_is_refused(draft, head, name):
    other = register.save(draft, by=head, at=NOW)

    refusal = refused(replace(draft, name=name), by=head)

    assert isinstance(refusal, NameTaken)
    assert refusal.other == other


def test_a_taken_name_is_not_shown_to_those_who_may_not_see_it(draft, bureau, head):
    register.save(draft, by=head, at=NOW)

    refusal = refused(replace(draft, shares=[(bureau, 10_000)]), by=make_clerk(bureau))

    assert refusal.other is None
    assert "水沟镇" not in refusal.sentence


def test_another_county_may_use_the_name(draft, head):
    register.save(draft, by=head, at=NOW)
    elsewhere = make_unit(make_county("611022", "丹凤县"), "龙驹寨镇")

    register.save(
        replace(draft, shares=[(elsewhere, 10_000)]), by=make_head(elsewhere.county), at=NOW
    )

    assert Project.objects.filter(name_key="茶叶加工").count() == 2


def test_a_clerk_enters_for_the_own_unit_only(draft, town, bureau):
    clerk = make_clerk(bureau)

    assert refused(draft, by=clerk).field == "shares"
    shared = replace(draft, shares=[(bureau, 5_000), (town, 5_000)])
    assert register.save(shared, by=clerk, at=NOW).lead_unit == bureau


def test_a_sharing_unit_does_not_change_the_project(draft, town, bureau, head):
    shared = replace(draft, shares=[(town, 5_000), (bureau, 5_000)])
    project = register.save(shared, by=head, at=NOW)

    refusal = refused(
        replace(shared, shares=[(bureau, 10_000)]), by=make_clerk(bureau), project=project
    )

    assert refusal.field is None


def test_the_bureau_of_another_county_is_refused(draft):
    stranger = make_head(make_county("611022", "丹凤县"))

    refused(draft, by=stranger)

    assert not Project.objects.exists()


def test_spellings_of_an_investor_are_one(draft, head):
    first = register.save(draft, by=head, at=NOW)
    spelt = InvestorDraft("西安 茶业公司", "other_city", origin_place="西安")

    second = register.save(replace(draft, name="茶园", investor=spelt), by=head, at=NOW)

    assert second.investor == first.investor
    assert second.investor.origin_place == "西安"
    assert second.investor.name == "西安茶业公司"


def test_another_origin_of_a_known_investor_is_refused(draft, head):
    register.save(draft, by=head, at=NOW)
    abroad = InvestorDraft("西安茶业公司", "foreign")

    assert refused(replace(draft, name="茶园", investor=abroad), by=head).field == "origin"


def test_the_bureau_corrects_an_investor_in_one_of_its_projects(draft, town, head):
    project = register.save(draft, by=make_clerk(town), at=NOW)
    abroad = replace(draft, investor=InvestorDraft("西安茶业公司", "foreign"))

    register.save(abroad, by=head, at=NOW, project=project)

    assert Investor.objects.get().origin == "foreign"
    assert Trail.objects.get(action="investor.change").before == {"origin": "other_city"}


def test_a_unit_does_not_correct_an_investor_that_others_name(draft, town, bureau, head):
    other = replace(draft, name="茶园", shares=[(bureau, 10_000)])
    register.save(other, by=head, at=NOW)
    project = register.save(draft, by=make_clerk(town), at=NOW)
    abroad = replace(draft, investor=InvestorDraft("西安茶业公司", "foreign"))

    assert refused(abroad, by=make_clerk(town), project=project).field == "origin"


def test_a_signed_project_needs_an_investor_and_a_reserve_one_does_not(draft, head):
    nobody = replace(draft, investor=None)
    assert refused(nobody, by=head).field == "investor"
    told = [refusal.field for refusal in register.objections(nobody, NOW.date())]
    assert told == ["investor", "origin"]
    reserve = replace(
        draft, investor=None, stage="reserve", contract_on=None, reserved_on=day("2012-01-05")
    )
    assert register.save(reserve, by=head, at=NOW).signed_on is None


@pytest.mark.parametrize(
    ("code", "is_taken"),
    [("91350100M000100Y43", True), ("91350100M000100Y44", False), ("1", False)],
)
def test_a_credit_code_must_check(draft, head, code, is_taken):
    draft = replace(draft, investor=replace(draft.investor, credit_code=code.lower()))

    if is_taken:
        assert register.save(draft, by=head, at=NOW).investor.credit_code == code
    else:
        assert refused(draft, by=head).field == "credit_code"


def test_an_existing_project_made_elsewhere_can_be_changed(town, county, draft):
    project = make_project(town, "茶叶加工")

    after = register.save(
        replace(draft, name="茶叶深加工"), by=make_verifier(county), at=NOW, project=project
    )

    assert after.name == "茶叶深加工"
    assert after.investor.name == "西安茶业公司"
