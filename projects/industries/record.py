"""What a county calls its industries: words and industries of its own, recorded in versions.

Industries are hashed into entries, so none is ever changed or re-keyed. A county's own industry
whose sector or flags change is a new row; posted entries keep the one they were posted with.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext_lazy as _

from projects.industries.words import WORDS
from projects.models import Industry, IndustryWord, Project
from units import trail
from units.access import Right, demand
from units.ground.fingerprint import demand_seen, fingerprint
from units.ground.refusal import Refusal, clean_or_refuse
from units.ground.text import key
from units.models import County, User

OTHER = "other"


@dataclass(frozen=True, slots=True)
class WordDraft:
    """A word of a county and what it means.

    ``industry`` is an industry of the list; None makes the word an industry of the county's own,
    with sector and flags. ``is_withdrawn`` takes the word away.
    """

    word: str
    industry: Industry | None = None
    sector: int = Industry.Sector.SECONDARY
    is_resource: bool = False
    is_property: bool = False
    is_withdrawn: bool = False


def current(county: County) -> QuerySet[IndustryWord]:
    """The newest version of each word of the county, withdrawn ones too."""
    rows = IndustryWord.objects.filter(county=county).select_related("industry", "recorded_by")
    return rows.order_by("word_key", "-id").distinct("word_key")


def offered(county: County) -> list[Industry]:
    """The shared industries and the county's own, as a form offers them."""
    own = [row.industry for row in current(county) if not row.is_withdrawn and row.is_own]
    shared = list(Industry.objects.filter(is_shared=True))
    return [*shared[:-1], *own, *shared[-1:]]  # "other" stays last


def known(county: County) -> dict[str, Industry]:
    """The industry by the key of every word that the county uses: its own words go first."""
    shared = {industry.code: industry for industry in Industry.objects.filter(is_shared=True)}
    found = {key(word): shared[code] for code, words in WORDS.items() for word in words.split()}
    for industry in shared.values():
        found |= {key(word): industry for word in (industry.code, industry.name_en, industry.name)}
    found |= {row.word_key: row.industry for row in current(county) if not row.is_withdrawn}
    return found


def words_seen(county: County) -> str:
    """The fingerprint of the words of a county."""
    return fingerprint(
        list(IndustryWord.objects.filter(county=county).order_by("pk").values_list("pk", flat=True))
    )


@transaction.atomic
def record(
    county: County, draft: WordDraft, *, by: User, at: datetime, seen: str | None = None
) -> IndustryWord:
    """Record a version of a word; the same once more changes nothing.

    ``seen`` is the ``words_seen`` that a form carried.
    Raises Refusal for a word of the shared list's own names and for a withdrawal of an unknown one.
    """
    demand(by, Right.COUNTY_EDIT)
    county = County.objects.select_for_update(no_key=True).get(pk=county.pk)
    if seen is not None:
        demand_seen(seen, words_seen(county))
    word = clean_or_refuse(draft.word, "word")
    if not word:
        raise Refusal(_("Write the word."), "word")
    if Industry.objects.filter(is_shared=True, name=word).exists():
        raise Refusal(_("The shared list has this industry already."), "word")
    held = current(county).filter(word_key=key(word)).first()
    if draft.is_withdrawn and (held is None or held.is_withdrawn):
        raise Refusal(_("The county does not use this word."), "word")
    if held is not None and _is_same(held, draft):
        return held
    industry = held.industry if draft.is_withdrawn and held else draft.industry
    row = IndustryWord.objects.create(
        county=county,
        word=word,
        word_key=key(word),
        industry=industry or _own(county, word, draft),
        is_withdrawn=draft.is_withdrawn,
        recorded_by=by,
        recorded_at=at,
    )
    if held is not None and row.is_own and held.is_own:
        _move_projects(held.industry, row.industry)
    trail.record(by, "industry.word", row, at=at, county=county, label=word, after=said(row))
    return row


def said(row: IndustryWord) -> dict[str, object]:
    """The version as the trail keeps it."""
    industry = row.industry
    return {
        "industry": industry.code,
        "sector": industry.sector,
        "resource": industry.is_resource,
        "property": industry.is_property,
        "withdrawn": row.is_withdrawn,
    }


def _is_same(held: IndustryWord, draft: WordDraft) -> bool:
    if held.is_withdrawn or draft.is_withdrawn:
        return False
    if draft.industry is not None or not held.is_own:
        return held.industry == draft.industry
    own = held.industry
    flags = (own.sector, own.is_resource, own.is_property)
    return flags == (draft.sector, draft.is_resource, draft.is_property)


def _own(county: County, word: str, draft: WordDraft) -> Industry:
    """A new industry of the county; its code is never used again."""
    newest: int = Industry.objects.aggregate(pk=Max("pk", default=0))["pk"]
    return Industry.objects.create(
        is_shared=False,
        code=f"{county.code}-{newest + 1}",
        name=word,
        name_en=word,
        sector=draft.sector,
        is_resource=draft.is_resource,
        is_property=draft.is_property,
        order=Industry.OWN,
    )


def _move_projects(before: Industry, after: Industry) -> None:
    """Projects follow the new version; what is posted keeps the old one."""
    moved = Project.objects.filter(industry=before)
    moved.update(industry=after, version=F("version") + 1)
