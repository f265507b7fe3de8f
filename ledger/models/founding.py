"""What was typed of a county that does not exist yet. Written by ``ledger/founding`` only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FoundingState(models.Model):
    """The code of the terminal, or the draft, as text; in the database, so that any machine goes on.

    Deleted once the county exists.
    """

    name = models.CharField(max_length=10, primary_key=True)
    content = models.TextField()

    class Meta:
        verbose_name = _("founding of a county")

    def __str__(self) -> str:
        return self.name
