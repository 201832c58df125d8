"""Private storage: what people upload has no address of its own."""

from typing import NoReturn

from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files under ``MEDIA_ROOT`` that only a view with a permission check may serve."""

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("Uploaded files are served by a view that checks the right to them.")
