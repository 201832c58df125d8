"""Nobody is found behind what they said, nothing of a reader's machine stays, and what may be kept ends."""

from __future__ import annotations

import contextlib
import datetime
import io
import itertools
import random
import re
from collections import Counter

import lxml.html
import openpyxl
import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from consultations import disclosure, due, marks
from consultations.asked import lists_of
from consultations.disclosure import NOTHING
from consultations.exports_participation import NAMES
from consultations.marks import find, marks_of
from consultations.models import Contribution, Original
from consultations.models.periods import RETENTION_MONTHS
from consultations.receipts import fingerprint, new_code
from consultations.services import answers, moderation
from consultations.services import contributions as services
from consultations.services.contributions import Words, receive
from portal import tracing
from portal.accounts.models import User
from portal.backups.making import make_backup
from portal.limits import counting
from portal.limits.models import DaySalt, Tally
from portal.municipalities import invitations
from portal.municipalities.invitations import KEPT as INVITATIONS_KEPT
from portal.notifications.models import Delivery, Subscription
from portal.notifications.retention import LETTERS_KEPT
from tests import factories
from tests.consultations import corpus_marks
from tests.consultations.attacker import found, random_month, random_town, the_rule, without_secondary
from tests.consultations.participation import (
    ConsultationFactory,
    OfficialAnswerFactory,
    ParticipationRulesFactory,
)
from tests.consultations.printed import printed
from tests.factories import MembershipFactory, MunicipalityFactory
from tests.journeys.test_every_page import PAGES
from tests.papers import poppler_text
from tests.trust import canaries, personal
from tests.trust.canaries import Canary, Log, Town, acts, hits, keys_of
from tests.trust.serving import PROJECT

Status = Contribution.Status
DAY = datetime.timedelta(days=1)
LANGUAGES = ("ar", "fr")
LABEL = disclosure.Disclosure.label
"""The rule's, whatever a portal that is broken on purpose shows."""


# --- 38 -----------------------------------------------------------------------------------------------


def test_differencing(trust):
    """Everything that is shown on each day, held against every world in which it would look the same."""
    check = trust(38, "An attacker who remembers every day", target="0 small groups; 10,000 towns")
    days = found(the_rule, range(trust.count(quick=200, full=10_000)))
    months = found(the_rule, range(trust.count(quick=30, full=1000)), random_month)
    weak = found(without_secondary, range(30))
    check.catches("no secondary suppression", len(weak.learnt) > 10)
    both = (days, months)
    check.holds(
        not any(each.learnt or each.undecided or not each.labelled for each in both),
        f"{sum(len(each.learnt) for each in both)} of {sum(each.secrets for each in both)} small groups"
        f" derived in {days.towns} towns of some days and {months.towns} of 30 days;"
        f" {sum(each.undecided for each in both)} undecided",
    )


def _built(town):
    """A consultation with the contributions of a made-up town, on the last day that the attacker looks."""
    municipality = MunicipalityFactory()
    opens = timezone.now() - 60 * DAY
    consultation = ConsultationFactory(
        municipality=municipality, status="published", opens_at=opens, closes_at=timezone.now() + 60 * DAY
    )
    gone = dict(town.gone)
    rows = [
        Contribution(
            consultation=consultation,
            number=number,
            kind="comment",
            text=f"نص رقم {number}",
            profile=profile,
            age=age,
            status=Status.WITHDRAWN if number - 1 in gone else Status.PUBLISHED,
            received_at=timezone.now(),
            moderated_at=timezone.now(),
            published_on=day,
            receipt_hash=fingerprint(new_code()),
        )
        for number, (day, (profile, age)) in enumerate(town.contributions, start=1)
    ]
    Contribution.objects.bulk_create(rows)
    consultation.last_number = len(rows)
    consultation.save()
    return consultation


def _labels_shown(client, consultation, *, on_paper=False, directory=None):
    """Where what stands beside each contribution is told, as number → (profile, age) in words."""
    kwargs = {"slug": consultation.municipality.slug, "number": consultation.number}
    with translation.override("fr"):
        address = {
            name: reverse(name, kwargs=kwargs)
            for name in ("consultation", "consultation-csv", "consultation-xlsx")
        }
        lists = lists_of(consultation.municipality)
        words = {choice.label for choice in (*lists.profiles, *lists.ages)}
    yield "page", _of_page(client, address["consultation"], words)
    text = client.get(address["consultation-csv"]).content.decode("utf-8-sig")
    yield "csv", _of_rows(line.split(",") for line in text.splitlines()[1:])
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address["consultation-xlsx"]).content)).active
    yield "workbook", _of_rows([cell.value or "" for cell in row] for row in list(sheet)[1:])
    if on_paper:
        paper = printed("consultation-report", consultation.municipality, number=consultation.number)
        yield "paper", _of_paper(poppler_text(paper, directory), words, consultation.last_number)


def _of_page(client, address, words):
    found, number, has_next = {}, 0, True
    while has_next:
        number += 1
        page = lxml.html.fromstring(client.get(f"{address}?page={number}").content)
        for item in page.xpath("//li[starts-with(@id, 'c-')]"):
            by = item.xpath(".//p[@class='m-by']")[0]
            said = [part.text_content().strip() for part in by.iter("b", "span")]
            found[int(item.get("id")[2:])] = tuple(word for word in said if word in words)
        has_next = bool(page.xpath("//a[@rel='next']"))
    return found


def _of_rows(rows):
    profile, age = NAMES.index("profile"), NAMES.index("age")
    return {int(row[0][2:]): tuple(filter(None, (row[profile], row[age]))) for row in rows}


def _of_paper(text, words, last):
    """The words between one reference and the next."""
    pieces = re.split(r"\bC-(\d+)\b", text)
    found = dict.fromkeys(range(1, last + 1), ())
    for number, said in zip(pieces[1::2], pieces[2::2], strict=True):
        head = said.strip().split("\n")[0]
        found[int(number)] += tuple(word for word in words if word in head)
    return found


def _shown_beyond_the_rule(client, seeds, **how):
    """Labels that some representation shows and the rule does not, with how many it rightly shows."""
    beyond, rightly, looked = Counter(), 0, Counter()
    for seed in seeds:
        town = random_town(random.Random(seed))
        with time_machine.travel(datetime.datetime.combine(town.days[-1], datetime.time(12), datetime.UTC)):
            consultation = _built(town)
            with translation.override("fr"):
                lists = lists_of(consultation.municipality)
            codes = {"profiles": [c.code for c in lists.profiles], "ages": [c.code for c in lists.ages]}
            rule = disclosure.disclose(town.tally, town.days[-1], **codes)
            gone = {index for index, _ in town.gone}
            for place, shown in _labels_shown(client, consultation, **how):
                looked[place] += len(shown)
                for number, said in shown.items():
                    day, cell = town.contributions[number - 1]
                    profile, age = NOTHING if number - 1 in gone else LABEL(rule, cell, day)
                    due_words = {
                        lists.profile(profile) if profile not in ("", "unsaid") else "",
                        lists.age(age) if age not in ("", "unsaid") else "",
                    }
                    beyond[place] += bool(set(said) - due_words)
                    rightly += bool(said) and not set(said) - due_words
    return beyond, rightly, looked


@pytest.mark.django_db
def test_what_is_served_is_the_rule(trust, tmp_path, monkeypatch):
    """What the attacker was given is what page, table, workbook and paper show."""
    check = trust(38, "Pages, tables and papers show what the rule lets", target="0 labels beyond it")
    seeds = range(trust.count(quick=4, full=60))
    client = Client()
    beyond, rightly, looked = _shown_beyond_the_rule(client, seeds)
    papers = range(trust.count(quick=0, full=10))
    on_paper, _, printed_too = _shown_beyond_the_rule(client, papers, on_paper=True, directory=tmp_path)
    monkeypatch.setattr(disclosure.Disclosure, "label", lambda shown, cell, day: cell)
    open_, _, _ = _shown_beyond_the_rule(client, seeds[:2])
    for place in ("page", "csv", "workbook"):
        check.catches(f"every label shown: {place}", open_[place] > 0)
    looked += printed_too
    check.holds(
        not beyond.total() and not on_paper.total() and rightly > 5 and len(looked) >= 3,
        f"{beyond.total() + on_paper.total()} of {looked.total()} labels beyond the rule in"
        f" {', '.join(looked)}; {rightly} shown rightly",
    )


# --- 39 -----------------------------------------------------------------------------------------------

MORNING = datetime.datetime(2026, 11, 10, 9, tzinfo=datetime.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def _town(clock, password=factories.PASSWORD):
    consultation = ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))
    staff = MembershipFactory(municipality=consultation.municipality, role="auditor").user
    code = new_code()
    contribution = receive(
        consultation=consultation,
        words=Words(kind="comment", text="نريد إنارة أفضل قرب المدرسة"),
        code=code,
        language="ar",
        email="author@example.org",
        marks=[],
    ).contribution
    moderation.publish_contributions(contributions=[contribution], actor=None)
    subscription = Subscription.objects.get(topic="contribution")
    return Town(consultation, code, subscription.token, staff.email, password, clock)


def _visited(town, readers):
    """Let every reader do one thing after another, each of them at least one; return what was answered."""
    statuses = Counter()
    pages = ["/fr/", f"/fr/m/{town.slug}/", f"{town.own}/", f"{town.own}/contributions.csv", "/healthz"]
    for each in readers:
        client, own = each.client(), list(acts(town, each.number).items())
        canaries.proxies(1 if each.is_behind_proxy else 0)
        client.get(pages[each.number % len(pages)])
        name, act = own[each.number % len(own)]
        statuses[f"{name}: {act(client).status_code}"] += 1
        town.clock.shift(5)
    return statuses


def _exports(town):
    """What the staff and the public can take away."""
    client = Client()
    client.force_login(User.objects.get(email=town.staff))
    addresses = [
        f"{town.own}/contributions.csv",
        f"{town.own}/contributions.xlsx",
        f"/fr/m/{town.slug}/staff/journal/file/",
        "/fr/publications/entries.json",
    ]
    for address in addresses:
        answer = client.get(address)
        yield (
            address,
            b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("latin-1"),
        )


def _places(town, log, tmp_path, settings):
    yield from canaries.database()
    yield from (("log", line) for line in log.lines)
    yield from canaries.files(tmp_path)
    yield from _exports(town)


def _kept_for_two_days(town, signs, keys, log, tmp_path, settings):
    """What is found at once, and 48 hours later, by place; and of the keys of networks."""
    at_once = hits(signs, _places(town, log, tmp_path, settings))
    of_keys = hits(keys, canaries.database())
    made = make_backup(tmp_path / "backups")
    at_once |= hits({*signs, *keys}, canaries.files(made.path))
    town.clock.shift(2 * DAY)
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("run_due")
    later = hits({*signs, *keys}, _places(town, log, tmp_path, settings))
    return at_once, of_keys, later


@pytest.mark.django_db(transaction=True)
def test_readers_machines(trust, clock, settings, tmp_path, monkeypatch):
    check = trust(
        39, "Addresses, browsers and cookies", target="0 of 1,000 at once but as HMAC; 0 after 48 h"
    )
    settings.SITE_URL = "http://testserver"
    count = trust.count(quick=110, full=1100)
    readers = [Canary(number, is_behind_proxy=number % 2 == 0) for number in range(count)]
    signs = {sign for each in readers for sign in each.signs.values()}
    town = _town(clock)
    with Log() as log:
        statuses = _visited(town, readers)
        counted = keys_of(readers) & set(Tally.objects.values_list("key", flat=True))
        salts = {bytes(row.salt).decode("latin-1") for row in DaySalt.objects.all()}
        at_once, of_keys, later = _kept_for_two_days(town, signs, counted | salts, log, tmp_path, settings)
        lines = len(log.lines)
        _break_on_purpose(check, town, log, tmp_path, settings, monkeypatch)
    answered = Counter(status.rpartition(": ")[2][0] for status in statuses.elements())
    failed = [status for status in statuses if ": 5" in status]
    check.holds(
        not at_once
        and not later
        and not failed
        and set(of_keys) == {"limits_tally", "limits_daysalt"}
        and len(counted) > count // 4
        and answered["3"] > count // 10,
        f"{sum(at_once.values())} at once, {sum(later.values())} after 48 h {at_once or later or ''} of"
        f" {len(signs)} signs of {count} readers in {len(acts(town, 0))} forms, {lines} lines of log,"
        f" exports, files, a backup and every table; {len(counted)} networks known by their HMAC alone",
    )


def _break_on_purpose(check, town, log, tmp_path, settings, monkeypatch):
    """Portals that keep what they must not: the same looking finds it."""

    def visited(fault):
        some = [Canary(number, is_behind_proxy=False) for number in range(2000 + fault, 2022 + fault)]
        _visited(town, some)
        return {sign for each in some for sign in each.signs.values()}, some

    with monkeypatch.context() as broken:
        broken.setattr(counting, "_under", lambda salt, request, about="": counting.network_of(request)[:64])
        signs, _ = visited(0)
        check.catches("networks counted by their names", "limits_tally" in hits(signs, canaries.database()))
    told = tracing._line
    with monkeypatch.context() as broken:
        broken.setattr(tracing, "_line", lambda r, s, t: told(r, s, t) | {"by": r.headers["User-Agent"]})
        signs, _ = visited(100)
        check.catches("a browser's name in the log", "log" in hits(signs, (("log", x) for x in log.lines)))
    with monkeypatch.context() as broken:
        broken.setattr(settings, "DUE", [name for name in settings.DUE if "limits" not in name])
        Tally.objects.all().delete()
        _, some = visited(200)
        keys = keys_of(some) & set(Tally.objects.values_list("key", flat=True))
        found = _kept_for_two_days(town, {"nothing"}, keys, log, tmp_path, settings)
        check.catches("keys of networks that nobody removes", "limits_tally" in found[2])


# --- 40 -----------------------------------------------------------------------------------------------

FORMS = {"contribute", "notify-me", "sign-in", "forgot-password", "verify-file", "confirm-email"}
"""Pages with a form that is sent by POST: they carry the one cookie that guards it."""


def _addresses():
    for name, paths in PAGES.items():
        for path, language in itertools.product(paths, LANGUAGES):
            yield name, f"/{language}/{path}"


def _cookies(pages):
    """Cookies by name that the pages set; those of forms apart."""
    reading, forms, policies = Counter(), Counter(), Counter()
    for name, response in pages:
        (forms if name in FORMS else reading).update(response.cookies.keys())
        policies[response.get("Referrer-Policy", "none")] += 1
    return reading, forms, policies


def _strangers(requests, own):
    return [address for address in requests if not address.startswith((own, "data:", "about:"))]


@pytest.mark.django_db(transaction=True)
def test_cookies_and_others(trust, demo, reader, live_server):
    check = trust(40, "Before anybody does anything", target="0 cookies, 0 requests to others; same-origin")
    everything = list(_addresses())
    reading, forms, policies = _cookies((name, Client().get(path)) for name, path in everything)
    planted = Client().get("/ar/")
    planted.set_cookie("seen", "1")
    check.catches("a cookie on a reading page", bool(_cookies([("home", planted)])[0]))

    asked = []
    reader.page.on("request", lambda request: asked.append(request.url))
    shown = everything[:: trust.count(quick=9, full=1)]
    for _name, path in shown:
        reader.open(path)
    kept = [cookie["name"] for cookie in reader.page.context.cookies()]
    others = _strangers(asked, live_server.url)
    asked.clear()
    reader.page.route("**/ar/", _with_picture_of_others)
    reader.open("/ar/")
    check.catches("a picture of somebody else's", bool(_strangers(asked, live_server.url)))
    check.holds(
        not reading
        and set(forms) <= {"csrftoken"}
        and not others
        and set(kept) <= {"csrftoken"}
        and set(policies) == {"same-origin"}
        and len(asked) > 0,
        f"{reading.total()} cookies on {len(everything) - forms.total()} pages, the one against forgery alone"
        f" on {forms.total()} with a form; {len(others)} requests to others in {len(shown)} pages shown"
        f" by a browser; Referrer-Policy {', '.join(policies)}",
    )


def _with_picture_of_others(route):
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if "security-policy" not in name}
    body = answer.text().replace("</main>", '<img src="http://127.0.0.1:9/x.gif" alt=""></main>')
    route.fulfill(status=answer.status, headers=headers, body=body)


# --- 41 -----------------------------------------------------------------------------------------------


def _recall(samples):
    """How many of the samples are marked where the data stands, by kind."""
    marked = Counter()
    for sample in samples:
        start = sample.text.index(sample.value)
        end = start + len(sample.value)
        marked[sample.kind] += any(
            mark.code in marks.PERSONAL and mark.start < end and mark.end > start
            for mark in find(sample.text)
        )
    return marked


def _published_unconfirmed(consultation, texts):
    """How many marked texts a moderator can publish without the tick, and how many with it."""
    without = ticked = 0
    for text in texts:
        row = receive(
            consultation=consultation,
            words=Words(kind="comment", text=text),
            code=new_code(),
            language="ar",
            marks=marks_of(text),
        ).contribution
        for is_confirmed in (False, True):
            try:
                moderation.publish_contributions(
                    contributions=[row], confirmed_marks=is_confirmed, actor=None
                )
            except ValidationError:
                continue
            without, ticked = without + (not is_confirmed), ticked + is_confirmed
            break
    return without, ticked


@pytest.mark.django_db
def test_personal_data_in_texts(trust, monkeypatch):
    check = trust(
        41, "Personal data within texts", target="95 % of 500 marked; none published without a tick"
    )
    count = trust.count(quick=500, full=5000)
    samples = personal.samples(count, seed=41)
    marked, wanted = _recall(samples), Counter(sample.kind for sample in samples)
    bare = _recall(personal.bare_names(100, seed=41))["bare name"]
    harmless = [text for text in corpus_marks.HARMLESS if find(text)]
    consultation = ConsultationFactory(open=True)
    texts = [sample.text for sample in samples[: trust.count(quick=20, full=200)]]
    without, ticked = _published_unconfirmed(consultation, texts)
    with monkeypatch.context() as broken:
        kept = tuple(search for search in marks._SEARCHES if search.__name__ != "_numbers")
        broken.setattr(marks, "_SEARCHES", kept)
        check.catches("numbers not looked for", _recall(samples).total() < 0.95 * count)
    with monkeypatch.context() as broken:
        broken.setattr(moderation, "_check_marks", lambda rows, *, is_confirmed: None)
        check.catches("a desk without the tick", _published_unconfirmed(consultation, texts[:2])[0] > 0)
    shares = ", ".join(f"{kind} {100 * marked[kind] / wanted[kind]:.1f} %" for kind in wanted)
    check.holds(
        all(marked[kind] >= 0.95 * wanted[kind] for kind in wanted) and not without and ticked == len(texts),
        f"{marked.total()} of {count} marked ({shares}); {len(harmless)} of {len(corpus_marks.HARMLESS)}"
        f" harmless texts too; {without} of {len(texts)} published without the tick; of names that nothing"
        f" announces {bare} of 100, which a moderator has to see",
    )


# --- 42 -----------------------------------------------------------------------------------------------

MONTHS = 6


class Said:
    """One contribution with a word of its own in everything that somebody wrote, and what was done to it."""

    FATES = ("refused", "withdrawn", "redacted", "published", "pending", "erased")

    def __init__(self, number, consultation, clock, chance):
        self.fate = self.FATES[number % len(self.FATES)]
        self.word = "mot" + "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12))
        self.email = f"{self.word}@example.org"
        clock.shift(chance.randint(0, 36 * 3600))
        self.code = new_code()
        words = Words(
            kind="idea",
            **{name: f"نص {self.word} {name}" for name in ("text", "solution", "effect")},
            name=f"Amel {self.word}",
            is_name_public=True,
        )
        self.row = receive(
            consultation=consultation, words=words, code=self.code, language="fr", email=self.email, marks=[]
        ).contribution
        clock.shift(chance.randint(600, 24 * 3600))
        self.decide()
        self.decided = timezone.now() if self.fate in ("refused", "redacted") else self.row.received_at

    def decide(self):
        row = self.row
        if self.fate == "refused":
            moderation.refuse_contributions(
                contributions=[row], reason="insult", note=f"note {self.word}", actor=None
            )
        elif self.fate in ("redacted", "published"):
            [row] = moderation.publish_contributions(contributions=[row], actor=None)
            if self.fate == "redacted":
                self.made = timezone.now()
                moderation.redact(
                    contribution=row,
                    text="نص […] text",
                    solution="[…]",
                    effect="[…]",
                    reason="insult",
                    actor=None,
                )
        elif self.fate == "withdrawn":
            services.withdraw(contribution=row)

    def places(self, texts):
        """The tables in which its word is found."""
        return {table for table, text in texts if self.word in text}


def _run_due():
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("run_due")


def _kept_wrongly(said, chance, clock):
    """Of texts that nobody may read: how many are there after their time, or gone before it."""
    late = early = looked = 0
    unread = [each for each in said if each.fate in ("refused", "withdrawn")]
    ends = sorted(each.decided + relativedelta(months=MONTHS) for each in unread)
    for moment in [*chance.sample(ends, 3), ends[-1]]:
        clock.move_to(max(timezone.now(), moment + datetime.timedelta(seconds=1)))
        _run_due()
        texts = list(canaries.database())
        for each in unread:
            is_over = each.decided + relativedelta(months=MONTHS) < timezone.now()
            has_text = "consultations_contribution" in each.places(texts)
            late += is_over and bool(each.places(texts))
            early += not is_over and not has_text
            looked += 1
    return late, early, looked


def _chain_is_whole():
    said = io.StringIO()
    call_command("check_register", stdout=said)
    return said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_retention(trust, clock, settings, monkeypatch):
    check = trust(
        42, "Retention and erasure", target="0 kept after T, 0 gone before; erased by receipt; chain"
    )
    settings.SITE_URL = "http://testserver"
    chance, count = random.Random(42), trust.count(quick=36, full=360)
    consultation = _for_months(count)
    said = [Said(number, consultation, clock, chance) for number in range(count)]
    erased = [each for each in said if each.fate == "erased" or chance.random() < 0.1]
    answered = [each for each in said if each.fate == "published"]
    _answer(answered[:-1])
    for each in erased:
        Client().post(f"/fr/follow/{each.code}/erase/")
    texts = list(canaries.database())
    left = {each.word: each.places(texts) for each in erased}
    kept = [each for each in said if each not in erased]
    late, early, looked = _kept_wrongly(kept, chance, clock)
    clock.shift(9 * DAY)
    _run_due()
    texts = list(canaries.database())
    public = [each for each in kept if each.fate == "published" and not each.places(texts)]
    originals = Original.objects.count()
    addresses = [each for each in said if any(each.email in text for _, text in texts)]
    numbers = consultation.contributions.count()
    chain = _chain_is_whole().partition(". Its")[0].lower()
    check.catches("texts that nobody erases", _without_erasing(monkeypatch, consultation, clock, chance))
    check.catches("an erasure that forgets the original", _forgets(monkeypatch, consultation, clock, chance))
    check.holds(
        not any(left.values())
        and len(erased) >= count // 6
        and not late
        and not early
        and not public
        and not originals
        and not addresses
        and numbers == count
        and "is whole" in chain,
        f"{sum(map(bool, left.values()))} of {len(erased)} left after erasure by receipt; {late} kept too"
        f" long and {early} gone too soon of {looked} looked at in every table; {originals} originals and"
        f" {len(addresses)} addresses left; all {numbers} numbers still there; {chain}",
    )


def _answer(said):
    """Answers that stand in the register, each to one of them."""
    for each in said:
        row = Contribution.objects.get(pk=each.row.pk)
        answer = OfficialAnswerFactory(consultation=row.consultation, contributions=[row])
        answers.publish_answer(answer=answer, actor=None)


def _for_months(count):
    now = timezone.now()
    municipality = MunicipalityFactory(tunisian=True)
    ParticipationRulesFactory(municipality=municipality, retention_months=MONTHS)
    return ConsultationFactory(
        municipality=municipality,
        status="published",
        opens_at=now - DAY,
        closes_at=now + (count * 3 + 10) * DAY,
    )


def _opened_in(consultation):
    return ConsultationFactory(municipality=consultation.municipality, open=True)


def _without_erasing(monkeypatch, consultation, clock, chance):
    with monkeypatch.context() as broken:
        broken.setattr(due, "_erase_texts", lambda texts, now: 0)
        some = [Said(number, _opened_in(consultation), clock, chance) for number in (0, 1)]
        return _kept_wrongly(some * 2, chance, clock)[0] > 0


def _forgets(monkeypatch, consultation, clock, chance):
    with monkeypatch.context() as broken:
        broken.setattr(services.Original.objects, "filter", lambda **given: Original.objects.none())
        each = Said(2, _opened_in(consultation), clock, chance)
        Client().post(f"/fr/follow/{each.code}/erase/")
    return "consultations_original" in each.places(canaries.database())


@pytest.mark.django_db
def test_letters_and_invitations(trust, clock, settings):
    """What is kept of people with an account, or of those who were to have one, beside the account itself."""
    check = trust(
        42, "Letters, invitations, unconfirmed addresses", target="0 after their time, 0 gone before"
    )
    municipality = MunicipalityFactory(tunisian=True)
    manager = MembershipFactory(municipality=municipality, role="municipal_admin").user
    ages = {"invitation": INVITATIONS_KEPT + DAY, "letter": LETTERS_KEPT, "unconfirmed": 7 * DAY}
    made, late, early = [], 0, 0
    for number in range(trust.count(quick=12, full=120)):
        clock.shift(9 * 3600)
        made += [(timezone.now(), kind, _leave_trace(kind, number, municipality, manager)) for kind in ages]
    for days in (3, 4, 20, 7, 40, 30):
        clock.shift(days * DAY + datetime.timedelta(minutes=7))
        _run_due()
        texts = [text for _, text in canaries.database()]
        for since, kind, word in made:
            is_over, is_there = timezone.now() > since + ages[kind], any(word in text for text in texts)
            late, early = late + (is_over and is_there), early + (not is_over and not is_there)
    settings.DUE = []
    word = _leave_trace("unconfirmed", 10**6, municipality, manager)
    clock.shift(8 * DAY)
    _run_due()
    check.catches("nothing forgotten", any(word in text for _, text in canaries.database()))
    check.holds(
        not late and not early,
        f"{late} kept too long, {early} gone too soon of {len(made)} looked at 6 times",
    )


def _leave_trace(kind, number, municipality, manager):
    word = f"{kind}{number}@trace.example"
    if kind == "invitation":
        invitations.invite(
            municipality=municipality, email=word, name="", role="editor", language="fr", actor=manager
        )
    elif kind == "letter":
        Delivery.objects.create(
            municipality=municipality,
            user=manager,
            event="test",
            key=word,
            language="fr",
            subject="…",
            body="…",
            due_at=timezone.now(),
            sent_at=timezone.now(),
        )
    else:
        Subscription.objects.create(municipality=municipality, topic="consultation", topic_id=1, email=word)
    return word


# --- 43 -----------------------------------------------------------------------------------------------

WITHOUT_DATA = {
    "components/sign_out.html": "a button",
    "consultations/follow.html": "yes or no; the notice is linked there all the same",
    "consultations/follow_withdraw.html": "a button",
    "consultations/follow_erase.html": "a button",
    "consultations/contribute_away.html": "what was typed beside the notice, once more",
    "consultations/follow_away.html": "what was typed beside the notice, once more",
    "municipalities/unsent.html": "what was typed before, once more",
    "notifications/confirm.html": "a button",
    "notifications/end.html": "a button",
    "accounts/confirm_email.html": "a button",
    "accounts/new_password.html": "a password, of which a fingerprint is kept; the notice is in the foot",
    "accounts/password.html": "a password, of which a fingerprint is kept; the notice is in the foot",
    "accounts/factor.html": "a code that is not kept",
    "accounts/device.html": "a code that is not kept",
    "accounts/code.html": "a code that is not kept",
    "audit/journal.html": "days",
    "desk.html": "a frame",
    "dispatches": "whom papers go to: members of the council, by their office",
    "papers": "which paper",
}
"""Forms, by template or room, that take no data of people, and why; all others are in _forms()."""


def _post_forms():
    root = PROJECT / "templates"
    names = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.html")
        if 'method="post"' in path.read_text()
    }
    desk = re.compile(r"(^|/)(desk|pdf|admin|import)/|/desk_")
    return {name for name in names if not desk.search(name)}


def _forms(municipality):
    """Where data of people are typed in: template and address, and as whom."""
    consultation = ConsultationFactory(open=True, municipality=municipality, channels=["web", "paper"])
    code = new_code()
    receive(
        consultation=consultation,
        words=Words(kind="comment", text="نص للتصحيح"),
        code=code,
        language="ar",
        marks=[],
    )
    manager = MembershipFactory(municipality=municipality, role="municipal_admin").user
    moderator = MembershipFactory(municipality=municipality, role="moderator").user
    _row, token = invitations.invite(
        municipality=municipality,
        email="new@example.org",
        name="",
        role="editor",
        language="fr",
        actor=manager,
    )
    place = f"m/{municipality.slug}"
    own = f"{place}/consultations/{consultation.number}"
    return {
        "consultations/contribute.html": (f"{own}/contribute/", None),
        "consultations/follow_correct.html": (f"follow/{code}/correct/", None),
        "consultations/notify.html": (f"{own}/notify/", None),
        "publications/verify_file.html": ("verify/file/", None),
        "accounts/sign_in.html": ("sign-in/", None),
        "accounts/forgotten.html": ("sign-in/forgotten/", None),
        "accounts/account.html": ("account/", manager),
        "accounts/email.html": ("account/email/", manager),
        "municipalities/invitation.html": (f"invitation/{token}/", None),
        "municipalities/desk/members.html": (f"{place}/staff/members/", manager),
        "consultations/desk/enter.html": (
            f"{place}/staff/contributions/enter/?consultation={consultation.number}&channel=phone",
            moderator,
        ),
    }


def _notice_of(page):
    """The addresses of notices that the page's main part links to."""
    [main] = lxml.html.fromstring(page).xpath("//main")
    found = [link.get("href").partition("#")[0] for link in main.iter("a") if link.get("href")]
    return [href for href in found if href.endswith(("/privacy/", "/personal-data/"))]


def _open(address, person):
    client = Client()
    if person:
        client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content


NEEDED = {
    "TN": {"ar": ("2004-63", "INPDP"), "fr": ("2004-63", "INPDP")},
    "MA": {"ar": ("09-08", "CNDP"), "fr": ("09-08", "CNDP")},
}


def _missing(page, country, language, months):
    """What a notice has to say and does not: law, authority, time, its sections."""
    main = lxml.html.fromstring(page).xpath("//main")[0]
    text, headed = main.text_content(), [heading.get("id") for heading in main.iter("h2")]
    needed = [*NEEDED[country][language], str(months)]
    parts = ("what-h", "long-h", "safe-h", "rights-h")
    return [word for word in needed if word not in text] + [part for part in parts if part not in headed]


def _sentences(page):
    main = lxml.html.fromstring(page).xpath("//main")[0]
    for element in main.iter("p", "dd", "li", "dt"):
        for sentence in re.split(r"(?<=[.:;؛؟!?])\s", element.text_content()):
            words = re.findall(r"\w+", sentence)
            if words:
                yield " ".join(sentence.split()), len(words)


def _untranslated(page, source):
    """Sentences that the page has in common with the English one."""
    english = {sentence for sentence, count in _sentences(source) if count > 3}
    return sorted(sentence for sentence, _ in _sentences(page) if sentence in english)


@pytest.mark.django_db
def test_notices(trust, nefta, kenitra):
    check = trust(
        43, "A notice beside every form", target="100 % linked; law, time, authority; ar and fr; plain"
    )
    unlinked, linked, foreign, lengths, missing = [], 0, [], [], []
    undeclared = _post_forms()
    for municipality in (nefta, kenitra):
        forms = _forms(municipality)
        undeclared -= forms.keys()
        for (template, (address, person)), language in itertools.product(forms.items(), LANGUAGES):
            page = _open(f"/{language}/{address}", person)
            linked += bool(_notice_of(page))
            unlinked += [] if _notice_of(page) else [f"{template} {language}"]
        for language in LANGUAGES:
            notices = {
                name: [_open(f"/{lang}/{path}", None) for lang in (language, "en")]
                for name, path in (("own", f"m/{municipality.slug}/privacy/"), ("portal", "personal-data/"))
            }
            missing += _missing(notices["own"][0], municipality.country, language, RETENTION_MONTHS)
            for page, source in notices.values():
                foreign += _untranslated(page, source)
                lengths += [count for _, count in _sentences(page)]
    undeclared -= {name for name in undeclared if {name, name.partition("/")[0]} & WITHOUT_DATA.keys()}
    page, (bare, english) = (
        _open("/fr/sign-in/", None),
        (b"<main><p>...</p></main>", _open("/en/personal-data/", None)),
    )
    check.catches("a form without its notice", not _notice_of(bare) and bool(_notice_of(page)))
    check.catches("a notice without an authority", bool(_missing(bare, "TN", "fr", RETENTION_MONTHS)))
    check.catches("a notice in English", len(_untranslated(english, english)) > 5)
    mean = sum(lengths) / len(lengths)
    check.holds(
        not unlinked and not undeclared and not missing and not foreign and max(lengths) <= 35 and mean <= 15,
        f"{linked} of {linked + len(unlinked)} forms linked {unlinked or ''}; {len(undeclared)} undeclared"
        f" {sorted(undeclared) or ''}; {len(missing)} parts missing {missing or ''}; {len(set(foreign))}"
        f" sentences untranslated; {mean:.0f} words a sentence, {max(lengths)} at most",
    )
