"""The chain over recorded rows: what each row was when it was written, by a digest."""

import pgtrigger
from django.db import models
from django.db.models import Q

from units.triggers import FirmTrigger


class Link(models.Model):
    """One recorded row in the chain of its county (``chain`` is its key, 0 without a county).

    The database adds a link with each row that ``units.triggers.Chained`` covers. ``units/links.py``
    then gives it its place: ``head`` covers the place, the digest and the head before.
    """

    chain = models.PositiveIntegerField()
    subject = models.CharField(max_length=30)
    record = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    position = models.PositiveBigIntegerField(null=True)
    head = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="link_one_chain"),
        ]
        indexes = [
            models.Index(fields=["subject", "record", "-id"], name="link_newest"),
            models.Index(fields=["chain"], condition=Q(position=None), name="link_without_place"),
        ]
        triggers = [
            FirmTrigger(
                name="placed_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL
                        AND (NEW.id, NEW.chain, NEW.subject, NEW.record, NEW.digest)
                            = (OLD.id, OLD.chain, OLD.subject, OLD.record, OLD.digest) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
                """,
            ),
            FirmTrigger(
                name="never_emptied",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';",
            ),
        ]
