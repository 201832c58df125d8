"""What the portal can make itself of the documents that a calendar expects, by the words of their titles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from portal.folding import fold, folded_words
from programs.acts import PUBLICATIONS, ActKind, act_of


class OwnKind(StrEnum):
    """What the portal makes as evidence."""

    CERTIFICATE = "certificate"
    """That something was published: instead of a print of the web site."""
    INVITATION = "meeting-invitation"
    POSTER = "meeting-poster"
    MINUTES = "meeting-minutes"
    DISPATCH_LIST = "dispatch-list"


# The parts of words by which each is known, in Arabic and in French: all of one line. The Arabic is that of
# Nefta's calendar of 2022 (tasks 1.2, 1.3, 1.5, 2.4, 2.6, 4.1, 5.4) and of the circular that it follows; the
# French that of the built-in method.
_WORDS: tuple[tuple[OwnKind, tuple[tuple[str, ...], ...]], ...] = (
    (
        OwnKind.CERTIFICATE,
        (
            ("مستخرج", "موقع الواب"),
            ("مستخرج", "نترنت"),
            ("ما يفيد الإعلام",),
            ("ما يفيد النشر",),
            ("ما يفيد نشر",),
            ("extrait", "site web"),
            ("extrait", "internet"),
            ("preuve de l'information",),
            ("preuve de l’information",),
            ("preuve de publication",),
            ("preuve de la publication",),
            ("justificatif de publication",),
        ),
    ),
    (OwnKind.INVITATION, (("دعوة",), ("دعوات",), ("invitation",), ("convocation",))),
    (OwnKind.POSTER, (("ملصق",), ("معلقة",), ("معلقات",), ("affiche",))),
    (OwnKind.MINUTES, (("محضر",), ("محاضر",), ("procès-verbal",), ("procès-verbaux",))),
    (
        OwnKind.DISPATCH_LIST,
        (
            ("جداول الإرسال",),
            ("جدول الإرسال",),
            ("قائمة", "توجيه"),
            ("قائمة", "إرسال"),
            ("bordereau", "envoi"),
            ("liste", "envoi"),
        ),
    ),
)
_MINUTES_IN_SHORT = frozenset({"pv", "p.v"})
# A photo of posters on a wall is what somebody takes, not what the portal prints.
_PICTURES = frozenset(map(fold, ["صور", "صورة", "photo", "photos"]))
# The tasks that let people know that a program begins: the calendar's own publication is that.
_ANNOUNCING = (("إعلام",), ("خطة", "تصالية"), ("information", "lancement"), ("plan de communication",))


@lru_cache(maxsize=4096)
def own_kinds(*titles: str) -> tuple[OwnKind, ...]:
    """What the portal can make of a document with these titles, in whatever language."""
    joined = " ".join(titles)
    text, words = fold(joined), set(folded_words(joined))
    found = [kind for kind, lines in _WORDS if _is_named(text, lines)]
    if _MINUTES_IN_SHORT & words and OwnKind.MINUTES not in found:
        found.append(OwnKind.MINUTES)
    if _PICTURES & words and OwnKind.POSTER in found:
        found.remove(OwnKind.POSTER)
    return tuple(found)


def shows_posted(*titles: str) -> bool:
    """Whether a document with these titles is photos of posted notices: "صور اللافتات و الملصقات"."""
    joined = " ".join(titles)
    is_photos = bool(_PICTURES & set(folded_words(joined)))
    return is_photos and _is_named(fold(joined), dict(_WORDS)[OwnKind.POSTER])


def certifies(content: Mapping[str, Any], *task_titles: str) -> bool:
    """Whether what a program published is what a task had to make public.

    A task that publishes the diagnosis or the draft of the program is certified by a version that holds
    it; one that tells people of the beginning, by any. Other tasks make nothing of the program public.
    """
    act = act_of(*task_titles)
    if act is ActKind.DIAGNOSIS_PUBLISHED:
        return any((content.get("diagnosis") or {}).values())
    if act is ActKind.DRAFT_PUBLISHED:
        return bool(content.get("projects"))
    return act not in PUBLICATIONS and is_announcing(*task_titles)


def is_announcing(*task_titles: str) -> bool:
    """Whether a task tells people that the preparation of a program begins."""
    return _is_named(fold(" ".join(task_titles)), _ANNOUNCING)


def _is_named(text: str, lines: tuple[tuple[str, ...], ...]) -> bool:
    return any(all(fold(part) in text for part in line) for line in lines)
