"""The portal's first page and the choice of a language: search, lists, next dates, cost."""

import datetime
import html
import re

import pytest
import time_machine
from django.test import Client

from consultations.models import ActionPlan
from portal.audit.log import record
from portal.municipalities.models import Municipality
from programs.models import Phase, Program, Status, Task
from tests import factories

NOW = datetime.datetime(2021, 11, 9, 12, tzinfo=datetime.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def towns(nefta, kenitra):
    """The cast, two towns whose names are spelt in several ways, and an invented one."""
    factories.MunicipalityFactory(
        slug="ariana", name_ar="أريانة", name_fr="L’Ariana", territory_ar="ولاية أريانة", country="TN"
    )
    factories.MunicipalityFactory(slug="msaken", name_ar="مُسَاكِن", name_fr="M’saken", country="TN")
    factories.MunicipalityFactory(
        slug="exemple", name_ar="المثال", name_fr="Exemple", country="TN", is_fictional=True
    )


def read(client, address="/ar/", **query):
    return client.get(address, query).content.decode()


def listed(page):
    """The slugs of the municipalities that a page lists, in its order."""
    return re.findall(r'm-muni__name"><a href="/[a-z]{2}/m/([\w-]+)/"', page)


def task_on(municipality, date, *, year=2022, number=1, status=Status.PUBLISHED):
    program, _ = Program.objects.get_or_create(
        municipality=municipality, year=year, defaults={"title_ar": "رزنامة", "status": status}
    )
    phase, _ = Phase.objects.get_or_create(program=program, number=1, defaults={"title_ar": "مرحلة"})
    return factories.TaskFactory(phase=phase, number=number, session_date=date)


# --- languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_it_reads_in_each_language(client, towns, language, direction):
    response = client.get(f"/{language}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert page.count("<h1") == 1
    assert f"bootstrap{'.rtl' if direction == 'rtl' else ''}.min.css" in page
    assert len(listed(page)) == 5


def test_each_language_leads_to_the_same_page_in_the_others(client, towns):
    page = read(client, "/fr/", q="nefta", page="1")
    for language in ("ar", "fr", "en"):
        assert f'href="/{language}/?q=nefta&amp;page=1" lang="{language}"' in page


def test_names_come_in_the_language_of_the_page(client, towns):
    assert "نفطة" in read(client, "/ar/")
    assert "Nefta" in read(client, "/fr/")
    assert "نفطة" not in read(client, "/fr/")


def test_a_portal_without_municipalities_says_so(client, db):
    page = read(client)
    assert "m-empty" in page
    assert listed(page) == []


def test_the_fictional_municipality_comes_last_and_is_marked(client, towns):
    page = read(client, "/en/")
    assert listed(page)[-1] == "exemple"
    assert page.count("Fictional, for illustration only") == 1


# --- the door "/" ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "ar"),
        ("", "ar"),
        ("fr", "fr"),
        ("fr-TN,fr;q=0.9,en;q=0.5", "fr"),
        ("en-GB", "en"),
        ("ar-MA,fr;q=0.8", "ar"),
        ("de-DE,de;q=0.9", "ar"),
        ("de, fr;q=0.4", "fr"),
        ("*", "ar"),
        (";;;q=\x00,,fr;q=nan", "ar"),
        ("fr," * 5000, "fr"),
    ],
)
def test_the_door_leads_to_the_readers_language(accepted, language):
    """Without a database: the strict client, which asks for one, is of no use here."""
    headers = {} if accepted is None else {"Accept-Language": accepted}
    response = Client().get("/", headers=headers)
    assert response.status_code == 302
    assert response["Location"] == f"/{language}/"
    assert "Accept-Language" in response["Vary"]
    assert not response.cookies


# --- search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("نفطة", ["nefta"]),
        ("نفطه", ["nefta"]),
        ("نَفْطَة", ["nefta"]),
        ("نفـــطة", ["nefta"]),
        ("\u202bنفطة\u202c", ["nefta"]),
        ("NEFTA", ["nefta"]),
        ("Kénitra", ["kenitra"]),
        ("kenitra", ["kenitra"]),
        ("KE\u0301NITRA", ["kenitra"]),
        ("القنيطره", ["kenitra"]),
        ("أريانة", ["ariana"]),
        ("اريانة", ["ariana"]),
        ("إريانه", ["ariana"]),
        ("مساكن", ["msaken"]),
        ("ولاية توزر", ["nefta"]),
        ("توزر نفطة", ["nefta"]),
        ("tozeur", ["nefta"]),
        ("  nefta \t ", ["nefta"]),
        ("nefta kenitra", []),
        ("%", []),
        ("_", []),
        ("Tombouctou", []),
    ],
)
def test_spelling_makes_no_difference(client, towns, words, found):
    assert listed(read(client, q=words)) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("بلدية نفطة", ["nefta"]),
        ("Commune de Nefta", ["nefta"]),
        ("commune de l’Ariana", ["ariana"]),
        ("Municipality of Kénitra", ["kenitra"]),
    ],
)
def test_a_title_as_the_page_writes_it_is_found(client, towns, words, found):
    assert listed(read(client, q=words)) == found


@pytest.mark.parametrize("words", ["Commune d’Ariana", "commune d'Ariana"])
def test_a_title_whose_article_is_elided_is_found(client, db, words):
    factories.MunicipalityFactory(slug="ariana", name_ar="أريانة", name_fr="Ariana")
    assert "Commune d’Ariana" in read(client, "/fr/")
    assert listed(read(client, "/fr/", q=words)) == ["ariana"]


def test_the_longest_names_fit_what_is_searched(db):
    town = factories.MunicipalityFactory(
        slug="s" * 60, name_ar="م" * 200, name_fr="é" * 200, territory_ar="و" * 200, territory_fr="a" * 200
    )
    town.refresh_from_db()
    assert town.search_text == town.searchable()


def test_a_word_of_few_letters_finds_every_town_that_holds_it(client, towns):
    assert set(listed(read(client, q="ن"))) == {"nefta", "kenitra", "ariana", "msaken"}


def test_the_words_stay_in_the_field_and_nothing_found_offers_all(client, towns):
    page = read(client, "/fr/", q="Tombouctou")
    assert 'value="Tombouctou"' in page
    assert "<bdi>Tombouctou</bdi>" in page
    assert 'href="/fr/#municipalities"' in page


@pytest.mark.parametrize("words", ["", "   ", "\u200f\u200b", "\0"])
def test_no_word_is_no_search(client, towns, words):
    assert len(listed(read(client, q=words))) == 5


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "%D9%86" * 50_000,
        "q=" + "a+" * 50_000,
        "q=" + "%CC%81" * 30_000,
        "q=%00",
        "q=nefta%00",
        "q=%00%00%00&page=%00",
        "q=%3Cscript%3Ealert(1)%3C/script%3E",
        "q=%22%3E%3Cimg+src=x+onerror=alert(1)%3E",
        "q={{+request.user+}}{%25+debug+%25}",
        "q=%ED%A0%80",
        "q=%FF%FE",
        "q=%",
        "q=%E2%80%AEatfen",
        "q='+OR+1=1--",
        "q[]=1&q=",
        "q=a&q=b&q=c",
        "&&&===",
    ],
)
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_hostile_words_are_words(client, towns, query, language):
    response = client.get(f"/{language}/?{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<script" not in page
    assert "<img" not in page
    assert "\0" not in page
    assert "\u202e" not in page
    assert len(page) < 60_000 + 8 * len(query)


def test_markup_is_shown_as_text(client, towns):
    page = read(client, q='"><script>alert(1)</script>')
    assert html.escape('"><script>alert(1)</script>') in page


# --- pages of the list -------------------------------------------------------------------------------


def country(count):
    """So many municipalities, each with a public program, a date to come and a public plan."""
    towns = Municipality.objects.bulk_create(
        Municipality(
            slug=f"commune-{n}",
            name_ar=f"مدينة {n}",
            name_fr=f"Ville {n:04}",
            country="TN",
            currency="TND",
            time_zone="Africa/Tunis",
            search_text=f"ville {n}",
        )
        for n in range(count)
    )
    programs = Program.objects.bulk_create(
        Program(municipality=town, year=2022, title_ar="رزنامة", status=Status.PUBLISHED) for town in towns
    )
    phases = Phase.objects.bulk_create(
        Phase(program=program, number=1, title_ar="مرحلة") for program in programs
    )
    Task.objects.bulk_create(
        Task(phase=phase, number=1, title_ar="عمل", session_date=TODAY) for phase in phases
    )
    ActionPlan.objects.bulk_create(
        ActionPlan(municipality=town, slug="openness", title_ar="برنامج الانفتاح", status="published")
        for town in towns
    )


@pytest.mark.parametrize("count", [3, 300])
def test_the_number_of_queries_does_not_depend_on_the_number_of_towns(
    client, db, count, django_assert_num_queries
):
    country(count)
    with django_assert_num_queries(7):
        page = read(client)
    shown = min(count, 24)
    assert len(listed(page)) == shown
    assert page.count("/programs/2022/#task-1-1") == min(count, 5)
    assert len(re.findall(r'href="/ar/m/[\w-]+/programs/2022/"', page)) == shown
    assert page.count("/plans/openness/") == shown


def test_every_town_is_on_one_page_exactly(client, db):
    country(60)
    seen = [slug for number in (1, 2, 3) for slug in listed(read(client, page=number))]
    assert sorted(seen) == sorted(f"commune-{n}" for n in range(60))


def test_towns_of_one_name_have_an_order_of_their_own():
    """Without one PostgreSQL may show a town on two pages, and another on none."""
    assert Municipality.objects.for_home_page().query.order_by[-1] in {"slug", "pk"}


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [
        ("1", "commune-0", "commune-23"),
        ("2", "commune-24", "commune-29"),
        ("abc", "commune-0", "commune-23"),
        ("", "commune-0", "commune-23"),
        ("0", "commune-24", "commune-29"),
        ("-1", "commune-24", "commune-29"),
        ("999", "commune-24", "commune-29"),
        ("9" * 4000, "commune-24", "commune-29"),
        ("9" * 5000, "commune-0", "commune-23"),
        ("1.5", "commune-0", "commune-23"),
        ("٢", "commune-24", "commune-29"),
    ],
)
def test_any_page_number_is_answered_with_a_page(client, db, number, first, last):
    country(30)
    slugs = listed(read(client, page=number))
    assert (slugs[0], slugs[-1]) == (first, last)


def test_the_words_go_along_from_page_to_page(client, db):
    country(30)
    page = read(client, q="ville &")
    assert 'rel="next"' not in page
    page = read(client, q="ville")
    assert 'rel="next" href="?q=ville&amp;page=2"' in page
    assert 'rel="prev" href="?q=ville&amp;page=1"' in read(client, q="ville", page="2")


# --- next dates --------------------------------------------------------------------------------------


def agenda(page):
    return re.findall(r'<time datetime="([\d-]+)"', page)


def test_the_nearest_five_dates_of_all_towns_come_in_order(client, nefta, kenitra):
    for number, days in enumerate((9, 3, 0, 400, 21), start=1):
        task_on(nefta, TODAY + datetime.timedelta(days=days), number=number)
    task_on(kenitra, TODAY + datetime.timedelta(days=5))
    task_on(kenitra, TODAY - datetime.timedelta(days=1), number=2)
    assert agenda(read(client)) == ["2021-11-09", "2021-11-12", "2021-11-14", "2021-11-18", "2021-11-30"]


def test_a_draft_and_an_undated_task_are_no_next_date(client, nefta):
    task_on(nefta, TODAY, status=Status.DRAFT)
    task_on(nefta, None, year=2023)
    assert agenda(read(client)) == []


def test_the_months_are_those_of_the_country(client, nefta, kenitra):
    task_on(nefta, datetime.date(2022, 8, 3))
    task_on(kenitra, datetime.date(2022, 8, 4))
    page = read(client)
    assert "3 أوت 2022" in page
    assert "4 غشت 2022" in page


def test_a_new_day_drops_yesterdays_dates(client, nefta):
    task_on(nefta, TODAY)
    assert agenda(read(client)) == ["2021-11-09"]
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        assert agenda(read(client)) == []


# --- freshness ---------------------------------------------------------------------------------------


def test_nothing_changed_is_answered_with_one_query(client, towns, django_assert_num_queries):
    etag = client.get("/ar/")["ETag"]
    with django_assert_num_queries(1):
        response = client.get("/ar/", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == etag


def test_a_change_in_any_town_is_seen(client, towns, kenitra):
    etag = client.get("/ar/")["ETag"]
    record(actor=None, action="row.changed", obj=kenitra, municipality=kenitra)
    assert client.get("/ar/", headers={"If-None-Match": etag}).status_code == 200


def test_a_new_town_is_seen(client, towns):
    etag = client.get("/ar/")["ETag"]
    factories.MunicipalityFactory()
    assert client.get("/ar/", headers={"If-None-Match": etag}).status_code == 200


def test_a_search_has_a_validator_of_its_own(client, towns):
    assert client.get("/ar/", {"q": "nefta"})["ETag"] != client.get("/ar/")["ETag"]


def test_a_day_later_it_is_another_page(client, towns):
    etag = client.get("/ar/")["ETag"]
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        assert client.get("/ar/", headers={"If-None-Match": etag}).status_code == 200


def test_every_link_of_the_page_leads_somewhere(client, db):
    country(1)
    page = read(client, "/fr/")
    links = {html.unescape(link).split("#")[0] for link in re.findall(r'<a [^>]*href="(/[^"]*)"', page)}
    assert {"/fr/m/commune-0/", "/fr/m/commune-0/programs/2022/", "/fr/m/commune-0/plans/openness/"} <= links
    statuses = {link: client.get(link).status_code for link in sorted(links)}
    assert statuses == {link: 302 if link == "/fr/staff/" else 200 for link in links}
