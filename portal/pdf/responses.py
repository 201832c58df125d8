"""Papers as HTTP responses, and the store that keeps a paper until what it says changes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from django.core.cache import BaseCache, InvalidCacheBackendError, caches
from django.http import HttpResponse
from django.utils.translation import get_language

from portal.freshness import code_version
from portal.pdf.turns import press_turn

SUFFIX = ".pdf"
SUFFIXES = {
    "application/pdf": SUFFIX,
    "application/zip": ".zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
NAME_LENGTH = 120
HIDDEN = frozenset({"Cc", "Cf"})  # control characters; joiners and direction marks
# What a file name must not have on some system people use.
_UNSAFE = re.compile(r"""[/\\:*?"<>|;%\s]+""")


def pdf_response(*, content: bytes, filename: str, ascii_filename: str) -> HttpResponse:
    """A PDF that the browser shows; see :func:`file_answer`."""
    return file_answer(
        content=content, content_type="application/pdf", filename=filename, ascii_filename=ascii_filename
    )


def file_answer(*, content: bytes, content_type: str, filename: str, ascii_filename: str) -> HttpResponse:
    """A file under a name in any script (RFC 6266): a PDF is shown by the browser, others are saved.

    Args:
        content_type: one of :data:`SUFFIXES`.
        filename: the name in the reader's language; made safe here.
        ascii_filename: for programs that know no other letters: ``nefta-program-2022``.
    """
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = disposition(content_type, filename, ascii_filename)
    response["Content-Length"] = str(len(content))
    response["X-Content-Type-Options"] = "nosniff"
    return response


def disposition(content_type: str, filename: str, ascii_filename: str) -> str:
    """The header that names a file; arguments as for :func:`file_answer`."""
    suffix = SUFFIXES[content_type]
    kind = "inline" if suffix == SUFFIX else "attachment"
    plain = safe_filename(ascii_filename.encode("ascii", "ignore").decode(), suffix)
    name = quote(safe_filename(filename, suffix), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{name}"


def safe_filename(name: str, suffix: str = SUFFIX) -> str:
    """A file's name for every common system: ``بلدية نفطة: رزنامة`` → ``بلدية-نفطة-رزنامة.pdf``."""
    name = unicodedata.normalize("NFC", name).removesuffix(suffix)
    name = "".join(
        letter for letter in name if letter.isspace() or unicodedata.category(letter) not in HIDDEN
    )
    name = re.sub("-{2,}", "-", _UNSAFE.sub("-", name))[:NAME_LENGTH]
    return (name.strip("-. ") or "document") + suffix


def cached_pdf(*, kind: str, object_id: int, version: str, render: Callable[[], bytes]) -> bytes:
    """The bytes of a paper, rendered only when nobody asked for this version before.

    Kept in the cache named ``pdf`` where there is one, else in the default one. The language of the
    moment and the version of the code are part of the key.

    Args:
        kind: which paper, such as ``calendar``.
        object_id: primary key of what it is about.
        version: everything else that it shows and that changes: the municipality's revision and
            local date, the address it was asked at.
        render: makes the bytes.
    """
    parts = (kind, object_id, version, get_language(), code_version())
    return kept_bytes(kind, hashlib.sha256(repr(parts).encode()).hexdigest(), render)


def kept_bytes(kind: str, key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes under a key, made only when nobody asked for them before.

    Raises:
        portal.pdf.turns.PdfBusyError: others have papers made, for longer than one should wait.
    """
    cache, name = _cache(), f"{kind}:{key}"
    content: bytes | None = cache.get(name)
    if content is None:
        with press_turn():  # a second request for the same paper waits, and takes the first one's copy
            content = cache.get(name)
            if content is None:
                content = make()
                cache.set(name, content)
    return content


def remember_answer(
    etag: str, *, kind: str, key: str, content_type: str, filename: str, ascii_filename: str
) -> None:
    """Note which kept bytes answer what a validator stands for, so that nothing is read to find out again.

    Args:
        etag: of the public address, as :func:`portal.freshness.validator` makes it.
        kind, key: those of :func:`kept_bytes`; the others as for :func:`file_answer`.
    """
    names = {"content_type": content_type, "filename": filename, "ascii_filename": ascii_filename}
    _cache().set(f"answer:{etag}", (f"{kind}:{key}", names))


def remembered_answer(etag: str) -> HttpResponse | None:
    """The file that answers what a validator stands for; ``None`` where it is not kept (any more)."""
    cache = _cache()
    remembered: tuple[str, dict[str, str]] | None = cache.get(f"answer:{etag}")
    content: bytes | None = cache.get(remembered[0]) if remembered else None
    if remembered is None or content is None:
        return None
    return file_answer(content=content, **remembered[1])


def _cache() -> BaseCache:
    try:
        return caches["pdf"]
    except InvalidCacheBackendError:
        return caches["default"]
