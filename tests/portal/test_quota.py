"""A municipality's share of the disk: what counts, what is said, and that nothing is stored beyond it."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils.translation import override

from portal.files.quota import Room, StorageFull, check_room, room_of
from portal.files.sizes import size_in_words
from portal.files.uploads import CheckedFile
from portal.municipalities.models import Municipality, ZoneMap
from programs.models import ProgramOrigin, SupportingDocument
from programs.services.evidence import attach_files, replace_evidence
from programs.services.statuses import Approval, approve, publish
from tests import factories

PDF = "application/pdf"
UNCOUNTED = {"papers.Printing"}
"""Papers that can be made again; they go after some days."""


def upload(size, letter="a"):
    return CheckedFile(f"{letter}.pdf", letter.encode() * size, PDF, letter * 64)


@pytest.fixture
def document(nefta):
    return factories.ExpectedDocumentFactory(task__phase__program__municipality=nefta)


@pytest.fixture
def full(settings, document):
    """Ten bytes of a hundred are left."""
    settings.STORAGE_QUOTA_BYTES = 100
    attach_files(document=document, uploads=[upload(90)], is_public=True, actor=None)
    return document


# What counts


def test_every_table_of_files_counts(settings):
    tables = {
        f"{model._meta.app_label}.{model.__name__}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    }
    assert tables - UNCOUNTED == set(settings.QUOTA)


@pytest.mark.parametrize(
    "label", ["meetings.MeetingFile", "consultations.UpdateFile", "programs.ProgramOrigin"]
)
def test_each_way_leads_to_a_municipality(settings, label):
    field = None
    for step in settings.QUOTA[label].split("__"):
        model = field.related_model if field else apps.get_model(label)
        field = model._meta.get_field(step)
    assert field.related_model is Municipality


def test_files_of_all_tables_are_added_up(nefta, kenitra, document, django_assert_num_queries):
    file = factories.SupportingDocumentFactory(expected_document=document, size=1000)
    factories.SupportingDocumentFactory(expected_document=document, size=200, replaced_by=file)
    factories.ProgramOriginFactory(program=document.task.phase.program, size=30)
    ZoneMap.objects.create(municipality=nefta, file="x", name="x", size=4, content_type=PDF, sha256="1" * 64)
    ZoneMap.objects.create(
        municipality=kenitra, file="x", name="x", size=7, content_type=PDF, sha256="1" * 64
    )
    with django_assert_num_queries(1):
        assert room_of(nefta).used == 1234
    assert room_of(kenitra).used == 7


@pytest.mark.parametrize(
    ("used", "limit", "left", "percent", "nearly"),
    [(0, 100, 100, 0, False), (89, 100, 11, 89, False), (90, 100, 10, 90, True), (150, 100, 0, 150, True)],
)
def test_what_is_left(used, limit, left, percent, nearly):
    room = Room(used, limit)
    assert (room.left, room.percent, room.is_nearly_full) == (left, percent, nearly)


def test_no_room_at_all_is_full():
    assert Room(0, 0).percent == 100


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (5837, "5.7 KB"),
        (20 * 1024**2, "20 MB"),
        (5 * 1024**3, "5.0 GB"),
        (2**41, "2048 GB"),
    ],
)
def test_a_size_in_words(size, words):
    assert size_in_words(size) == words


# What is refused


def test_the_last_byte_fits_and_the_next_does_not(full, nefta):
    check_room(nefta, [upload(6), upload(4)])
    with override("en"), pytest.raises(StorageFull) as refused:
        check_room(nefta, [upload(6), upload(5)])
    assert refused.value.messages == [
        "This does not fit: it is \u206611 B\u2069, and of the municipality’s \u2066100 B\u2069 for files"
        " \u206610 B\u2069 are left. Hand in a smaller file, or ask whoever runs the portal for more room."
    ]


def test_nothing_of_several_is_kept_where_they_do_not_all_fit(full, settings):
    with pytest.raises(StorageFull):
        attach_files(document=full, uploads=[upload(5, "b"), upload(6, "c")], is_public=True, actor=None)
    assert SupportingDocument.objects.count() == 1
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


def test_a_replaced_file_counts_on(full):
    file = replace_evidence(file=SupportingDocument.objects.get(), upload=upload(10, "b"), actor=None)
    with pytest.raises(StorageFull):
        replace_evidence(file=file, upload=upload(1, "c"), actor=None)


def test_another_municipality_is_not_full(full, kenitra):
    check_room(kenitra, [upload(100)])


def test_an_approval_is_refused_at_its_field_and_nothing_is_approved(full, nefta):
    task = full.task
    task.title_ar = "دورة الهيئة المقررة للمصادقة على برنامج الاستثمار"
    task.save()
    program = task.phase.program
    publish(program=program, actor=None)
    approval = Approval(factories.DecidingBodyFactory(municipality=nefta), nefta.today(), "1")
    with pytest.raises(Exception, match="fit") as refused, override("en"):
        approve(program=program, approval=approval, actor=None, file=upload(50, "b"))
    assert list(refused.value.message_dict) == ["file"]
    program.refresh_from_db()
    assert program.status == "published"


def test_an_import_by_command_says_why(nefta, settings, tmp_path, capsys):
    settings.STORAGE_QUOTA_BYTES = 10
    path = tmp_path / "calendar.csv"
    path.write_text("المرحلة,العمل,التاريخ\n1- الإعداد,1-1 تكوين خلية,2021/11/02\n")
    with pytest.raises(SystemExit):
        call_command("import_calendar", str(path), "--municipality", "nefta", "--year", "2031")
    assert "does not fit" in capsys.readouterr().err
    assert not ProgramOrigin.objects.exists()


# What the desk shows


def desk(user, language="en"):
    client = Client()
    client.force_login(user)
    return client.get(f"/{language}/m/nefta/staff/").content.decode()


def test_the_desk_shows_what_is_left(full, editor):
    html = desk(editor)
    assert (
        '<bdi dir="ltr">90 B</bdi> of <bdi dir="ltr">100 B</bdi> used, <bdi dir="ltr">10 B</bdi> left' in html
    )
    assert "Nearly full" in html


def test_it_warns_in_time_and_not_before(full, editor, settings):
    settings.STORAGE_QUOTA_BYTES = 101
    assert "Nearly full" not in desk(editor)
    settings.STORAGE_QUOTA_BYTES = 90
    assert "Full: no file can be handed in" in desk(editor)


def test_who_hands_nothing_in_needs_not_know(full, nefta):
    reader = factories.MembershipFactory(municipality=nefta, role="council_reader").user
    assert "Room for files" not in desk(reader)
