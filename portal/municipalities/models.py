"""Where, and with what right."""

from __future__ import annotations

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from portal.bilingual import Localized, localized, original, page_language
from portal.editing.models import Versioned
from portal.folding import fold
from portal.municipalities.querysets import MembershipQuerySet, MunicipalityQuerySet

# The words that titles are made of: whoever copies one into the search finds it.
TITLE_WORDS = ("بلدية", "جماعة", "commune de d'l'", "municipality of")


def _elided(text: str) -> str:
    """``Commune de Ariana`` → ``Commune d’Ariana``; an h is left alone, as in ``de Hammamet``."""
    return re.sub(r"^Commune de (?=[AEIOUYÀÂÉÈÊÎÔÛ])", "Commune d’", text)


class Country(models.TextChoices):
    TUNISIA = "TN", _("Tunisia")
    MOROCCO = "MA", _("Morocco")


class Currency(models.TextChoices):
    TND = "TND", _("Tunisian dinar")
    MAD = "MAD", _("Moroccan dirham")


_CURRENCY = {Country.TUNISIA: Currency.TND, Country.MOROCCO: Currency.MAD}
_TIME_ZONE = {Country.TUNISIA: "Africa/Tunis", Country.MOROCCO: "Africa/Casablanca"}


class Weekend(models.TextChoices):
    """The days of the week on which offices are closed."""

    SATURDAY_SUNDAY = "sat-sun", _("Saturday and Sunday")
    SUNDAY = "sun", _("Sunday")
    FRIDAY_SATURDAY = "fri-sat", _("Friday and Saturday")
    FRIDAY = "fri", _("Friday")


class Municipality(models.Model):
    """A commune that publishes here. Its ``revision`` counts the changes to anything of its own."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name_ar = models.CharField(
        _("name (Arabic)"), max_length=200, help_text=_("Without the word for municipality.")
    )
    name_fr = models.CharField(_("name (French)"), max_length=200)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    territory_ar = models.CharField(_("governorate or province (Arabic)"), max_length=200, blank=True)
    territory_fr = models.CharField(_("governorate or province (French)"), max_length=200, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency, blank=True, help_text=_("Empty: that of the country.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        choices=[(name, name) for name in _TIME_ZONE.values()],
        help_text=_("Empty: that of the country."),
    )
    weekend = models.CharField(
        _("weekend"),
        max_length=10,
        choices=Weekend,
        default=Weekend.SATURDAY_SUNDAY,
        help_text=_("Days that do not count in a delay of working days."),
    )
    is_fictional = models.BooleanField(
        _("fictional"),
        default=False,
        help_text=_("An invented municipality, marked as such on each of its pages."),
    )
    publishing_needs_two = models.BooleanField(
        _("publishing needs a second person"),
        default=False,
        help_text=_("Whoever changed a program or a plan last neither publishes nor withdraws it."),
    )
    revision = models.PositiveBigIntegerField(_("revision"), default=1, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = MunicipalityQuerySet.as_manager()

    moments: int
    """How many of its moments have passed. Filled by ``Municipality.objects.public_or_404()``."""

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["slug"]

    def __str__(self) -> str:
        return original(self, "name")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.currency = self.currency or _CURRENCY[Country(self.country)]
        self.time_zone = self.time_zone or _TIME_ZONE[Country(self.country)]
        self.search_text = self.searchable()
        if not self._state.adding and kwargs.get("update_fields") is None:
            # The revision is counted in the database alone: a row read earlier must not take it back.
            kwargs["update_fields"] = [
                field.name for field in self._meta.concrete_fields if field.name not in ("id", "revision")
            ]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        expected = _CURRENCY.get(Country(self.country)) if self.country else None
        if self.currency and expected and self.currency != expected:
            raise ValidationError({"currency": _("This is not the currency of the country.")})

    def searchable(self) -> str:
        """What a search finds the municipality by, folded: its names, its territory, its title's words."""
        names = (self.name_ar, self.name_fr, self.territory_ar, self.territory_fr, self.slug)
        return fold(" ".join((*names, *TITLE_WORDS)))

    @property
    def name(self) -> Localized:
        return localized(self, "name")

    @property
    def territory(self) -> Localized:
        return localized(self, "territory")

    @property
    def title(self) -> str:
        """The name with its word: بلدية in Tunisia, جماعة in Morocco, commune in French."""
        name = {"name": self.name.text}
        if self.country == Country.MOROCCO:
            title = pgettext("Morocco", "Municipality of %(name)s") % name
        else:
            title = pgettext("Tunisia", "Municipality of %(name)s") % name
        return _elided(title) if page_language() == "fr" else title

    @property
    def country_title(self) -> str:
        """The State's name as its papers print it; of an invented municipality, that it is one."""
        if self.is_fictional:
            return str(_("Fictional municipality"))
        return str(_("Kingdom of Morocco") if self.country == Country.MOROCCO else _("Republic of Tunisia"))

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self) -> datetime.date:
        """The municipality's local date: what "late" and "next" are reckoned with."""
        return timezone.localdate(timezone=self.zone_info)


class Zone(Versioned):
    """A part of the municipality's territory (منطقة), as the cell divided it."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="zones", verbose_name=_("municipality")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    name_ar = models.CharField(_("name (Arabic)"), max_length=200, blank=True)
    name_fr = models.CharField(_("name (French)"), max_length=200, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    streets = models.TextField(
        _("streets"),
        blank=True,
        max_length=4000,
        validators=[MaxLengthValidator(4000)],
        help_text=_("One a line."),
    )

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["municipality", "number"]
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="zone_number_unique")]

    def __str__(self) -> str:
        return f"{self.number} {original(self, 'name')}".strip()

    def clean(self) -> None:
        if not (self.name_ar or self.name_fr):
            raise ValidationError({"name_ar": _("Give the name in at least one language.")})

    @property
    def name(self) -> Localized:
        return localized(self, "name")

    @property
    def listed_streets(self) -> list[str]:
        return [street.strip() for street in self.streets.splitlines() if street.strip()]


def zone_map_path(zone_map: ZoneMap, filename: str) -> str:
    """Where a map is kept: by content, so that its name can never point anywhere."""
    return f"maps/{zone_map.sha256[:2]}/{zone_map.sha256}"


class ZoneMap(models.Model):
    """The map of the zones (خريطة تقسيم المناطق), as a picture or a PDF. Public."""

    municipality = models.OneToOneField(
        Municipality, models.CASCADE, related_name="zone_map", verbose_name=_("municipality")
    )
    file = models.FileField(_("file"), upload_to=zone_map_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    sha256 = models.CharField(_("fingerprint"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("map of the zones")
        verbose_name_plural = _("maps of the zones")

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class ConfirmedHoliday(models.Model):
    """The day of a holiday as it was announced, where calculation could only estimate it."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="confirmed_holidays", verbose_name=_("municipality")
    )
    name = models.CharField(_("holiday"), max_length=60, help_text=_("Its English name, as calculated."))
    estimated_on = models.DateField(_("estimated on"))
    date = models.DateField(_("date"))

    class Meta:
        verbose_name = _("confirmed holiday")
        verbose_name_plural = _("confirmed holidays")
        ordering = ["municipality", "date"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name", "estimated_on"], name="confirmed_holiday_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.date}"


class DecidingBody(models.Model):
    """The body that decides for the municipality from a given day.

    Never assumed to be an elected council: Tunisia's were dissolved by decree-law 2023-9 and others
    decide in their stead. So the body is a dated fact with the title it bears.
    """

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="deciding_bodies", verbose_name=_("municipality")
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    since = models.DateField(
        _("in office since"), null=True, blank=True, help_text=_("Empty: from the beginning.")
    )

    class Meta:
        verbose_name = _("deciding body")
        verbose_name_plural = _("deciding bodies")
        ordering = ["municipality", models.F("since").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "since"],
                name="deciding_body_since_unique",
                violation_error_message=_("Another body is in office since this day."),
            ),
            models.UniqueConstraint(
                fields=["municipality"],
                condition=models.Q(since=None),
                name="deciding_body_first_unique",
                violation_error_message=_("Another body is there from the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        if not (self.title_ar or self.title_fr):
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class Role(models.TextChoices):
    """The roles of the permission table (``docs/permissions.md``)."""

    EDITOR = "editor", _("Editor")
    MODERATOR = "moderator", _("Moderator")
    ANSWERER = "answerer", _("Answerer")
    PUBLISHER = "publisher", _("Publisher")
    COUNCIL_READER = "council_reader", _("Council reader")
    AUDITOR = "auditor", _("Auditor")
    MUNICIPAL_ADMIN = "municipal_admin", _("Municipal administrator")


class Membership(models.Model):
    """The role a person has in one municipality. A person may hold several."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="memberships", verbose_name=_("municipality")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    since = models.DateTimeField(
        _("since"),
        null=True,
        blank=True,
        editable=False,
        default=timezone.now,
        help_text=_("Empty: not known."),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["municipality", "user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality", "role"], name="membership_unique")
        ]

    def __str__(self) -> str:
        # The journal keeps this for ever: a person without a name is a number there, never an address.
        return f"{self.user.name or f'#{self.user_id}'}: {self.get_role_display()}"


class Invitation(models.Model):
    """The offer of a role to an address. Of the link in its letter only a digest is kept.

    ``portal.municipalities.invitations`` says when it is still good for something.
    """

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="invitations", verbose_name=_("municipality")
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    language = models.CharField(
        _("language of the letter"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    token_digest = models.CharField(_("digest of the link"), max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("invited by")
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["municipality", "sent_at"], name="invitation_sent")]

    def __str__(self) -> str:
        # Not whom it was sent to: the journal keeps this for ever.
        return f"#{self.pk}: {self.get_role_display()}"


class UnsentForm(models.Model):
    """What somebody typed whose session had ended: sealed with a key that only the browser holds.

    ``portal.municipalities.unsent`` keeps it for as long as signing in again takes.
    """

    owner = models.CharField(_("digest of the key"), max_length=64, db_index=True, editable=False)
    sealed = models.BinaryField(_("what was typed, sealed"))
    kept_at = models.DateTimeField(_("kept"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("unsent form")
        verbose_name_plural = _("unsent forms")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)
