"""Who speaks: the profiles and age brackets that people choose from.

No source shows the options that the State's portal offered. The built-in brackets are cut at 16 and at 35,
so that the "young people" of Tunisian minutes (16 to 35) can be derived from them. A municipality may have
lists of its own; the codes of the built-in ones stay readable all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import UNSAID, AskedChoice
from portal.bilingual import localized
from portal.municipalities.models import Municipality

Asked = AskedChoice.Asked

BUILT_IN: dict[str, tuple[tuple[str, str, str], ...]] = {
    Asked.PROFILE: (
        ("citizen", "مواطن(ة)", "Citoyen(ne)"),
        ("association", "جمعية", "Association"),
        ("elected", "منتخب(ة)", "Élu(e)"),
        ("civil_servant", "موظف(ة) عمومي(ة)", "Agent(e) public(que)"),
        ("student", "طالب(ة) أو باحث(ة)", "Étudiant(e) ou chercheur(se)"),
        ("private", "قطاع خاص", "Secteur privé"),
        ("journalist", "صحفي(ة)", "Journaliste"),
        ("other", "صفة أخرى", "Autre profil"),
    ),
    Asked.AGE: (
        ("u16", "أقل من 16 سنة", "Moins de 16 ans"),
        ("16-25", "16–25 سنة", "16–25 ans"),
        ("26-35", "26–35 سنة", "26–35 ans"),
        ("36-50", "36–50 سنة", "36–50 ans"),
        ("51-65", "51–65 سنة", "51–65 ans"),
        ("o65", "أكثر من 65 سنة", "Plus de 65 ans"),
    ),
}
"""Code, Arabic and French: content like a municipality's own lists, so in the two content languages."""

UNSAID_LABEL: Promise = _("Prefer not to say")


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a list in the reader's language."""

    code: str
    label: str
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Lists:
    """Both lists of a municipality, read once."""

    profiles: tuple[Choice, ...]
    ages: tuple[Choice, ...]

    def offered(self, asked: str) -> list[Choice]:
        """What a form offers, "prefer not to say" last."""
        choices = self.profiles if asked == Asked.PROFILE else self.ages
        return [choice for choice in choices if choice.is_offered]

    def profile(self, code: str) -> str:
        """The words for a profile's code; the code itself where nobody knows it any more."""
        return _label(self.profiles, code)

    def age(self, code: str) -> str:
        return _label(self.ages, code)


def lists_of(municipality: Municipality) -> Lists:
    """The lists that the municipality offers, its own or the built-in ones; one query."""
    own = list(AskedChoice.objects.filter(municipality=municipality).order_by("position", "pk"))
    return Lists(profiles=_choices(own, Asked.PROFILE), ages=_choices(own, Asked.AGE))


def _choices(own: Iterable[AskedChoice], asked: Asked) -> tuple[Choice, ...]:
    rows = [row for row in own if row.asked == asked]
    found = [Choice(row.code, str(row.label), row.is_offered) for row in rows]
    known = {choice.code for choice in found}
    for code, ar, fr in BUILT_IN[asked]:
        if code not in known:
            label = localized(SimpleNamespace(label_ar=ar, label_fr=fr), "label")
            # Once a list is the municipality's own, the built-in choices are words for old codes only.
            found.append(Choice(code, str(label), is_offered=not rows))
    return (*found, Choice(UNSAID, str(UNSAID_LABEL)))


def _label(choices: Iterable[Choice], code: str) -> str:
    return next((choice.label for choice in choices if choice.code == code), code)
