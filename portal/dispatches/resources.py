"""The register of recipients as a table, out of the admin and back into it."""

from __future__ import annotations

from typing import Any

from portal.bilingual import column
from portal.dispatches.models import Recipient
from portal.exchange.cells import Text
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.models import Municipality


class RecipientResource(ScopedResource):
    """One row for each recipient, named by municipality and name: the Arabic one, where there is one."""

    name = key("register_name", "name", Text())

    class Meta(ScopedResource.Meta):
        model = Recipient
        import_id_fields = ("municipality", "name")
        fields = (
            *import_id_fields,
            "kind",
            "name_ar",
            "name_fr",
            "address",
            "email",
            "phone",
            "is_active",
        )

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Recipient | None:
        keys = self.key_of(row)
        own = Recipient.objects.of(self.reach[keys["municipality"]]).select_related("municipality")
        return own.named(keys["name"]).first()

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Recipient:
        return Recipient(municipality=municipality, **{column("name", keys["name"]): keys["name"]})
