"""Typing in what came on paper, by telephone or in a meeting."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from consultations.models import Contribution
from consultations.receipts import fingerprint, is_well_formed, new_code, normalised, shown
from consultations.services.contributions import Words
from consultations.services.entering import enter_contribution, entry_channels
from portal.audit.models import Entry
from portal.locales import sheet_date
from tests.consultations.participation import DAY, ConsultationFactory, ContributionFactory
from tests.factories import MembershipFactory, ZoneFactory

ALL_CHANNELS = ["web", "paper", "phone", "session"]


@pytest.fixture
def moderator(nefta):
    return MembershipFactory(municipality=nefta, role="moderator").user


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(open=True, municipality=nefta, channels=ALL_CHANNELS)


@pytest.fixture
def desk(client, moderator):
    client.force_login(moderator)
    return client


def address(consultation=None, channel="paper", slug="nefta"):
    query = f"?consultation={consultation.number}&channel={channel}" if consultation else ""
    return reverse("contribution-enter", kwargs={"slug": slug}) + query


def entry(**changes):
    """What a member of staff types."""
    today = sheet_date(timezone.localdate())
    values = {
        "key": "a key",
        "kind": "comment",
        "text": "نريد محاضر الجلسات",
        "profile": "unsaid",
        "age": "unsaid",
        "language": "ar",
        "given_on": today,
    }
    return values | changes


def the_one():
    return Contribution.objects.get()


# Paper


def test_a_paper_form_is_stored_under_its_serial(desk, consultation, moderator, nefta):
    serial, zone = new_code(), ZoneFactory(municipality=nefta)
    data = entry(serial=shown(serial).lower(), profile="student", age="16-25", zone=zone.pk, name="منى")
    response = desk.post(address(consultation), data)
    row = the_one()
    assert response.context["done"].contribution == row
    assert (row.channel, row.profile, row.age, row.zone, row.name) == (
        "paper",
        "student",
        "16-25",
        zone,
        "منى",
    )
    assert (row.receipt_hash, row.entered_by) == (fingerprint(serial), moderator)
    assert row.status == Contribution.Status.PENDING
    assert Entry.objects.get(action="contribution.entered").actor == moderator


def test_the_next_form_keeps_consultation_channel_kind_day_and_language(desk, consultation):
    data = entry(serial=new_code(), kind="idea", solution="حاوية في كل ساحة", language="fr")
    response = desk.post(address(consultation), data)
    form, page = response.context["form"], response.content.decode()
    assert (form["kind"].value(), form["language"].value(), form["text"].value()) == ("idea", "fr", None)
    assert (form["profile"].value(), form["serial"].value()) == ("unsaid", None)
    assert f'action="?consultation={consultation.number}&amp;channel=paper"' in page
    assert form["key"].value() != "a key"


def test_the_author_checks_the_typed_text_by_the_serial(desk, client, consultation):
    serial = new_code()
    desk.post(address(consultation), entry(serial=serial))
    client.logout()
    page = client.get(reverse("follow", kwargs={"code": normalised(serial)})).content.decode()
    assert "نريد محاضر الجلسات" in page


@pytest.mark.parametrize(
    "change", [lambda code: code[:-1] + ("0" if code[-1] != "0" else "1"), lambda code: code[:9]]
)
def test_a_wrong_character_is_found(desk, consultation, change):
    response = desk.post(address(consultation), entry(serial=change(new_code())))
    assert response.context["form"].errors["serial"]
    assert "نريد محاضر الجلسات" in response.content.decode()
    assert not Contribution.objects.exists()


def test_a_serial_that_is_used_is_refused_with_a_link(desk, consultation):
    serial = new_code()
    desk.post(address(consultation), entry(serial=serial))
    response = desk.post(address(consultation), entry(serial=serial, key="another", text="نص آخر تماما"))
    page = response.content.decode()
    link = reverse("contribution", kwargs={"slug": "nefta", "pk": the_one().pk})
    assert response.context["form"].errors["serial"]
    assert f'href="{link}"' in page
    assert "نص آخر تماما" in page


def test_a_serial_of_another_consultation_is_refused_with_a_link(desk, consultation, nefta):
    serial = new_code()
    row = ContributionFactory(
        consultation=ConsultationFactory(open=True, municipality=nefta), receipt_hash=fingerprint(serial)
    )
    response = desk.post(address(consultation), entry(serial=serial))
    assert response.context["form"].errors["serial"]
    assert reverse("contribution", kwargs={"slug": "nefta", "pk": row.pk}) in response.content.decode()


def test_of_a_serial_of_another_municipality_nothing_is_told(desk, consultation, kenitra):
    serial = new_code()
    foreign = ConsultationFactory(open=True, municipality=kenitra)
    row = ContributionFactory(consultation=foreign, receipt_hash=fingerprint(serial), text="نص كناري")
    response = desk.post(address(consultation), entry(serial=serial))
    page = response.content.decode()
    assert response.context["form"].errors["serial"]
    assert "نص كناري" not in page
    assert f"/contributions/{row.pk}/" not in page


def test_the_same_form_sent_twice_is_stored_once(desk, consultation):
    data = entry(serial=new_code())
    desk.post(address(consultation), data)
    response = desk.post(address(consultation), data)
    assert not response.context["done"].is_new
    assert Contribution.objects.count() == 1


# Telephone and meetings


@pytest.mark.parametrize("channel", ["phone", "session"])
def test_a_code_is_made_and_shown(desk, client, consultation, channel):
    page = desk.post(address(consultation, channel), entry()).content.decode()
    code = normalised(re.search(r'class="m-code">([^<]+)<', page)[1])
    assert is_well_formed(code)
    assert (the_one().channel, the_one().receipt_hash) == (channel, fingerprint(code))
    assert "m-code" not in desk.get(address(consultation, channel)).content.decode()


def test_a_repeated_form_shows_the_same_code(desk, consultation):
    pages = [desk.post(address(consultation, "phone"), entry()).content.decode() for _number in range(2)]
    codes = {re.search(r'class="m-code">([^<]+)<', page)[1] for page in pages}
    assert len(codes) == 1
    assert Contribution.objects.count() == 1


def test_the_code_cannot_be_had_from_the_key_of_a_form_on_the_portal(desk, consultation):
    from consultations.receipts import code_for

    desk.post(address(consultation, "phone"), entry(key="a key"))
    assert the_one().receipt_hash != fingerprint(code_for("a key"))


def test_no_serial_is_asked_for(desk, consultation):
    assert "serial" not in desk.get(address(consultation, "phone")).context["form"].fields


# The day


def test_the_day_it_was_given_counts(desk, consultation, nefta):
    day = nefta.today() - 2 * DAY
    desk.post(address(consultation), entry(serial=new_code(), given_on=sheet_date(day)))
    assert the_one().received_at.astimezone(nefta.zone_info).date() == day


@pytest.mark.parametrize("days", [1, -30])
def test_a_day_on_which_nothing_could_be_given_is_refused(desk, consultation, days):
    day = consultation.municipality.today() + days * DAY
    response = desk.post(address(consultation), entry(serial=new_code(), given_on=sheet_date(day)))
    assert response.context["form"].errors["given_on"]
    assert not Contribution.objects.exists()


def test_entries_are_taken_until_ten_days_after_the_closing(nefta, moderator):
    consultation = ConsultationFactory(closed=True, municipality=nefta)
    last = (consultation.closes_at - DAY).date()
    values = {"words": Words(kind="comment", text="نص من الورق"), "channel": "paper", "language": "ar"}
    received = enter_contribution(
        consultation=consultation, code=new_code(), given_on=last, actor=moderator, **values
    )
    assert received.contribution.received_at < consultation.closes_at
    with pytest.raises(ValidationError):
        enter_contribution(
            consultation=consultation, code=new_code(), given_on=nefta.today(), actor=moderator, **values
        )


@pytest.mark.parametrize(("days", "is_offered"), [(9, True), (11, False)])
def test_after_that_the_page_offers_it_no_more(desk, nefta, days, is_offered):
    now = timezone.now()
    consultation = ConsultationFactory(
        closed=True, municipality=nefta, opens_at=now - 30 * DAY, closes_at=now - days * DAY
    )
    response = desk.get(address(consultation))
    assert (response.context["consultation"] == consultation) is is_offered
    assert ("m-empty" in response.content.decode()) is not is_offered


def test_what_is_too_late_keeps_the_text(desk, nefta, consultation, monkeypatch):
    from consultations.services.contributions import Closed
    from consultations.views import entering

    def closed(**kwargs):
        raise Closed(consultation)

    monkeypatch.setattr(entering, "enter_contribution", closed)
    response = desk.post(address(consultation), entry(serial=new_code()))
    assert 'role="alert"' in response.content.decode()
    assert "نريد محاضر الجلسات" in response.content.decode()


def late(now):
    return {"closes_at": now - 11 * DAY}


def gone(now):
    return {"status": "draft"}


@pytest.mark.parametrize("ends", [late, gone])
@pytest.mark.parametrize("channel", ["paper", "phone"])
def test_what_is_typed_while_the_entries_end_is_not_lost(desk, nefta, channel, ends):
    now = timezone.now()
    row = ConsultationFactory(
        municipality=nefta,
        closed=True,
        opens_at=now - 30 * DAY,
        closes_at=now - 9 * DAY,
        channels=ALL_CHANNELS,
    )
    type(row).objects.filter(pk=row.pk).update(**ends(now))
    response = desk.post(address(row, channel), entry(text="نص طويل كتبه الموظف"))
    page = response.content.decode()
    assert 'role="alert"' in page
    assert "نص طويل كتبه الموظف" in page
    assert not Contribution.objects.exists()


def test_of_another_municipality_nothing_is_shown_when_it_is_typed_for(desk, kenitra):
    foreign = ConsultationFactory(municipality=kenitra, closed=True, title_ar="استشارة الكناري", number=77)
    response = desk.post(address(foreign), entry())
    assert "الكناري" not in response.content.decode()
    assert response.context["consultation"] is None


# What is offered


def test_the_channels_of_the_consultation_are_offered(nefta):
    assert entry_channels(ConsultationFactory(open=True, municipality=nefta)) == ["paper"]
    every = ConsultationFactory(open=True, municipality=nefta, channels=ALL_CHANNELS)
    assert entry_channels(every) == ["paper", "phone", "session"]


def test_a_channel_that_is_not_offered_is_refused(nefta, moderator):
    consultation = ConsultationFactory(open=True, municipality=nefta)
    with pytest.raises(ValidationError) as refusal:
        enter_contribution(
            consultation=consultation,
            words=Words(kind="comment", text="نص من الهاتف"),
            code=new_code(),
            channel="phone",
            given_on=nefta.today(),
            language="ar",
            actor=moderator,
        )
    assert list(refusal.value.message_dict) == ["channel"]


def test_no_draft_and_no_foreign_consultation_is_offered(desk, nefta, kenitra):
    ConsultationFactory(municipality=nefta)
    foreign = ConsultationFactory(open=True, municipality=kenitra)
    response = desk.get(address())
    assert response.context["ways"] == []
    assert desk.post(address(foreign), entry(serial=new_code())).status_code == 200
    assert not Contribution.objects.exists()


def test_marks_are_kept_for_the_moderator(desk, nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, moderation="after")
    desk.post(address(consultation), entry(serial=new_code(), text="كلموني على 20 123 456"))
    assert (the_one().flags, the_one().status) == (["phone"], "pending")


def test_errors_stand_beside_the_fields_and_nothing_is_lost(desk, consultation):
    data = entry(serial="", text="", name="اسم كتب", profile="")
    response = desk.post(address(consultation), data)
    assert set(response.context["form"].errors) == {"serial", "text", "profile"}
    assert "اسم كتب" in response.content.decode()


@pytest.mark.parametrize("role", ["editor", "answerer", "publisher"])
def test_who_does_not_moderate_types_nothing_in(client, consultation, nefta, role):
    client.force_login(MembershipFactory(municipality=nefta, role=role).user)
    assert client.get(address(consultation)).status_code == 403
    assert client.post(address(consultation), entry(serial=new_code())).status_code == 403


def test_from_the_first_field_to_the_save_are_few_stops(desk, consultation, nefta):
    """By keyboard: serial, text, profile, age, zone, save. What is kept stands before them."""
    ZoneFactory(municipality=nefta)
    page = desk.get(address(consultation)).content.decode()
    form = page[page.index('name="serial"') : page.index('type="submit" class="btn btn-primary" accesskey')]
    stops = re.findall(r'<(?:input|select|textarea|summary|a|button)[^>]*?name="(\w+)"', form)
    assert stops == ["text", "solution", "effect", "profile", "age", "zone"]
    assert "autofocus" in page[page.index('name="serial"') :][:400]
