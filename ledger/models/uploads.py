"""Workbooks on their way into the accounts, and what a county has said about their headings.

Written by ``ledger/importing`` only. Nothing here is an account: uploads are deleted after a week.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models import County, Unit, User

# A job writes its beat every half second; one that is silent for so long is dead.
DEAD: Final = timedelta(seconds=60)
# A job that waits for its turn writes none, so its beat is set ahead.
LONGEST_WAIT: Final = timedelta(minutes=10)
LONGEST_TOKEN: Final = 40


def next_turn() -> datetime:
    """The beat of a job that is started now."""
    return timezone.now() + LONGEST_WAIT


class Upload(models.Model):
    """A workbook between two pages of its import; in the database, so that any machine shows it.

    ``version`` grows with each step: of two claims of one version, one succeeds. ``second``
    confirmed it; ``sentence`` says why it failed; ``digest`` is of what the preview showed. ``beat``
    is the last sign of life of the job, in the future while it waits for its turn.
    """

    class Step(models.TextChoices):
        READING = "reading", pgettext_lazy("upload", "being read")
        MAPPING = "mapping", pgettext_lazy("upload", "columns to be chosen")
        PLANNING = "planning", pgettext_lazy("upload", "being checked")
        READY = "ready", pgettext_lazy("upload", "to be decided")
        WAITING = "waiting", pgettext_lazy("upload", "waits for a second person")
        COMMITTING = "committing", pgettext_lazy("upload", "being imported")
        DONE = "done", pgettext_lazy("upload", "imported")
        FAILED = "failed", pgettext_lazy("upload", "not imported")

    AT_WORK: Final = (Step.READING, Step.PLANNING, Step.COMMITTING)

    token = models.CharField(max_length=LONGEST_TOKEN, primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField(default=timezone.now)
    rows = models.PositiveIntegerField(default=0)

    step = models.CharField(max_length=10, choices=Step, default=Step.READING)
    version = models.PositiveIntegerField(default=0)
    beat = models.DateTimeField(default=next_turn)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    sentence = models.TextField(blank=True)

    is_verified = models.BooleanField(default=False)
    document = models.CharField(max_length=200, blank=True)
    skips_refused = models.BooleanField(default=False)
    mapping = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    refused = models.PositiveIntegerField(default=0)
    is_empty = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("upload")
        indexes = (models.Index(fields=("county", "-made_at"), name="ledger_upload_newest"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.step in self.AT_WORK and timezone.now() - self.beat < DEAD

    @property
    def is_interrupted(self) -> bool:
        return self.step in self.AT_WORK and not self.is_at_work


class UploadPart(models.Model):
    """A named document of an upload, as compressed JSON: its cells, its outlook, its refusals."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=20)
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("upload", "name"), name="ledger_uploadpart_once"),
        )


class UploadLine(models.Model):
    """One row of the preview: what it would write, or why it does not come in.

    ``place`` is its place on the page, from 0. ``content`` is laid out by ``importing/lines.py``.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="lines")
    place = models.PositiveIntegerField()
    sheet = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10)
    needs_look = models.BooleanField()
    content = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("upload", "place"), name="ledger_uploadline_place"),
        )


class RememberedMapping(models.Model):
    """What a unit, or the bureau (no unit), has chosen for sheets with these headings.

    ``headings`` are the texts by column letter, ``shape`` is their digest, ``mapping`` is the choice
    for one sheet (``reading/mapping.py``).
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    shape = models.CharField(max_length=64)
    headings = models.JSONField()
    mapping = models.JSONField()
    chosen_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("county", "unit", "shape"),
                nulls_distinct=False,
                name="ledger_rememberedmapping_once",
            ),
        )


class UnitAlias(models.Model):
    """Another name of a unit in workbooks, said by a person: 水沟 is 水沟镇.

    Holds for the workbooks of ``by_unit``, or of everybody if the bureau said it.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="aliases")
    by_unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100)
    said_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("county", "by_unit", "name_key"),
                nulls_distinct=False,
                name="ledger_unitalias_once",
            ),
        )
