"""Notices that leave the program: how a county sends them, who wants them, and what is to be sent.

Written by ``units/outbox`` only.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from units.models.counties import County
from units.models.people import User


class Sending(models.Model):
    """How a county sends notices. Nothing is written into the outbox while ``is_on`` is false.

    ``site`` is the address at which people open the program; links in notices begin with it.
    """

    class Security(models.TextChoices):
        STARTTLS = "starttls", _("STARTTLS")
        TLS = "tls", _("TLS from the start")
        NONE = "none", _("none")

    county = models.OneToOneField(County, on_delete=models.PROTECT, related_name="sending")
    is_on = models.BooleanField(default=False)
    site = models.URLField(max_length=200, blank=True)
    host = models.CharField(max_length=200, blank=True)
    port = models.PositiveIntegerField(
        default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(max_length=10, choices=Security, default=Security.STARTTLS)
    username = models.CharField(max_length=200, blank=True)
    password = models.CharField(max_length=200, blank=True)
    sender = models.EmailField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("sending of notices")


class Robot(models.Model):
    """A robot in a group of WeCom, DingTalk or Feishu that passes notices on.

    ``address`` and ``secret`` let anybody write into the group; they are never shown again.
    """

    class Service(models.TextChoices):
        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu")

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="robots")
    service = models.CharField(max_length=10, choices=Service)
    name = models.CharField(max_length=50)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    is_on = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("group robot")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["county", "address"], name="robot_once"),
        ]

    def __str__(self) -> str:
        return self.name


class NoticeChoice(models.Model):
    """Whether and how one person wants notices by e-mail. Without a row they get none."""

    class Way(models.TextChoices):
        OFF = "off", pgettext_lazy("notices", "none")
        SINGLE = "single", pgettext_lazy("notices", "one by one, at once")
        DIGEST = "digest", pgettext_lazy("notices", "once a day, at 08:30")

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_choice")
    way = models.CharField(max_length=10, choices=Way, default=Way.OFF)
    address = models.EmailField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(way="off") | ~Q(address=""), name="notice_choice_has_address"
            ),
        ]


class OutboxMessage(models.Model):
    """One notice to one person or to one group, until it is sent or given up.

    ``cause`` names what it is about, such as ``receipt.return:17:3``; a receiver gets one message
    for a cause, however often it is told. ``due_at`` is the next attempt.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, null=True, related_name="+")
    cause = models.CharField(max_length=150)
    words = models.CharField(max_length=500)
    path = models.CharField(max_length=300, blank=True)
    in_digest = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="outbox_due",
            ),
            models.Index(fields=["county", "-id"], name="outbox_county"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(robot__isnull=True),
                name="outbox_one_receiver",
            ),
            models.UniqueConstraint(
                fields=["person", "cause"],
                condition=Q(person__isnull=False),
                name="outbox_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["robot", "cause"],
                condition=Q(robot__isnull=False),
                name="outbox_once_a_robot",
            ),
        ]
