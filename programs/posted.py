"""Photos of posted notices among a task's evidence, and what speaks against their being a proof."""

from __future__ import annotations

from collections.abc import Iterable

from portal.meetings.posting import doubt_in_words
from portal.publications.models import Publication
from programs.models import ExpectedDocument, Task
from programs.rules_evidence import shows_posted


def photo_doubts(task: Task, documents: Iterable[ExpectedDocument]) -> dict[int, str]:
    """Why photos of notices prove nothing, in words, by the key of the file.

    A notice is as old as the first entry of the task's meetings in the register. What the town put up before
    it used the portal nobody here knows, so without such an entry no photo is too old.

    Args:
        task: with its program and municipality.
        documents: of the task, with their ``listed_files``. Without photos of notices there is no query.
    """
    photos = [
        file
        for document in documents
        if shows_posted(document.title_ar, document.title_fr)
        for file in document.listed_files
        if file.content_type.startswith("image/")
    ]
    if not photos:
        return {}
    municipality = task.phase.program.municipality
    entries = Publication.objects.of_objects(task.meetings.all()).order_by("number")
    since = entries.values_list("at", flat=True).first()
    found = {file.pk: doubt_in_words(file.taken_at, since, file.uploaded_at, municipality) for file in photos}
    return {pk: words for pk, words in found.items() if words}
