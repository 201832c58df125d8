"""What a password may be: long rather than complicated (NIST SP 800-63B-4, OWASP ASVS 5.0, 6.2).

At least twelve characters of any script, no rule on which; none of the twenty thousand that everybody tries
(Django's list); and not made of words that anybody can guess of this person: the name, the e-mail, the names
of the municipalities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import CommonPasswordValidator as DjangoCommon
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts.models import normal_password
from portal.folding import fold, folded_words

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.municipalities.models import Municipality

LEAST_BESIDE_NAMES = 8
"""How many letters and digits have to be left once the names are taken out."""
SHORTEST_WORD = 3


class CommonPasswordValidator(DjangoCommon):
    """Django's list, whatever the width of the letters and the case."""

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate((normal_password(password) or "").casefold(), user)


class OwnWordsValidator:
    """Refuses a password that is little more than the names that everybody knows of this person."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        rest = _letters(password)
        for word in sorted(own_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != _letters(password) and len(rest) < LEAST_BESIDE_NAMES:
            raise ValidationError(self.get_help_text(), code="password_of_names")

    def get_help_text(self) -> str:
        return _("It may not be made of your name, your e-mail or the name of your municipality.")


def own_words(user: User) -> set[str]:
    """The words, folded, that anybody who knows the person tries first."""
    texts = [user.name, *user.email.partition("@")[::2]]
    for municipality in _municipalities(user):
        texts += _names(municipality)
    words = {word for text in texts for word in _words(text)}
    return {word for word in words if len(word) >= SHORTEST_WORD}


def _municipalities(user: User) -> Iterable[Municipality]:
    yield from user.joining
    if user.pk:
        for membership in user.memberships.select_related("municipality"):
            yield membership.municipality


def _names(municipality: Municipality) -> tuple[str, ...]:
    names = (municipality.name_ar, municipality.name_fr, municipality.territory_ar, municipality.territory_fr)
    return (*names, municipality.slug)


def _words(text: str) -> Iterable[str]:
    """Each word, with and without the article; and all of them as one, as in an address."""
    words = folded_words(text)
    yield "".join(words)
    for word in words:
        yield word
        yield word.removeprefix("ال")


def _letters(password: str) -> str:
    """The letters and digits of a password, folded."""
    return "".join(sign for sign in fold(password) if sign.isalnum())
