"""Who a person is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from portal.municipalities.models import Municipality

STAMP_LENGTH = 16


def new_stamp() -> str:
    return get_random_string(STAMP_LENGTH)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person who signs in with ``email``.

        Without a password the account exists but cannot be signed in to.
        """
        if not email:
            raise ValueError("An e-mail address is needed.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a platform administrator: above every municipality, member of none."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address.

    What the person may do is not here: it is said by memberships (``portal.municipalities``).
    ``is_superuser`` marks the platform administrator.
    """

    email = models.EmailField(
        _("e-mail"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("This e-mail is already in use.")},
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("preferred language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Cleared instead of deleting the account, so that the journal keeps its author."),
    )
    date_joined = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    stamp = models.CharField(
        max_length=STAMP_LENGTH,
        default=new_stamp,
        editable=False,
        help_text=_("Changed whenever the links that were sent before must be worth nothing any more."),
    )

    joining: Iterable[Municipality] = ()
    """Where the person is about to become a member: a password may not be made of those names either."""

    untold_fields = frozenset({"email", "name"})
    """What the journal says only to have changed."""

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def journal_label(self) -> str:
        """A person without a name is a number in the journal: an address could not be taken out again."""
        return self.name or f"#{self.pk}"

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(normal_password(raw_password))

    def check_password(self, raw_password: str) -> bool:
        return super().check_password(normal_password(raw_password) or "")

    @property
    def is_staff(self) -> bool:
        """What Django's admin asks; the portal's own answer is ``portal.municipalities.access``."""
        return self.is_superuser


class Session(AbstractBaseSession):
    """A session, with whose it is and since when. Of the browser or the network nothing is kept.

    Its key is a digest of the one in the cookie, so that nobody who reads the table can become anybody.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="sessions",
        verbose_name=_("person"),
        help_text=_("Empty while nobody is signed in."),
    )
    started_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-seen_at"]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from portal.accounts.session_store import SessionStore

        return SessionStore


def normal_password(text: str | None) -> str | None:
    """A password in one spelling (NFKC), whatever the keyboard composes its letters of."""
    return None if text is None else unicodedata.normalize("NFKC", text)
