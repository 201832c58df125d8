"""The register of who receives copies, and what was sent to whom."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.bilingual import Localized, localized, original
from portal.dispatches.querysets import DispatchProofQuerySet, DispatchQuerySet, RecipientQuerySet
from portal.editing.models import Versioned
from portal.files.rows import StoredFile
from portal.municipalities.models import Municipality
from portal.publications.models import Publication

NAME_LENGTH = 200
ADDRESS_LENGTH = 300
TITLE_LENGTH = 300
REFERENCE_LENGTH = 100


class RecipientKind(models.TextChoices):
    ASSOCIATION = "association", _("Association")
    OPERATOR = "operator", _("Public operator")
    ADMINISTRATION = "administration", _("Administration")
    OTHER = "other", _("Other recipient")


class Recipient(Versioned):
    """An association, an operator or an office that receives copies. E-mail and telephone stay internal."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="recipients", verbose_name=_("municipality")
    )
    kind = models.CharField(
        _("kind"), max_length=20, choices=RecipientKind, default=RecipientKind.ASSOCIATION
    )
    name_ar = models.CharField(_("name (Arabic)"), max_length=NAME_LENGTH, blank=True)
    name_fr = models.CharField(_("name (French)"), max_length=NAME_LENGTH, blank=True)
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(
        _("telephone"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9٠-٩ ()./-]+$", _("This is not a telephone number."))],
    )
    is_active = models.BooleanField(
        _("offered for new dispatches"), default=True, help_text=_("What was sent before stays.")
    )

    untold_fields = frozenset({"address", "email", "phone"})
    """What the journal says only to have changed."""

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["municipality", "kind", "name_ar", "name_fr", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", f"name_{language}"],
                condition=~Q(**{f"name_{language}": ""}),
                name=f"recipient_name_{language}_unique",
                violation_error_message=_("This recipient is in the register already."),
            )
            for language in ("ar", "fr")
        ]

    def __str__(self) -> str:
        return original(self, "name")

    def clean(self) -> None:
        if not original(self, "name").strip():
            raise ValidationError({"name_ar": _("Give the name in at least one language.")})

    @property
    def name(self) -> Localized:
        return localized(self, "name")

    @property
    def register_name(self) -> str:
        """The name by which tables find the row: in Arabic where there is one."""
        return original(self, "name")


class Dispatch(Versioned):
    """Copies of one thing that were sent to several recipients."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="dispatches", verbose_name=_("municipality")
    )
    subject_kind = models.CharField(
        _("kind of subject"), max_length=20, blank=True, help_text=_("As portal.subjects knows it.")
    )
    subject_pk = models.PositiveBigIntegerField(_("subject"), null=True, blank=True)
    title_ar = models.CharField(_("what was sent (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("what was sent (French)"), max_length=TITLE_LENGTH, blank=True)
    publication = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version that was sent"),
        help_text=_("The entry of the register of publications."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = DispatchQuerySet.as_manager()

    listed_lines: list[DispatchLine]
    """Filled by ``Dispatch.objects.for_dispatch_page()``."""
    line_count: int
    sent_count: int
    received_count: int
    """Filled by ``Dispatch.objects.for_dispatches_page()``."""

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["municipality", "subject_kind", "subject_pk"], name="dispatch_subject")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_pk=None)
                | (~Q(subject_kind="") & Q(subject_pk__isnull=False)),
                name="dispatch_subject_whole",
            )
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Say in at least one language what was sent.")})
        if self.publication and self.publication.municipality_id != self.municipality_id:
            raise ValidationError({"publication": _("This entry belongs to another municipality.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class Way(models.TextChoices):
    BY_HAND = "by_hand", _("By hand")
    POST = "post", _("By post")
    EMAIL = "email", _("By e-mail")
    FAX = "fax", _("By fax")


class DispatchLine(Versioned):
    """One copy: to whom, how, when. What is empty is not stated."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="lines", verbose_name=_("dispatch"))
    recipient = models.ForeignKey(
        Recipient, models.PROTECT, related_name="lines", verbose_name=_("recipient")
    )
    address = models.CharField(
        _("address it was sent to"),
        max_length=ADDRESS_LENGTH,
        blank=True,
        help_text=_("As it was in the register of recipients; it does not follow later changes."),
    )
    way = models.CharField(_("way"), max_length=10, choices=Way, default=Way.BY_HAND)
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    reference = models.CharField(
        _("reference"),
        max_length=REFERENCE_LENGTH,
        blank=True,
        help_text=_("For example the number of a registered letter."),
    )
    received_on = models.DateField(_("received on"), null=True, blank=True)

    listed_proofs: list[DispatchProof]
    """Filled by ``Dispatch.objects.for_dispatch_page()``."""

    class Meta:
        verbose_name = _("copy sent")
        verbose_name_plural = _("copies sent")
        ordering = ["dispatch", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispatch", "recipient"],
                name="dispatch_recipient_unique",
                violation_error_message=_("This recipient is on the list already."),
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(sent_on__isnull=False, received_on__gte=F("sent_on")),
                name="dispatch_received_after_sent",
                violation_error_message=_("It was received before it was sent."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.recipient)

    def clean(self) -> None:
        """What was done was done on a day that has come; nothing is received that was not sent."""
        faults = {}
        today = self.dispatch.municipality.today()
        for name in ("sent_on", "received_on"):
            day = getattr(self, name)
            if day and day > today:
                faults[name] = _("This day is still to come: the list says what was done.")
        if self.received_on and not self.sent_on:
            faults["sent_on"] = _("Say when it was sent too.")
        elif self.received_on and self.sent_on and self.received_on < self.sent_on:
            faults["received_on"] = _("It was received before it was sent.")
        if self.recipient_id and self.recipient.municipality_id != self.dispatch.municipality_id:
            faults["recipient"] = _("This recipient belongs to another municipality.")
        if faults:
            raise ValidationError(faults)


class DispatchProof(StoredFile):
    """What shows that a copy arrived: a signed list, a postal receipt, an acknowledgement. Internal."""

    FOLDER = "dispatches"

    line = models.ForeignKey(DispatchLine, models.PROTECT, related_name="proofs", verbose_name=_("copy sent"))

    objects = DispatchProofQuerySet.as_manager()

    class Meta(StoredFile.Meta):
        verbose_name = _("proof of a dispatch")
        verbose_name_plural = _("proofs of dispatches")
        ordering = ["line", "uploaded_at", "pk"]
        constraints = [
            *StoredFile.Meta.constraints,
            models.CheckConstraint(condition=Q(is_public=False), name="dispatchproof_is_internal"),
        ]
