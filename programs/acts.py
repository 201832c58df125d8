"""Which of a calendar's tasks are the acts that the method's order hangs on, by the words of their titles."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from portal.folding import fold, folded_words


class ActKind(StrEnum):
    """The acts of the method whose order among each other is fixed."""

    DIAGNOSIS_PUBLISHED = "diagnosis_published"
    ALLOCATION = "allocation"
    """The deciding body shares the resources out and makes the first list."""
    PLENARY = "plenary"
    DRAFT_PUBLISHED = "draft_published"
    APPROVAL = "approval"


PUBLICATIONS = frozenset({ActKind.DIAGNOSIS_PUBLISHED, ActKind.DRAFT_PUBLISHED})
SESSIONS_OF_THE_BODY = frozenset({ActKind.ALLOCATION, ActKind.APPROVAL})


class ProofKind(StrEnum):
    """The documents that only exist once something has been done."""

    MINUTES = "minutes"
    """What is written of a session when it is held: minutes, the list of those present, the deliberation."""
    PROOF = "proof"
    """What shows that something was made public."""


# The parts of words by which each is known, in Arabic and in French: all of one line, none of ``_NOT``.
# The first that fits holds: a plenary session names the publication that it comes after.
_ACTS: tuple[tuple[ActKind, tuple[tuple[str, ...], ...]], ...] = (
    (ActKind.PLENARY, (("الجلسة العامة", "تشارك"), ("plénière", "participati"))),
    (ActKind.APPROVAL, (("لمصادقة على", "برنامج"), ("approbation", "programme"), ("adoption", "programme"))),
    (ActKind.ALLOCATION, (("توزيع", "موارد"), ("répartition", "ressources"))),
    (ActKind.DIAGNOSIS_PUBLISHED, (("نشر", "تشخيص"), ("publication", "diagnostic"))),
    (ActKind.DRAFT_PUBLISHED, (("نشر مشروع", "برنامج"), ("publication", "projet de programme"))),
)
_NOT: dict[ActKind, tuple[str, ...]] = {
    # What is made public once the program is approved is not its approval.
    ActKind.APPROVAL: ("نشر", "publication"),
}
_PROOFS: tuple[tuple[ProofKind, tuple[str, ...]], ...] = (
    (ProofKind.MINUTES, ("محضر", "محاضر", "بطاقة الحضور", "مداولة", "procès-verbal", "feuille de présence")),
    (ProofKind.MINUTES, ("feuilles de présence", "procès-verbaux", "délibération")),
    (ProofKind.PROOF, ("مستخرج", "التعليق", "جداول الإرسال", "extrait", "affichage", "bordereau")),
)
_MINUTES_IN_SHORT = frozenset({"pv", "p.v"})


@lru_cache(maxsize=4096)
def act_of(*titles: str) -> ActKind | None:
    """The act that a task's titles, in whatever language, name; ``None`` for any other task."""
    text = fold(" ".join(titles))
    for act, lines in _ACTS:
        is_named = any(all(fold(part) in text for part in line) for line in lines)
        if is_named and not any(fold(part) in text for part in _NOT.get(act, ())):
            return act
    return None


@lru_cache(maxsize=4096)
def proof_of(*titles: str) -> ProofKind | None:
    """What a document's titles say it proves; ``None`` for any other document."""
    joined = " ".join(titles)
    text = fold(joined)
    if _MINUTES_IN_SHORT.intersection(folded_words(joined)):
        return ProofKind.MINUTES
    return next((kind for kind, parts in _PROOFS if any(fold(part) in text for part in parts)), None)
