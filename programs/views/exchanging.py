"""The tables of the diagnosis as files on the desk: fetched, looked through, and saved all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tablib
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from import_export.results import Result, RowResult

from portal.exchange.formats import Csv, UnreadableTable, Xlsx
from portal.files.carried import MAX_CARRIED_BYTES, CarriedFile, CarriedFileRefused, carry, take_back
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality
from programs.models import Program
from programs.resources_diagnosis import (
    BudgetResource,
    FacilityResource,
    InfrastructureResource,
    ProgramTableResource,
    RecoveryResource,
)
from programs.views.lookup import desk_program
from programs.views.tables import desk_context

FORMATS: dict[str, type[Any]] = {"xlsx": Xlsx, "csv": Csv}
WRITTEN = (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be fetched and brought back."""

    resource: type[ProgramTableResource]
    route: str
    """The page on which it is edited."""
    title: str | Promise


TABLES = {
    "infrastructure": Table(
        InfrastructureResource, "program-infrastructure", gettext_lazy("Infrastructure by zone")
    ),
    "facilities": Table(FacilityResource, "program-facilities", gettext_lazy("Facilities and equipment")),
    "budget": Table(BudgetResource, "program-budget", gettext_lazy("Budget")),
    "recovery": Table(RecoveryResource, "program-recovery", gettext_lazy("Recovery of the property tax")),
}


class FileForm(forms.Form):
    """A workbook or a CSV file with a table."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv", "class": "form-control"}),
    )

    def clean_file(self) -> CarriedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_CARRIED_BYTES:
            limit = MAX_CARRIED_BYTES // (1024 * 1024)
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return CarriedFile(upload.name or "", upload.read())


@staff_page(Act.EDIT)
@require_safe
def table_export(
    request: HttpRequest, municipality: Municipality, year: int, table: str, format: str
) -> HttpResponse:
    """A table as it stands: what is changed in it comes back by the import."""
    program = desk_program(municipality, year)
    if format not in FORMATS:
        raise Http404
    resource = _resource(request, program, table)
    # A workbook knows figures from texts, a CSV file does not.
    dataset = resource.export(force_native_type=format == "xlsx")
    kind = FORMATS[format]()
    response = HttpResponse(kind.export_data(dataset), content_type=kind.get_content_type())
    name = f"{municipality.slug}-{year}-{table}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@staff_page(Act.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def table_import(request: HttpRequest, municipality: Municipality, year: int, table: str) -> HttpResponse:
    """Send a table, look through what it would change, and only then save it."""
    program = desk_program(municipality, year)
    form = FileForm()
    if request.method != "POST":
        return _show(request, program, table, form)
    try:
        if "carried" in request.POST:
            return _save(request, program, table)
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return _show(request, program, table, form)
        return _preview(request, program, table, form.cleaned_data["file"])
    except (CarriedFileRefused, UnreadableTable) as refused:
        form = form if form.is_bound else FileForm({})
        form.full_clean()
        form.errors["file"] = form.error_class([str(refused)])
        return _show(request, program, table, form)


def _save(request: HttpRequest, program: Program, table: str) -> HttpResponse:
    municipality = program.municipality
    file = take_back(request.POST["carried"], user_id=person(request).pk, municipality_id=municipality.pk)
    result = _brought(request, program, table, file, dry_run=False)
    if _is_refused(result):
        return _preview(request, program, table, file)
    counts = {
        "new": result.totals[RowResult.IMPORT_TYPE_NEW],
        "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
        "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
    }
    text = _("Imported. Rows added: %(new)d; changed: %(changed)d; left as they were: %(same)d.")
    messages.success(request, text % counts)
    return redirect(TABLES[table].route, slug=municipality.slug, year=program.year)


def _preview(request: HttpRequest, program: Program, table: str, file: CarriedFile) -> HttpResponse:
    result = _brought(request, program, table, file, dry_run=True)
    is_refused = _is_refused(result)
    written = [(n, row) for n, row in enumerate(result.rows, start=1) if row.import_type in WRITTEN]
    preview = {
        "file": file,
        "is_refused": is_refused,
        "base_errors": [str(error.error) for error in result.base_errors],
        "row_errors": [
            (number, [str(error.error) for error in errors]) for number, errors in result.row_errors()
        ],
        "invalid_rows": result.invalid_rows,
        "heads": result.diff_headers,
        "rows": [] if is_refused else written,
        "same": result.totals[RowResult.IMPORT_TYPE_SKIP],
        "new_type": RowResult.IMPORT_TYPE_NEW,
    }
    carried = ""
    if written and not is_refused:
        carried = carry(file, user_id=person(request).pk, municipality_id=program.municipality_id)
    return _show(request, program, table, FileForm(), preview=preview, carried=carried)


def _brought(
    request: HttpRequest, program: Program, table: str, file: CarriedFile, *, dry_run: bool
) -> Result:
    return _resource(request, program, table).import_data(
        read_file(file), dry_run=dry_run, rollback_on_validation_errors=True, file_name=file.name
    )


def _is_refused(result: Result) -> bool:
    return result.has_errors() or result.has_validation_errors()


def read_file(file: CarriedFile) -> tablib.Dataset:
    """Read the table of a workbook or of a CSV file. Raises ``UnreadableTable``."""
    is_workbook = file.content.startswith(b"PK")
    try:
        return (Xlsx() if is_workbook else Csv()).create_dataset(file.content)
    except UnreadableTable:
        raise
    except Exception as error:  # What the readers raise on a damaged file is of many kinds.
        raise UnreadableTable(_("The file cannot be read: send a table as XLSX or CSV.")) from error


def _resource(request: HttpRequest, program: Program, table: str) -> ProgramTableResource:
    if table not in TABLES:
        raise Http404
    return TABLES[table].resource(program=program, user=person(request))


def _show(request: HttpRequest, program: Program, table: str, form: FileForm, **extra: Any) -> HttpResponse:
    if table not in TABLES:
        raise Http404
    columns = [field.column_name for field in _resource(request, program, table).get_import_fields()]
    context = desk_context(program, TABLES[table].route) | {
        "table": table,
        "title": TABLES[table].title,
        "columns": columns,
        "form": form,
        **extra,
    }
    return render(request, "programs/desk/exchange.html", context)
