"""The import and export pages of the admin."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.results import RowResult

from portal.administration.scoped import ScopedAdmin
from portal.exchange.formats import FORMATS, UnreadableTable
from portal.exchange.storage import WaitingFile
from portal.municipalities.access import person


class FileForm(ImportForm):
    def clean_import_file(self) -> UploadedFile:
        upload = self.cleaned_data["import_file"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return upload


class ConfirmForm(ConfirmImportForm):
    """Names a waiting file and a format; both came from us and are believed no more than that."""

    def clean_import_file_name(self) -> str:
        name = self.cleaned_data["import_file_name"]
        if not re.fullmatch("[0-9a-f]{32}", name):
            raise ValidationError(_("Send the file again."))
        return name

    def clean_format(self) -> str:
        number = self.cleaned_data["format"]
        if number not in {str(position) for position in range(len(FORMATS))}:
            raise ValidationError(_("Send the file again."))
        return number


class ExchangeAdmin(ImportExportMixin, ScopedAdmin):
    """A model whose rows can be exported, and imported all or none."""

    formats = FORMATS
    import_form_class = FileForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    import_template_name = "admin/exchange/import.html"
    tmp_storage_class = WaitingFile
    # The portal's own journal has it, row by row.
    skip_admin_log = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.change_act)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.may(request, self.view_act)

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"user": person(request)}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """One wrong row, and none is imported."""
        return {"rollback_on_validation_errors": True}

    def get_valid_export_item_pks(self, request: HttpRequest) -> models.QuerySet:
        return self.get_queryset(request).values_list("pk", flat=True)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """The export; an address with filters that the list does not know leads to it without any."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return redirect(self._page("export"))

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: models.QuerySet, **kwargs: Any
    ) -> bytes | str:
        if not self.has_export_permission(request):
            raise PermissionDenied
        knows_types = file_format.get_title() != "csv"
        dataset = self.get_data_for_export(request, queryset, force_native_type=knows_types, **kwargs)
        return file_format.export_data(dataset)

    def add_data_read_fail_error_to_form(self, form: Form, e: Exception) -> None:
        reason = str(e) if isinstance(e, UnreadableTable) else _("The file cannot be read in this format.")
        form.add_error("import_file", reason)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            text = _("The file is no longer here: it was imported, or waited for over a day.")
            messages.error(request, text)
            return redirect(self._page("import"))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            text = _("Nothing was imported: the rows here changed since the preview. Send the file again.")
            messages.error(request, text)
            return redirect(self._page("import"))
        return super().process_result(result, request)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        counts = {
            "new": result.totals[RowResult.IMPORT_TYPE_NEW],
            "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
            "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
        }
        text = _("Imported. Rows added: %(new)d; changed: %(changed)d; left as they were: %(same)d.")
        messages.success(request, text % counts)

    def _page(self, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}")
