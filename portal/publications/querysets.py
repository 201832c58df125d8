"""Questions over the register, named after the pages that ask them; and no way to change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

from django.core.exceptions import PermissionDenied
from django.db import models

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality
    from portal.publications.models import Publication


class PublicationQuerySet(models.QuerySet):
    """Entries to read. Also the model's base manager, so that relations cannot rewrite one either."""

    def of(self, municipality: Municipality) -> PublicationQuerySet:
        return self.filter(municipality=municipality)

    def of_object(self, obj: models.Model) -> PublicationQuerySet:
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))

    def of_objects(self, objs: models.QuerySet) -> PublicationQuerySet:
        """Of all that these rows of one model are; a query of its own for their keys."""
        keys = [str(pk) for pk in objs.values_list("pk", flat=True)]
        return self.filter(object_type=objs.model._meta.label_lower, object_id__in=keys)

    def for_register_page(self) -> PublicationQuerySet:
        """Newest first, without what was published, which its own page shows."""
        return self.defer("content").order_by("-number")

    def newest(self) -> Publication | None:
        """The last entry, without its content: what the next one is sealed with."""
        return cast("Publication | None", self.defer("content").order_by("-number").first())

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The register is written by portal.publications.register.enter alone.")

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The register is append-only.")

    def delete(self) -> NoReturn:
        raise PermissionDenied("The register is append-only.")
