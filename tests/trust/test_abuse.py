"""Programs, floods and long queues: what no person sent does not reach the public, and people always do."""

from __future__ import annotations

import http.client
import itertools
import random
import sys
import threading
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from consultations import plaintext, receipts, tokens
from consultations.models import Contribution
from consultations.plaintext import likeness
from consultations.queue import Desk, filters_of, read_queue
from consultations.rules_receiving import CROWDED
from consultations.services import moderation
from consultations.views import contributing
from portal.limits import counting
from portal.limits.models import Tally
from tests.consultations.contribution_posts import filled_in, form_address
from tests.consultations.participation import DAY, ConsultationFactory
from tests.factories import MembershipFactory, MunicipalityFactory
from tests.trust import crowd
from tests.trust.crowd import SPAM, Person, attack, patient
from tests.trust.serving import COOKIE, copied, environment, open_consultation, serving

Status = Contribution.Status
FORGETFUL = str(Path(__file__).with_name("forgetful.py"))
AT_ONCE = "after"
"""Published before anybody has read it: so alone could the public see what a program sent."""


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-10 09:00:00+00:00", tick=False) as clock:
        yield clock


def _opened():
    now = timezone.now()
    return ConsultationFactory(
        municipality=MunicipalityFactory(tunisian=True),
        status="published",
        opens_at=now - 2 * DAY,
        closes_at=now + 60 * DAY,
        moderation=AT_ONCE,
    )


# --- 33 -----------------------------------------------------------------------------------------------


def _programs(count, clock):
    """How many were sent, were read by the public, and are lines of the moderators' queue."""
    consultation = _opened()
    sent = Counter()
    for kind, tried in attack(count, consultation, clock):
        sent[kind] += tried
    spam = consultation.contributions.filter(text__contains=SPAM)
    public = spam.filter(status=Status.PUBLISHED).count()
    return sent, public, spam.count()


@pytest.mark.django_db
def test_programs(trust, clock, monkeypatch):
    check = trust(33, "Programs", target="99 % never public, at most 1 % of the queue; of 5,000 posts")
    count = trust.count(quick=500, full=5000)
    sent, public, queued = _programs(count, clock)
    tried = sum(sent.values())
    with monkeypatch.context() as broken:
        broken.setattr(tokens.Token, "fault", lambda token, now: None)
        broken.setattr(contributing, "is_forged", lambda request: False)
        broken.setattr(contributing, "TRAP", "no such field")
        _, seen_by_public, seen_by_moderators = _programs(90, clock)
    check.catches("a form that looks at neither time, cookie nor trap", seen_by_public > 9)
    check.catches("the same, in the queue", seen_by_moderators > 9)
    check.holds(
        public <= tried // 100 and queued <= tried // 100 and tried >= count and len(sent) == 9,
        f"{public} public and {queued} in the queue of {tried} posts of {len(sent)} kinds"
        f" from {crowd.NETWORKS} networks",
    )


def _people(numbers, clock):
    consultation = _opened()
    everybody = [Person(number, consultation, clock) for number in numbers]
    for person in everybody:
        person.take_part()
    return everybody


@pytest.mark.django_db
def test_people(trust, clock, monkeypatch):
    """Nobody has to press a second time, but for a mistake of their own."""
    check = trust(33, "People", target="0 refused of 500 journeys of 20 seconds to 20 minutes")
    count = trust.count(quick=50, full=500)
    everybody = _people(range(count), clock)
    refused = [person.number for person in everybody if person.was_refused]
    rows = Contribution.objects.count()
    monkeypatch.setattr(tokens, "SHORTEST", 600 * crowd.SECOND)
    kept_out = [person.number for person in _people(range(14), clock) if person.was_refused]
    check.catches("a form that wants ten minutes of everybody", 2 < len(kept_out) < 14)
    ways = Counter(person.way for person in everybody)
    check.holds(
        not refused and rows == count and len(ways) == len(crowd.WAYS),
        f"{len(refused)} refused of {count} in {len(ways)} ways; {rows} stored",
    )


@pytest.mark.django_db
def test_a_program_that_behaves_like_people(trust, clock, monkeypatch):
    """Nothing tells it from a person but how much it sends: from one network, in an hour."""
    check = trust(
        33,
        "A program that reads, waits and skips as people do",
        target="from one network 120 an hour public at once, 600 stored",
    )
    part = trust.count(quick=10, full=1)
    free, most = contributing.WITHOUT_A_MARK // part, contributing.MOST // part
    monkeypatch.setattr(contributing, "WITHOUT_A_MARK", free)
    monkeypatch.setattr(contributing, "MOST", most)

    def flood(count):
        clock.move_to(timezone.now().replace(minute=0, second=0) + 3600 * crowd.SECOND)
        hour, consultation = timezone.now(), _opened()
        statuses = Counter(_sent_within(hour, number, consultation, clock) for number in range(count))
        stored = consultation.contributions.count()
        return statuses, stored, consultation.contributions.filter(status=Status.PUBLISHED).count()

    tried = most + most // 6
    statuses, stored, public = flood(tried)
    with monkeypatch.context() as broken:
        broken.setattr(contributing, "count", lambda request, scope: 1)
        _, _, without_counting = flood(free + 5)
    check.catches("a form that counts nothing", without_counting > free)
    held = (stored, public, statuses[303], statuses[429]) == (most, free, most, tried - most)
    check.holds(
        held, f"{public} public, {stored} stored, {statuses[429]} asked to wait, of {tried} in an hour"
    )


def _sent_within(hour, number, consultation, clock):
    status = patient(number, consultation, clock).status_code
    clock.move_to(hour + number * crowd.SECOND)
    return status


# --- 34 -----------------------------------------------------------------------------------------------


def _press(port, address, token, text):
    form = filled_in(token, text=text, csrfmiddlewaretoken=COOKIE)
    headers = {"Cookie": f"csrftoken={COOKIE}", "Content-Type": "application/x-www-form-urlencoded"}
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        server.request("POST", address, urllib.parse.urlencode(form), headers)
        answer = server.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")
    finally:
        server.close()


def _replay(ports, address, token, texts):
    """Send a form with each of the texts at the same moment, to one portal and another in turn."""
    start = threading.Barrier(len(texts), timeout=60)

    def press(number):
        start.wait()
        return _press(ports[number % len(ports)], address, token, texts[number])

    with ThreadPoolExecutor(len(texts)) as pool:
        return list(pool.map(press, range(len(texts))))


def _replays(directory, address, shown, times, prefix=()):
    """For each token the answers, and the rows that are stored at the end."""
    with copied(directory) as database:
        env = environment(directory, database)
        with serving(env, prefix=prefix) as one, serving(env, prefix=prefix) as other:
            answers = []
            for number, token in enumerate(shown):
                # Every second time each says something else.
                texts = [f"رأي {number} {n * (number % 2)}" for n in range(times)]
                answers.append(_replay([one.port, other.port], address, token, texts))
        [(rows,)] = database.ask("SELECT COUNT(*) FROM consultations_contribution")
    return answers, rows


@pytest.mark.django_db(transaction=True)
def test_replayed_tokens(trust, tmp_path):
    """Four processes, which share nothing but the database."""
    check = trust(
        34, "Replayed at the same moment", target="1 stored of each token sent 50 times to 4 workers"
    )
    count = trust.count(quick=4, full=40)
    address, shown = open_consultation(count)
    answers, rows = _replays(tmp_path, address, shown, 50)
    receipts = [{place for status, place in told if status == 303} for told in answers]
    others = sum(status not in (303, 409) for told in answers for status, _ in told)
    _, doubled = _replays(tmp_path, address, shown[:1], 8, prefix=[sys.executable, FORGETFUL])
    check.catches("a portal that forgets which forms it has taken", doubled > 1)
    check.holds(
        rows == count and all(len(places) == 1 for places in receipts) and not others,
        f"{rows} stored of {count} tokens sent {50 * count} times; {others} answers that are neither a"
        " receipt nor the text given back",
    )


def _spliced(chance, consultation, other):
    """A token that this consultation may not take, with what is wrong with it."""
    own, foreign = tokens.issue(consultation.pk), tokens.issue(other.pk)
    place = chance.randrange(len(own))
    signer = signing.Signer(salt="consultations.other")
    stranger = signing.Signer(key="x" * 50, salt=tokens.SALT)
    yield "another consultation's", foreign
    yield "payload of one, signature of another", f"{own.rpartition(':')[0]}:{foreign.rpartition(':')[2]}"
    yield "the other way round", f"{foreign.rpartition(':')[0]}:{own.rpartition(':')[2]}"
    yield (
        "a letter changed",
        own[:place] + chance.choice("AbC9_-").replace(own[place], "Z") + own[place + 1 :],
    )
    yield "cut short", own[: max(0, place - 1)]
    yield "signed for something else", signer.sign_object([consultation.pk, "key", 0.0])
    yield (
        "under another secret",
        stranger.sign_object([consultation.pk, "key", 0.0]),
    )
    yield "two in one", own + foreign


def _taken(client, consultation, other, count, clock):
    """How many of such tokens were sent, and how many of them were taken."""
    chance, tried = random.Random(34), Counter()
    for _ in range(count):
        for fault, token in _spliced(chance, consultation, other):
            clock.shift(10 * crowd.SECOND)
            client.post(form_address(consultation), filled_in(token, text=f"رأي {sum(tried.values())}"))
            tried[fault] += 1
        token = tokens.issue(consultation.pk)
        clock.shift(tokens.LONGEST + chance.uniform(1, 9e6) * crowd.SECOND)
        with time_machine.travel(timezone.now(), tick=False):
            fault = tokens.read(token, consultation.pk).fault(timezone.now())
        tried["expired"] += 1
        clock.move_to("2026-11-10 09:00:00+00:00")
        assert fault is None or fault == tokens.Fault.STALE
        tried["expired and taken"] += fault is None
    return tried, consultation.contributions.count() + tried.pop("expired and taken")


@pytest.mark.django_db
def test_spliced_tokens(trust, client, clock, monkeypatch):
    check = trust(34, "Expired, spliced and of another consultation", target="0 taken")
    consultation, other = _opened(), ConsultationFactory(open=True)
    count = trust.count(quick=20, full=200)
    tried, taken = _taken(client, consultation, other, count, clock)

    def unsigned(text, consultation_id):
        return tokens.Token(text[:60], timezone.now() - 60 * crowd.SECOND)

    monkeypatch.setattr(tokens, "read", unsigned)
    _, believed = _taken(client, consultation, other, 1, clock)
    check.catches("tokens that are believed unsigned", believed > 1)
    check.holds(not taken and len(tried) == 9, f"{taken} taken of {sum(tried.values())} in {len(tried)} ways")


# --- 35 -----------------------------------------------------------------------------------------------


def _of_a_school(clock, address, people=60):
    """Of the people who come within an hour behind one address: how many are published at once, or marked."""
    consultation = _opened()
    hour = timezone.now().replace(minute=0, second=0) + 2 * 3600 * crowd.SECOND
    for number in range(people):
        person = Person(number, consultation, clock)
        person.way, person.client.defaults["REMOTE_ADDR"] = "keyboard", address
        clock.move_to(hour + number * 60 * crowd.SECOND - person.thinks)
        person.take_part()
    rows = consultation.contributions
    return rows.filter(status=Status.PUBLISHED).count(), rows.filter(flags__icontains=CROWDED).count()


@pytest.mark.django_db
def test_shared_addresses(trust, clock, monkeypatch):
    check = trust(35, "Sixty people an hour behind one address", target="60 accepted, 0 marked, each time")
    addresses = ["198.51.100.7", "2001:db8:1:2::7", "10.0.0.9"][: trust.count(quick=1, full=3)]
    found = [_of_a_school(clock, address) for address in addresses]
    monkeypatch.setattr(contributing, "WITHOUT_A_MARK", 10)
    check.catches("a limit of ten", _of_a_school(clock, addresses[0], 12) == (10, 2))
    accepted = sum(published for published, _ in found)
    check.holds(
        found == [(60, 0)] * len(addresses),
        f"{accepted} of {60 * len(found)} behind {len(found)} addresses",
    )


_FORWARDING = (
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Cluster-Client-IP",
    "X-Originating-IP",
    "Via",
)


def _spoofed(chance, proxies):
    """A request of one reader, with headers of their own before those that our proxies add."""
    lies = {name: f"203.0.{chance.randrange(256)}.{chance.randrange(256)}" for name in _FORWARDING}
    lies["Forwarded"] = f"for={lies['Forwarded']}"
    chain = [f"192.0.{chance.randrange(256)}.1" for _ in range(chance.randrange(5))]
    chain += ["198.51.100.7", *(f"10.0.0.{n}" for n in range(1, proxies))] if proxies else ["1.2.3.4"]
    lies["X-Forwarded-For"] = chance.choice((", ", ",", " , ")).join(chain)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in lies.items()}
    return RequestFactory().get("/", REMOTE_ADDR="10.0.0.9" if proxies else "198.51.100.7", **headers)


def _networks(settings, count):
    """The keys under which one reader was counted, by how many proxies are ours."""
    found = {}
    for proxies in (0, 1, 2, 3):
        settings.TRUSTED_PROXIES = proxies
        chance = random.Random(proxies)
        Tally.objects.all().delete()
        for _ in range(count):
            counting.count(_spoofed(chance, proxies), "trust")
        found[proxies] = Tally.objects.count()
    return found


@pytest.mark.django_db
def test_forwarding_headers(trust, settings, monkeypatch):
    check = trust(35, "Spoofed forwarding headers", target="1 key, whatever is sent, behind 0 to 3 proxies")
    count = trust.count(quick=100, full=1000)
    keys = _networks(settings, count)
    monkeypatch.setattr(
        counting, "network_of", lambda request: request.headers["X-Forwarded-For"].partition(",")[0]
    )
    check.catches("the first entry believed", max(_networks(settings, 20).values()) > 1)
    check.holds(
        set(keys.values()) == {1},
        f"{max(keys.values())} key each for {4 * count} requests with 9 headers",
    )


# --- 36 -----------------------------------------------------------------------------------------------

SAID = "نطلب من البلدية أن تفتح المكتبة كل يوم، Merci de voter pour le projet"
_TWINS = str.maketrans({letter: others[-1] for letter, others in plaintext._DRAWN_LIKE.items()})


def _variant(chance):
    """The same text as a flood writes it: several changes at once, at places of their own."""
    letters = list(SAID)
    for place in chance.sample(range(len(letters)), chance.randint(1, 12)):
        letter = letters[place]
        letters[place] = chance.choice(
            (
                letter + "ـ" * chance.randint(1, 4),
                letter + chance.choice("\u064b\u064e\u0651\u0652"),
                letter.translate(_TWINS),
                letter.upper(),
                letter + "\u200d",
                letter + chance.choice(".,!؟؛…"),
                letter * chance.randint(2, 4) if letter.isalpha() else letter,
                letter + " ",
            )
        )
    return "".join(letters) + "!" * chance.randrange(4)


def _lines(count, consultation, moderator):
    """In how many lines the queue tells a flood, and how many it put into the longest."""
    consultation.contributions.all().delete()
    chance = random.Random(36)
    variants = {_variant(chance) for _ in range(count * 2)}
    texts = sorted(variants)[:count]
    now = timezone.now()
    Contribution.objects.bulk_create(
        Contribution(
            consultation=consultation,
            number=number,
            kind="comment",
            text=text,
            likeness=likeness(text),
            received_at=now,
            receipt_hash=f"{number:064}",
        )
        for number, text in enumerate(texts, start=1)
    )
    consultation.last_number = len(texts)
    consultation.save()
    queue = read_queue(Desk(consultation.municipality), filters_of({}), moderator)
    return queue.page.paginator.count, max(item.count for item in queue.items), len(texts)


@pytest.mark.django_db
def test_floods(trust, monkeypatch):
    check = trust(36, "Variants of one text", target="95 % of 2,000 in one line of the queue")
    consultation = ConsultationFactory(open=True)
    moderator = MembershipFactory(municipality=consultation.municipality, role="moderator").user
    lines, together, count = _lines(2000, consultation, moderator)
    with monkeypatch.context() as broken:
        broken.setattr(plaintext, "_LOOK_ALIKE", {})
        _, without_twins, _ = _lines(500, consultation, moderator)
    check.catches("letters that look alike told apart", without_twins < 0.95 * 500)
    check.holds(
        together >= 0.95 * count and count == 2000, f"{together} of {count} in one line, {lines} lines"
    )


# --- 37 -----------------------------------------------------------------------------------------------


def _backlog(consultation, count):
    now = timezone.now()
    Contribution.objects.bulk_create(
        Contribution(
            consultation=consultation,
            number=number,
            kind="comment",
            text=f"نص رقم {number} عن الحديقة العمومية",
            likeness=f"{number:064}",
            received_at=now,
            receipt_hash=f"{number:064}",
        )
        for number in range(1, count + 1)
    )
    consultation.last_number = count
    consultation.save()


def _seconds(act):
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@pytest.mark.alone
@pytest.mark.django_db
def test_long_queue(trust, client, monkeypatch):
    """The page of a queue of ten thousand, and one act on two hundred of them: all or none."""
    check = trust(
        37, "Ten thousand waiting", target="a page under 1 s; a bulk act all or none; reason; appeal"
    )
    consultation = ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))
    moderator = MembershipFactory(municipality=consultation.municipality, role="moderator").user
    client.force_login(moderator)
    _backlog(consultation, 10_000)
    address = reverse("moderation", kwargs={"slug": "nefta"})
    pages = ["", "?page=200", "?show=marked", "?q=9999"]
    client.get(address)  # what is loaded once
    slowest = max(_seconds(lambda page=page: client.get(address + page)) for page in pages)
    halves = [_half_done(consultation, moderator, place) for place in (0, 57, 199)]
    with monkeypatch.context() as broken:
        broken.setattr("consultations.queue.ROWS_A_PAGE", 5000)
        check.catches("a page of five thousand lines", _seconds(lambda: client.get(address)) >= 1)
    whole = moderation.refuse_contributions
    with monkeypatch.context() as broken:
        broken.setattr(moderation, "refuse_contributions", whole.__wrapped__)
        check.catches("a bulk act without its transaction", _half_done(consultation, moderator, 57) > 0)
    Contribution.objects.update(status=Status.PENDING)
    unreasoned = _without_a_reason(consultation, moderator)
    with monkeypatch.context() as broken:
        broken.setattr(moderation, "_check_reason", lambda reason: None)
        check.catches("a refusal that needs no reason", _without_a_reason(consultation, moderator) > 0)
    objects = _may_object(client, consultation, moderator)
    check.holds(
        slowest < 1 and not any(halves) and not unreasoned and objects,
        f"slowest page {slowest:.2f} s of {len(pages)}; {sum(halves)} half done of {len(halves)} broken acts"
        f" on 200; {unreasoned} refused without a reason; the receipt's page says how to object: {objects}",
    )


def _two_hundred(consultation):
    rows = list(consultation.contributions.order_by("pk")[:200])
    for row in rows:
        row.consultation = consultation
    return rows


class _Broken(Exception):  # noqa: N818
    """What goes wrong in the middle of an act."""


def _half_done(consultation, moderator, place):
    """How many rows are refused after an act on two hundred that broke at one of them."""
    journal, told = moderation._journal, itertools.count()

    def breaking(*given):
        if next(told) == place:
            raise _Broken
        journal(*given)

    moderation._journal = breaking
    try:
        moderation.refuse_contributions(
            contributions=_two_hundred(consultation), reason="insult", actor=moderator
        )
    except _Broken:
        pass
    else:
        raise AssertionError("nothing broke")
    finally:
        moderation._journal = journal
    return consultation.contributions.filter(status=Status.REFUSED).count()


def _without_a_reason(consultation, moderator):
    """How many of the ways to give no reason are let through."""
    let_through = 0
    for reason in ("", " ", "because", "INSULT"):
        row = _two_hundred(consultation)[0]
        Contribution.objects.filter(pk=row.pk).update(status=Status.PENDING)
        row.refresh_from_db()
        try:
            moderation.refuse_contributions(contributions=[row], reason=reason, actor=moderator)
        except (ValidationError, IntegrityError):
            continue
        let_through += 1
    return let_through


def _may_object(client, consultation, moderator):
    """Whether the page of a refused contribution's receipt says in both languages how to object."""
    row = _two_hundred(consultation)[1]
    code = receipts.new_code()
    Contribution.objects.filter(pk=row.pk).update(receipt_hash=receipts.fingerprint(code))
    row.refresh_from_db()
    moderation.refuse_contributions(contributions=[row], reason="insult", actor=moderator)
    pages = [client.get(f"/{language}/follow/{code}/").content.decode() for language in ("ar", "fr")]
    ledger = reverse("moderation-ledger", kwargs={"slug": "nefta"}).partition("/m/")[2]
    return all("reason-h" in page and row.reference in page and ledger in page for page in pages)
