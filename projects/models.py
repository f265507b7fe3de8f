"""Investors, industries, projects (签约项目) with their stages, and credit shares (引资份额).

Money received is not stored here: a project's funds are entries of the ledger.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from units.models import County, Unit, User, amount_field
from units.triggers import FirmTrigger, append_only


class Industry(models.Model):
    """An industry (产业类别) with the flags by which tables exclude money; never changed.

    Shared by all counties, or one county's own: then a new version is a new row.
    """

    OWN = 90  # the order of counties' own, before "other"

    class Sector(models.IntegerChoices):
        PRIMARY = 1, _("primary sector")
        SECONDARY = 2, _("secondary sector")
        TERTIARY = 3, _("tertiary sector")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("industry"), max_length=50)
    name_en = models.CharField(_("English name"), max_length=50)
    sector = models.PositiveSmallIntegerField(_("sector"), choices=Sector)
    is_resource = models.BooleanField(_("resource extraction"), default=False)
    is_property = models.BooleanField(_("property"), default=False)
    order = models.PositiveSmallIntegerField(default=0)
    is_shared = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("industry")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en


class IndustryWord(models.Model):
    """A version of a county's word for an industry; the newest of a word holds."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="industry_words")
    word = models.CharField(_("word"), max_length=50)
    word_key = models.CharField(max_length=200, editable=False)  # folding lengthens some words
    industry = models.ForeignKey(Industry, on_delete=models.PROTECT, related_name="+")
    is_withdrawn = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("word for an industry")
        indexes = [models.Index(fields=["county", "word_key", "-id"], name="industry_word_newest")]
        triggers = append_only()

    def __str__(self) -> str:
        return self.word

    @property
    def is_own(self) -> bool:
        """Whether the word is the name of an industry of the county's own."""
        return not self.industry.is_shared and self.industry.name == self.word


class Investor(models.Model):
    """An investor (投资方) of a county; ``name_key`` folds look-alike spellings."""

    class Origin(models.TextChoices):
        FOREIGN = "foreign", _("from abroad")
        OTHER_PROVINCE = "other_province", _("from another province")
        OTHER_CITY = "other_city", _("from another city")
        OTHER_COUNTY = "other_county", _("from another county of the city")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="investors")
    name = models.CharField(_("investor"), max_length=200)
    name_key = models.CharField(max_length=800, editable=False)  # folding lengthens some names
    credit_code = models.CharField(_("unified credit code"), max_length=18, blank=True)
    origin = models.CharField(_("origin"), max_length=20, choices=Origin)
    origin_place = models.CharField(_("place of origin"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("investor")
        constraints = [
            models.UniqueConstraint(fields=["county", "name_key"], name="investor_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    """How far a project has come; members are in the order of the stages."""

    RESERVE = "reserve", pgettext_lazy("stage", "reserve")
    INTENTION = "intention", pgettext_lazy("stage", "intention")
    AGREEMENT = "agreement", pgettext_lazy("stage", "agreement")
    CONTRACT = "contract", pgettext_lazy("stage", "contract")
    STARTED = "started", pgettext_lazy("stage", "started")
    PRODUCTION = "production", pgettext_lazy("stage", "in production")


STAGES = tuple(Stage)


class Project(models.Model):
    """A project with the day on which it reached each stage, if the day is known.

    ``signed_on`` is the first day of any signature; it decides new or carry-over (rule 11). A
    project counts as contract from ``contract_on``. ``version`` grows with each change: a form made
    from an older version is refused instead of overwriting.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="projects")
    lead_unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="led_projects",
        verbose_name=_("lead unit"),
    )
    name = models.CharField(_("project name"), max_length=200)
    name_key = models.CharField(max_length=800, editable=False)  # folding lengthens some names
    investor = models.ForeignKey(
        Investor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("investor"),
    )
    industry = models.ForeignKey(
        Industry,
        on_delete=models.PROTECT,
        related_name="projects",
        verbose_name=_("industry"),
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    reserved_on = models.DateField(_("compiled on"), null=True, blank=True)
    intention_on = models.DateField(_("intention signed on"), null=True, blank=True)
    agreement_on = models.DateField(_("agreement signed on"), null=True, blank=True)
    contract_on = models.DateField(_("contract signed on"), null=True, blank=True)
    started_on = models.DateField(_("works started on"), null=True, blank=True)
    production_on = models.DateField(_("production started on"), null=True, blank=True)
    signed_on = models.GeneratedField(
        expression=Least("intention_on", "agreement_on", "contract_on"),
        output_field=models.DateField(_("signed on"), null=True),
        db_persist=True,
    )
    total_investment = amount_field(_("total investment"))
    introduced_amount = amount_field(_("introduced amount"))
    location = models.CharField(_("location"), max_length=200, blank=True)
    content = models.TextField(_("content"), max_length=2000, blank=True)
    sponsor = models.CharField(_("sponsor"), max_length=100, blank=True)
    contact = models.CharField(_("contact"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("recorded at"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("project")
        ordering = ("-signed_on", "-id")
        indexes = [
            models.Index(fields=["county", "signed_on"], name="project_signed"),
            models.Index(fields=["lead_unit"], name="project_lead"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["county", "name_key"], name="project_name_once"),
            models.CheckConstraint(
                condition=Q(total_investment__gte=F("introduced_amount"))
                & Q(introduced_amount__gte=0),
                name="project_introduced_within_total",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.RESERVE, signed_on__isnull=True)
                | (~Q(stage=Stage.RESERVE) & Q(signed_on__isnull=False)),
                name="project_signed_unless_reserve",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=[Stage.CONTRACT, Stage.STARTED, Stage.PRODUCTION])
                | Q(contract_on__isnull=False),
                name="project_contract_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CreditShare(models.Model):
    """A unit's share of a project's credit in basis points; a project's shares add up to 10,000.

    The database checks the sum when the transaction commits (rule 8).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="shares")
    basis_points = models.PositiveSmallIntegerField(_("share"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("credit share")
        ordering = ("order", "id")
        constraints = [
            models.UniqueConstraint(fields=["project", "unit"], name="share_once_per_unit"),
            models.CheckConstraint(
                condition=Q(basis_points__gt=0, basis_points__lte=10_000),
                name="share_in_range",
            ),
        ]
        triggers = [
            FirmTrigger(
                name="adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                declare=[("whole", "integer"), ("subject", "bigint")],
                func="""
                    subject := CASE WHEN TG_OP = 'DELETE' THEN OLD.project_id ELSE NEW.project_id END;
                    SELECT sum(basis_points) INTO whole FROM projects_creditshare
                        WHERE project_id = subject;
                    IF whole IS DISTINCT FROM 10000 AND EXISTS
                        (SELECT 1 FROM projects_project WHERE id = subject) THEN
                        RAISE EXCEPTION 'credit shares of project % add to %, not 10000',
                            subject, coalesce(whole, 0) USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]


class ServiceStep(models.Model):
    """Something that a unit owes a project by a day (限时办结): permits, land, power, water.

    ``unit`` is the responsible one, which need not share the credit. Whether a step is overdue is
    not stored: ``deadlines.standing`` computes it for any day.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="services")
    item = models.CharField(_("item"), max_length=200)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("responsible unit"),
    )
    sponsor = models.CharField(_("sponsor"), max_length=100, blank=True)
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("service step")
        ordering = ("due_on", "id")
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_on=None), name="service_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "item", "unit", "due_on"], name="service_step_once"
            ),
        ]

    def __str__(self) -> str:
        return self.item


class Problem(models.Model):
    """A problem of a project: who raised it, the answer, and when it was settled.

    ``unit`` is empty if the bureau raised it.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="problems")
    words = models.TextField(_("problem"), max_length=1000)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="problems"
    )
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised at"))
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("problem")
        ordering = ("raised_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="problem_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(settled_on=None) | Q(answered_at__isnull=False),
                name="problem_answered_before_settled",
            ),
        ]

    def __str__(self) -> str:
        return self.words
