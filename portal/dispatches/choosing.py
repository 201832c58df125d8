"""What can be sent: a subject of the portal, and which published version of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import override

from portal.bilingual import CONTENT_LANGUAGES
from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from portal.publications.querysets import PublicationQuerySet
from portal.subjects import Subject, kinds, provider, read_subject


@dataclass(frozen=True, slots=True)
class Chosen:
    """A subject as a new dispatch begins with it."""

    subject: Subject
    title_ar: str
    title_fr: str

    @property
    def key(self) -> str:
        return f"{self.subject.kind}:{self.subject.pk}"


def subject_choices(municipality: Municipality) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be sent, by kind; the keys are read back by :func:`chosen_subject`."""
    return [
        (label, [(f"{kind}:{pk}", title) for pk, title in found])
        for kind, label in kinds()
        if (found := provider(kind).choices(municipality))
    ]


def chosen_subject(municipality: Municipality, key: str) -> Chosen | None:
    """The subject that a key names, with its title in each language it has one in; ``None`` for none."""
    kind, _separator, pk = key.partition(":")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    subject = read_subject(municipality, kind, int(pk))
    return Chosen(subject, **_titles(municipality, subject)) if subject else None


def _titles(municipality: Municipality, subject: Subject) -> dict[str, str]:
    titles = {}
    for language in CONTENT_LANGUAGES:
        with override(language):
            read = read_subject(municipality, subject.kind, subject.pk)
        has_own = read is not None and not read.title.is_foreign
        titles[f"title_{language}"] = read.title.text if read and has_own else ""
    return titles


def versions_of(municipality: Municipality, kind: str, pk: int | None) -> PublicationQuerySet:
    """The entries of the register that published a subject, the newest first.

    Found by the address of its page, which the register keeps in the portal's first language; what has
    no public page now has none.
    """
    with override(settings.LANGUAGE_CODE):
        subject = read_subject(municipality, kind, pk) if pk else None
    address = subject.address.partition("#")[0] if subject else ""
    entries = Publication.objects.of(municipality).for_register_page()
    return entries.filter(address=address) if address else entries.none()
