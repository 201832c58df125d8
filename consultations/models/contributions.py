"""What people contribute, and what the municipality answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.periods import Channel, Consultation, Question
from consultations.models.plans import TEXT_LENGTH, TITLE_LENGTH
from consultations.querysets_contributions import ContributionQuerySet, OfficialAnswerQuerySet
from portal.bilingual import Localized, localized, original
from portal.editing.kept import Kept
from portal.editing.models import Versioned
from portal.municipalities.models import Zone

CONTRIBUTION_LENGTH = 4000
SHORTEST_CONTRIBUTION = 2
UNSAID = "unsaid"
"""The code of "prefer not to say", in both lists."""


def _long_text(label: Any, **kwargs: Any) -> models.TextField:
    limits: dict[str, Any] = {
        "max_length": CONTRIBUTION_LENGTH,
        "validators": [MaxLengthValidator(CONTRIBUTION_LENGTH)],
    }
    return models.TextField(label, blank=True, **limits, **kwargs)


class Verdict(models.TextChoices):
    """What an official answer says became of a contribution."""

    ACCEPTED = "accepted", _("Accepted")
    ACCEPTED_IN_PART = "in_part", _("Accepted in part")
    NOT_ACCEPTED = "not_accepted", _("Not accepted, with the reason")
    ALREADY_PLANNED = "planned", _("Already planned")
    OUTSIDE_COMPETENCE = "outside", _("Outside the municipality’s competence")
    CLARIFICATION = "clarification", _("Clarification")


class RefusalReason(models.TextChoices):
    """Why a contribution is not published: the public ledger counts them by month."""

    INSULT = "insult", _("Insult or attack on a person")
    HATE = "hate", _("Call to hatred or violence")
    PERSONAL_DATA = "personal_data", _("Personal data of somebody")
    ADVERTISING = "advertising", _("Advertising or campaigning")
    OFF_SUBJECT = "off_subject", _("Not about the subject")
    REPEATED = "repeated", _("The same text was published already")
    UNREADABLE = "unreadable", _("Unreadable or empty of meaning")
    ILLEGAL = "illegal", _("Against the law")


class OfficialAnswer(Versioned):
    """The municipality's answer to one contribution, or to a group of them."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PROPOSED = "proposed", _("Awaits a second person")
        PUBLISHED = "published", _("Published")

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="answers", verbose_name=_("consultation")
    )
    verdict = models.CharField(_("outcome"), max_length=13, choices=Verdict, blank=True)
    text_ar = models.TextField(
        _("answer (Arabic)"), blank=True, max_length=TEXT_LENGTH, validators=[MaxLengthValidator(TEXT_LENGTH)]
    )
    text_fr = models.TextField(
        _("answer (French)"), blank=True, max_length=TEXT_LENGTH, validators=[MaxLengthValidator(TEXT_LENGTH)]
    )
    did_ar = models.CharField(_("what we did (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    did_fr = models.CharField(_("what we did (French)"), max_length=TITLE_LENGTH, blank=True)
    service_ar = models.CharField(_("answering service (Arabic)"), max_length=300, blank=True)
    service_fr = models.CharField(_("answering service (French)"), max_length=300, blank=True)
    outcome = models.JSONField(
        _("what changed"),
        null=True,
        blank=True,
        help_text=_("As portal.subjects.Outcome: kept as it was when the answer was written."),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = OfficialAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("official answer")
        verbose_name_plural = _("official answers")
        ordering = ["consultation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="answer_published_at"
            )
        ]

    def __str__(self) -> str:
        return original(self, "text")[:100] or str(self.pk)

    @property
    def text(self) -> Localized:
        return localized(self, "text")

    @property
    def did(self) -> Localized:
        return localized(self, "did")

    @property
    def service(self) -> Localized:
        return localized(self, "service")

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED


class Contribution(Versioned):
    """A comment or an idea. Whoever wrote it is known by the receipt's code alone, of which a hash is kept.

    No address of a machine and no name of a browser is kept with it. The text is plain text as it is
    public; where a part was taken out the original stands apart, in :class:`Original`.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", _("Comment")
        IDEA = "idea", _("Idea")

    class Status(models.TextChoices):
        PENDING = "pending", _("To be read")
        PUBLISHED = "published", pgettext_lazy("contribution", "Published")
        REFUSED = "refused", _("Not published")
        WITHDRAWN = "withdrawn", _("Withdrawn by its author")

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="contributions", verbose_name=_("consultation")
    )
    number = models.PositiveIntegerField(_("reference number"), help_text=_("In the consultation, from 1."))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    channel = models.CharField(_("channel"), max_length=7, choices=Channel, default=Channel.WEB)
    language = models.CharField(_("language of the form"), max_length=2, default="ar")
    question = models.ForeignKey(
        Question,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("question"),
    )
    part = models.CharField(
        _("part of the subject"),
        max_length=60,
        blank=True,
        help_text=_("The key of a part, as the subject's provider names it; empty: the whole."),
    )
    text = _long_text(_("text"))
    solution = _long_text(_("proposed solution"))
    effect = _long_text(_("expected effect"))
    profile = models.CharField(_("profile"), max_length=20, default=UNSAID)
    age = models.CharField(_("age bracket"), max_length=20, default=UNSAID)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="contributions", verbose_name=_("zone")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_name_public = models.BooleanField(_("the name may be published"), default=False)
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.PENDING, editable=False
    )
    received_at = models.DateTimeField(_("received"), editable=False)
    published_on = models.DateField(
        _("first published"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("A day, never a moment. It stays when the text is withdrawn: figures only grow."),
    )
    moderated_at = models.DateTimeField(_("read by a moderator"), null=True, blank=True, editable=False)
    refusal_reason = models.CharField(
        _("reason of refusal"), max_length=13, choices=RefusalReason, blank=True
    )
    note_to_author = models.TextField(_("note to the author"), blank=True, max_length=TEXT_LENGTH)
    is_redacted = models.BooleanField(_("a part was taken out"), default=False, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    flags = models.JSONField(
        _("marks for the moderator"), default=list, editable=False, help_text=_("They decide nothing.")
    )
    likeness = models.CharField(
        _("fingerprint of the folded text"),
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("The same for texts that say the same with other signs."),
    )
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed over to"),
    )
    answer = models.ForeignKey(
        OfficialAnswer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("official answer"),
    )
    was_helped = models.BooleanField(_("the author says that it answers"), null=True, blank=True)
    receipt_hash = models.CharField(_("hash of the receipt code"), max_length=64, unique=True, editable=False)
    key_hash = models.CharField(
        _("hash of the form's key"), max_length=64, null=True, blank=True, unique=True, editable=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("typed in by"),
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["consultation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="contribution_number_unique"),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal_reason=""),
                name="contribution_refused_with_reason",
                violation_error_message=_("Say why it is not published."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_on__isnull=False),
                name="contribution_published_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["consultation", "status", "number"], name="contribution_by_status"),
            models.Index(fields=["consultation", "likeness"], name="contribution_by_likeness"),
        ]

    def __str__(self) -> str:
        # Never the text: this is what the journal names it by.
        return self.reference

    def clean(self) -> None:
        if self.zone and self.zone.municipality_id != self.consultation.municipality_id:
            raise ValidationError({"zone": _("This zone belongs to another municipality.")})

    @property
    def reference(self) -> str:
        """The stable number under which it is cited: ``C-16``."""
        return f"C-{self.number}"

    @property
    def is_idea(self) -> bool:
        return self.kind == self.Kind.IDEA


class Original(models.Model):
    """What a contribution said before a part was taken out: for moderators alone, erased with it."""

    contribution = models.OneToOneField(
        Contribution, models.CASCADE, related_name="original", verbose_name=_("contribution")
    )
    text = models.TextField(_("text"), blank=True)
    solution = models.TextField(_("proposed solution"), blank=True)
    effect = models.TextField(_("expected effect"), blank=True)
    made_at = models.DateTimeField(_("kept"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("redacted by")
    )

    class Meta:
        verbose_name = _("original of a contribution")
        verbose_name_plural = _("originals of contributions")

    def __str__(self) -> str:
        return self.contribution.reference


class Figures(Kept):
    """The figures of a consultation as they were released, once: two releases could be subtracted."""

    consultation = models.OneToOneField(
        Consultation, models.PROTECT, related_name="figures", verbose_name=_("consultation")
    )
    content = models.JSONField(_("content"))
    made_at = models.DateTimeField(_("released"), auto_now_add=True)

    class Meta:
        verbose_name = _("figures of a consultation")
        verbose_name_plural = _("figures of consultations")
        base_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.consultation)
