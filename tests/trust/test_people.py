"""Who gets in: the second factor, lockout, passwords, sessions, links in letters (checks 17 to 21)."""

from __future__ import annotations

import datetime
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import open as gzip_open
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import get_hashers, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

import portal.settings as production
from portal.accounts import attempts, letters, links, second_factor, services, session_store, sessions
from portal.accounts.models import Session
from portal.accounts.passwords import CommonPasswordValidator
from portal.limits import counting
from portal.municipalities import members
from tests import factories, people
from tests.threads import at_once, shared_database  # noqa: F401

User = get_user_model()
NOON = datetime.datetime(2026, 11, 23, 12, 1, tzinfo=datetime.UTC)
DAY = 24 * 3600
DESK = "/en/m/nefta/staff/"
NEW = "quite another long phrase"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


def _visitor() -> Client:
    return Client(raise_request_exception=False)


# --- 17: the second factor ---------------------------------------------------------------------------

# They end the session, or begin another: nothing that one could reach with a password alone.
NOT_WALKED = {"sign-out", "sign-in"}
FILLED = {"slug": "nefta", "year": 2022, "app_label": "programs", "url": "x"}


def _addresses() -> list[tuple[str, str]]:
    """Route and address of everything that the URL map knows by a name."""
    return list(_walk(get_resolver(), "", {}))


def _walk(resolver: URLResolver, namespace: str, known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        values = known | {name: _filled(name, each) for name, each in _converters(entry).items()}
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, values)
        elif isinstance(entry, URLPattern) and entry.name:
            route = f"{namespace}{entry.name}"
            with override("en"):
                yield route, reverse(route, kwargs=values)


def _converters(entry: URLPattern | URLResolver) -> dict[str, Any]:
    found = dict(getattr(entry.pattern, "converters", {}))
    return found | {name: None for name in entry.pattern.regex.groupindex if name not in found}


def _filled(name: str, converter: Any) -> Any:
    if name in FILLED:
        return FILLED[name]
    return 1 if converter is None or type(converter).__name__ == "IntConverter" else "x"


def _as_somebody(client: Client, addresses: list[tuple[str, str]]) -> tuple[int, list[str]]:
    """How many requests were tried, and the routes where the person was somebody."""
    tried, reached = 0, []
    for route, address in addresses:
        if route in NOT_WALKED:
            continue
        for ask in (client.get, client.post):
            tried += 1
            if ask(address).wsgi_request.user.is_authenticated:
                reached.append(route)
    return tried, reached


def _half_signed_in(user: Any) -> Client:
    client = _visitor()
    people.show_password(client, user)
    return client


def test_nothing_of_desk_and_admin_opens_with_a_password_alone(trust, db, nefta, required, monkeypatch):
    check = trust(17, "Desk and admin with a password alone", target="0 pages where the person is somebody")
    staff = [
        factories.MembershipFactory(municipality=nefta, role="municipal_admin").user,
        factories.MembershipFactory(municipality=nefta, role="auditor").user,
        User.objects.create_superuser("root@portal.example", factories.PASSWORD),
    ][: trust.count(quick=1, full=3)]
    addresses = _addresses()
    tried, reached = 0, []
    for member, has_device in itertools.product(staff, (False, True)):
        if has_device:
            people.give_device(member, f"device of {member.pk}")
        count, found = _as_somebody(_half_signed_in(member), addresses)
        tried, reached = tried + count, reached + found
    complete = Client()
    people.come_in(complete, staff[0])
    opens = complete.get(DESK).status_code == 200
    with monkeypatch.context() as broken:
        broken.setattr(second_factor, "_complete", lambda request, person: person)
        _, seen = _as_somebody(_half_signed_in(staff[0]), addresses[-60:])
    check.catches("a middleware that takes a password for enough", bool(seen))
    check.holds(
        not reached and opens and tried >= 500, f"{len(reached)} of {tried} requests, {len(addresses)} routes"
    )


def _used_twice(codes: list[str], user: Any) -> tuple[int, int]:
    """How many codes were taken the first time, and how many of them a second time, in another session."""
    first = second = 0
    for code in codes:
        with _nobody_waits():
            for times in (1, 2):
                client = _half_signed_in(user)
                taken = people.show_code(client, code).status_code == 302
                first, second = first + (taken and times == 1), second + (taken and times == 2)
    return first, second


@contextmanager
def _nobody_waits() -> Iterator[None]:
    """Without the limit on attempts, which would hide what this is about."""
    kept = attempts.MOST_OF_ACCOUNT, attempts.MOST_OF_NETWORK
    attempts.MOST_OF_ACCOUNT = attempts.MOST_OF_NETWORK = 10**9
    try:
        yield
    finally:
        attempts.MOST_OF_ACCOUNT, attempts.MOST_OF_NETWORK = kept


def _replayed(user: Any, seed: str, clock: Any, rounds: int) -> tuple[int, int]:
    first = second = 0
    for _ in range(rounds):
        clock.shift(60)
        once, again = _used_twice([people.code_at(seed)], user)
        first, second = first + once, second + again
    return first, second


def test_a_code_opens_once(trust, editor, required, clock, monkeypatch):
    check = trust(17, "A code that was used before", target="0 taken a second time")
    seed = people.give_device(editor)
    rounds = trust.count(quick=20, full=200)
    first, second = _replayed(editor, seed, clock, rounds)
    sheets = rounds // 10
    printed = [_used_twice(second_factor.put_recovery_codes(editor), editor) for _ in range(sheets)]
    taken, replayed = (sum(counts) for counts in zip(*printed, strict=True))
    with monkeypatch.context() as broken:
        broken.setattr(Authenticator, "save", lambda self, **kwargs: None)
        _, seen = _replayed(editor, seed, clock, 3)
    check.catches("a device that forgets its last code", seen > 0)
    check.holds(
        first == rounds and not second and taken == 10 * sheets and not replayed,
        f"{second} of {first} codes of a device, {replayed} of {taken} recovery codes",
    )


@pytest.mark.django_db(transaction=True)
def test_a_code_shown_many_times_at_once_opens_once(trust, shared_database, monkeypatch):  # noqa: F811
    check = trust(17, "One code shown 8 times at the same moment", target="taken once in each round")
    user = factories.UserFactory()
    seed = people.give_device(user)
    shared_database()
    rounds = trust.count(quick=5, full=50)

    def show(moments: list[float]) -> list[int]:
        taken = []
        for moment in moments:
            code = people.code_at(seed, moment)
            with time_machine.travel(moment, tick=False):
                taken.append(sum(at_once(lambda _, code=code: second_factor.takes(user, code), range(8))))
        return taken

    start = NOON.timestamp()
    taken = show([start + 60 * n for n in range(rounds)])

    def unguarded(user: Any, code: str) -> bool:
        device = Authenticator.objects.get(user=user, type="totp")
        step = second_factor.step_of(device.data["secret"], code)
        time.sleep(0)
        return step is not None and step > 0

    with monkeypatch.context() as broken:
        broken.setattr(second_factor, "_takes_of_device", unguarded)
        seen = show([start + 60 * (rounds + 1)])
    check.catches("a code that is looked at and not marked", seen[0] > 1)
    check.holds(taken == [1] * rounds, f"{sum(taken)} taken in {rounds} rounds of 8")


# --- 18: lockout -------------------------------------------------------------------------------------


class _Looks:
    """Counts how many passwords were looked at at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        look = ModelBackend.authenticate

        def counting_look(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return look(*args, **kwargs)

        monkeypatch.setattr(ModelBackend, "authenticate", counting_look)


CLOSE = 0.1
TRIES = 3
ATTACKER, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def _wrong(email: str, dice: random.Random) -> Any:
    """A wrong password through our proxy, which adds the true address to what the attacker made up."""
    made_up = ".".join(str(dice.randrange(1, 255)) for _ in range(4))
    headers = {"X-Forwarded-For": f"{made_up}, {ATTACKER}"}
    fields = {"username": email, "password": f"guess {dice.random()}"}
    return _visitor().post("/en/sign-in/", fields, headers=headers, REMOTE_ADDR="10.0.0.1")


def _attacked(monkeypatch: Any, user: Any, seed: int, guesses: int) -> int:
    dice = random.Random(seed)
    with monkeypatch.context() as counted:
        looks = _Looks(counted)
        for _ in range(guesses):
            _wrong(user.email, dice)
        return looks.count


def _signs_in(user: Any, address: str) -> int:
    headers = {"X-Forwarded-For": address}
    return people.show_password(_visitor(), user, headers=headers, REMOTE_ADDR="10.0.0.1").status_code


def test_guessing_is_slowed_and_the_owner_is_not(trust, db, settings, clock, monkeypatch):
    check = trust(
        18,
        "200 wrong passwords, each with another made-up X-Forwarded-For",
        target="at most 10 looked at; the owner elsewhere gets in at once, here within 15 minutes",
    )
    settings.TRUSTED_PROXIES = 1
    rounds = trust.count(quick=1, full=10)
    looked, elsewhere, here, later = [], [], [], []
    for number in range(rounds):
        user = factories.UserFactory()
        clock.shift(3600)
        looked.append(_attacked(monkeypatch, user, number, 200))
        elsewhere.append(_signs_in(user, ELSEWHERE))
        here.append(_signs_in(user, ATTACKER))
        clock.shift(15 * 60)
        later.append(_signs_in(user, ATTACKER))
    with monkeypatch.context() as broken:
        broken.setattr(counting, "network_of", lambda r: r.headers["X-Forwarded-For"].split(",")[0])
        clock.shift(3600)
        seen = _attacked(monkeypatch, factories.UserFactory(), 99, 15)
    check.catches("believing the first address of the header", seen > 10)
    check.holds(
        max(looked) <= 10 and set(elsewhere) == {302} and set(here) == {429} and set(later) == {302},
        f"{max(looked)} of 200 looked at, {rounds} rounds; elsewhere {elsewhere.count(302)} of {rounds} in at"
        f" once, here {later.count(302)} of {rounds} after 15 minutes",
    )


@pytest.mark.django_db(transaction=True)
def test_guessing_at_the_same_moment_is_slowed_too(trust, shared_database, settings, monkeypatch):  # noqa: F811
    check = trust(18, "40 wrong passwords at the same moment", target="5 looked at")
    settings.TRUSTED_PROXIES = 1
    user = factories.UserFactory()
    shared_database()

    def attack(hours: int) -> int:
        with time_machine.travel(NOON + datetime.timedelta(hours=hours)), monkeypatch.context() as counted:
            looks = _Looks(counted)
            at_once(lambda number: _wrong(user.email, random.Random(number)), range(40))
            return looks.count

    looked = [attack(hours) for hours in range(trust.count(quick=1, full=10))]

    def uncounted(request: Any, scope: str, about: str) -> attempts.Attempt:
        return attempts.Attempt(request, scope, about)

    with monkeypatch.context() as broken:
        broken.setattr(attempts, "attempt", uncounted)
        seen = attack(100)
    check.catches("a door that counts nothing", seen > 10)
    check.holds(set(looked) == {5}, f"{max(looked)} of 40 looked at, {len(looked)} rounds")


def _ratio(ask: Callable[[str], Any], one: Callable[[], str], other: Callable[[], str], times: int) -> float:
    """How the median times of two questions compare, asked in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(times + 2):
        sides = [(one, taken[0]), (other, taken[1])]
        for make, kept in sides if number % 2 else reversed(sides):
            email = make()
            began = time.perf_counter()
            ask(email)
            if number >= 2:
                kept.append(time.perf_counter() - began)
            # A letter that is still being sent would be counted to whoever is asked for next.
            letters.settle()
    return statistics.median(taken[1]) / statistics.median(taken[0])


def _steady_ratio(
    ask: Callable[[str], Any], one: Callable[[], str], other: Callable[[], str], times: int
) -> float:
    """The ratio; measured up to three times where it is off, for a busy machine is off at random."""
    for _ in range(TRIES):
        ratio = _ratio(ask, one, other, times)
        if abs(ratio - 1) <= CLOSE:
            break
    return ratio


def _wrong_password(email: str) -> None:
    _visitor().post("/en/sign-in/", {"username": email, "password": "not the password"})


def _forgotten(email: str) -> None:
    _visitor().post("/en/sign-in/forgotten/", {"email": email})


def _pages_of(ask: Callable[[str], Any], emails: list[str]) -> int:
    """How many different pages are answered, but for the e-mail and the token."""
    pages = set()
    for email in emails:
        page = ask(email).content.decode().replace(email, "E-MAIL")
        pages.add("".join(part[64:] if number else part for number, part in enumerate(_cut(page))))
    return len(pages)


def _cut(page: str) -> list[str]:
    return page.split('name="csrfmiddlewaretoken" value="')


@pytest.mark.alone
def test_nobody_learns_whether_there_is_an_account(trust, db, settings, monkeypatch):
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    times = trust.count(quick=12, full=200)
    check = trust(
        18,
        "Unknown e-mail and wrong password",
        target="the same page; median times within 10 %, at sign-in and for a forgotten password",
    )
    user = User.objects.create_user("amel@nefta.example", factories.PASSWORD)
    gone = User.objects.create_user("gone@nefta.example", factories.PASSWORD, is_active=False)
    numbers = itertools.count()
    some = [
        User(email=f"am{number:02}@nefta.example", password=user.password)
        for number in range(TRIES * 3 * (times + 2))
    ]
    User.objects.bulk_create(some)
    own = itertools.count()

    # Each is asked for once: the second time somebody is asked for there is less to write.
    def known() -> str:
        return some[next(own)].email

    def unknown() -> str:
        return f"no{next(numbers):02}@nefta.example"

    emails = [user.email, unknown(), gone.email]
    with _nobody_waits():
        pages = _pages_of(
            lambda email: _visitor().post("/en/sign-in/", {"username": email, "password": "x"}), emails
        )
        pages += _pages_of(lambda email: _visitor().post("/en/sign-in/forgotten/", {"email": email}), emails)
        at_sign_in = _steady_ratio(_wrong_password, known, unknown, times)
        forgotten = _steady_ratio(_forgotten, known, unknown, times * 2)
        with monkeypatch.context() as broken:
            broken.setattr(User, "set_password", lambda self, raw_password: None)
            seen = _steady_ratio(_wrong_password, lambda: user.email, unknown, 6)
    check.catches("no hash for somebody unknown", abs(seen - 1) > CLOSE)
    check.holds(
        pages == 2 and abs(at_sign_in - 1) <= CLOSE and abs(forgotten - 1) <= CLOSE,
        f"{pages} pages of {2 * len(emails)} answers; sign-in {at_sign_in:.3f}, forgotten {forgotten:.3f}"
        f" of the time, over {times} and {times * 2} pairs",
    )


# --- 19: passwords -----------------------------------------------------------------------------------


def _common() -> list[str]:
    path = CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH
    with gzip_open(path, "rt", encoding="utf-8") as lines:
        return [line.strip() for line in lines]


TOWNS = [
    ("نفطة", "Nefta", "توزر", "Tozeur"),
    ("القنيطرة", "Kénitra", "القنيطرة", "Kénitra"),
    ("أريانة المدينة", "Ariana Ville", "أريانة", "Ariana"),
    ("سيدي بوزيد", "Sidi Bouzid", "سيدي بوزيد", "Sidi Bouzid"),
    ("بني ملال", "Béni Mellal", "بني ملال", "Béni Mellal"),
    ("حمام الأنف", "Hammam Lif", "بن عروس", "Ben Arous"),
    ("الدار البيضاء", "Casablanca", "الدار البيضاء", "Casablanca"),
    ("تطاوين", "Tataouine", "تطاوين", "Tataouine"),
]


def _made_of_names(town: tuple[str, ...]) -> Iterator[str]:
    """What people make of the name of their town when a password has to be long."""
    for name in dict.fromkeys(town):
        yield from (f"{name}2026!!!!!!!!"[: len(name) + 11], f"{name}{name}{name}{name}"[: 6 * len(name)])
        yield from (f"{name.upper()}-{name}-١٢٣", f"!!!!!!{name}!!!!!!", f"{'ـ'.join(name)}_2026__!!")
        yield from (f"{name} 2025 {name} 26", f"12345 {name} !!!!!!", f"{'َ'.join(name)} 123 ____!")


def _refused(password: str, user: Any) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


GOOD = [
    "une phrase assez longue pour tenir",
    "كلمة عبور طويلة جدا لا يعرفها أحد",
    "القط الأسود ينام فوق سطح الجيران كل مساء من شهر رمضان المعظم والمبارك",
    "x" * 20 + " et puis " + "Q7" * 60,
    "🗝️ clef 🗝️ porte 🗝️ maison",
    "aaaaaaaaaaaa bbbbbbbbbbbb",
    "nefta est la ville où mon chat dort",
]


def test_what_a_password_may_be(trust, db, settings):
    check = trust(
        19,
        "Passwords: 12 and more, common ones, names of towns, long and Arabic ones",
        target="0 of 20,000 common and 0 made of names accepted; long and Arabic ones accepted; Argon2",
    )
    common = _common()[:: trust.count(quick=10, full=1)]
    user = User(email="amel@nefta.example", name="Amel")
    accepted = [word for word in common if not _refused(word, user)]
    accepted += [word for word in common if not _refused(word.upper(), user)]
    of_names, tried = [], 0
    for town in TOWNS:
        user.joining = [_town(town)]
        for password in _made_of_names(town):
            tried += 1
            of_names += [] if _refused(password, user) else [password]
    short = [word for word in GOOD if not _refused(word[:11], user)]
    refused = [word for word in GOOD if _refused(word, user)]
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    user.set_password(GOOD[1])
    hasher = identify_hasher(user.password)
    settings.AUTH_PASSWORD_VALIDATORS = settings.AUTH_PASSWORD_VALIDATORS[:2]
    check.catches("no list of common ones", not all(_refused(word, user) for word in common))
    user.joining = [_town(TOWNS[0])]
    names = list(_made_of_names(TOWNS[0]))
    check.catches("no look at the names of towns", not all(_refused(word, user) for word in names))
    check.holds(
        not accepted and not of_names and not short and not refused and hasher.algorithm == "argon2"
        and get_hashers()[0].algorithm == "argon2" and hasher.memory_cost >= 19 * 1024 and tried >= 150,
        f"{len(accepted)} of {2 * len(common):,} common, {len(of_names)} of {tried} made of names,"
        f" {len(short)} of {len(GOOD)} of eleven characters accepted; {len(refused)} of {len(GOOD)} long ones"
        f" refused; {hasher.algorithm}, {hasher.memory_cost // 1024} MiB",
    )  # fmt: skip


def _town(names: tuple[str, ...]) -> Any:
    name_ar, name_fr, territory_ar, territory_fr = names
    return factories.MunicipalityFactory.build(
        name_ar=name_ar, name_fr=name_fr, territory_ar=territory_ar, territory_fr=territory_fr, slug="x-town"
    )


# --- 20: sessions ------------------------------------------------------------------------------------


def _is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def _fully_in(user: Any, seed: str, clock: Any) -> Client:
    client = _visitor()
    people.show_password(client, user)
    clock.shift(60)
    people.show_code(client, people.code_at(seed))
    return client


def _rotations(user: Any, seed: str, clock: Any) -> int:
    """How many of five keys are new: from before, after password, code, new password, new role."""
    client = _visitor()
    session = client.session
    session["seen"] = "before"
    session.save()
    client.cookies["sessionid"] = session.session_key
    keys = [session.session_key]
    people.show_password(client, user)
    keys.append(client.session.session_key)
    clock.shift(60)
    people.show_code(client, people.code_at(seed))
    keys.append(client.session.session_key)
    fields = {"present": factories.PASSWORD, "password": NEW, "again": NEW}
    client.post("/en/account/password/", fields)
    keys.append(client.session.session_key)
    client.post(f"{DESK}members/{user.pk}/", {"roles": ["municipal_admin", "editor"]})
    keys.append(client.session.session_key)
    old = [key for key in keys[:-1] if client.session.exists(key)]
    return len(set(keys)) - len(old)


def _by_sign_out(client: Client, user: Any, clock: Any) -> None:
    client.post("/en/sign-out/")


def _by_password(client: Client, user: Any, clock: Any) -> None:
    services.set_password(user=user, password=NEW)


def _by_switching_off(client: Client, user: Any, clock: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _by_role(client: Client, user: Any, clock: Any) -> None:
    """Another role, which would open the desk too: by a session that goes on."""
    membership = user.memberships.get()
    members.change_roles(municipality=membership.municipality, user=user, roles=["auditor"], actor=user)


def _by_losing_every_role(client: Client, user: Any, clock: Any) -> None:
    user.memberships.all().delete()


def _by_dropping_the_factor(client: Client, user: Any, clock: Any) -> None:
    services.drop_second_factor(user=user, actor=None)


def _by_idling(client: Client, user: Any, clock: Any) -> None:
    clock.shift(30 * 60)


def _by_twelve_hours(client: Client, user: Any, clock: Any) -> None:
    for _ in range(36):
        assert _is_in(client)
        clock.shift(20 * 60)


ENDS = [
    _by_sign_out, _by_password, _by_switching_off, _by_role, _by_losing_every_role, _by_dropping_the_factor,
    _by_idling, _by_twelve_hours,
]  # fmt: skip


def _survivors(nefta: Any, clock: Any, ends: list[Any]) -> list[str]:
    """By which ends a session did not end at the very next request."""
    alive = []
    for end in ends:
        user = factories.MembershipFactory(municipality=nefta, role="editor").user
        seed = people.give_device(user, f"device {user.pk}")
        client = _fully_in(user, seed, clock)
        assert _is_in(client)
        key = client.cookies["sessionid"].value
        end(client, user, clock)
        client.cookies["sessionid"] = key
        alive += [end.__name__] if _is_in(client) else []
    return alive


def test_sessions_change_their_key_and_end(trust, nefta, required, clock, monkeypatch):
    check = trust(
        20,
        "Sessions: new keys, and every end",
        target="5 of 5 keys new and the old dead; 0 of 8 ends survived by one request",
    )
    rounds = trust.count(quick=2, full=20)
    rotated, alive = [], []
    for _ in range(rounds):
        user = factories.MembershipFactory(municipality=nefta, role="municipal_admin").user
        rotated.append(_rotations(user, people.give_device(user, f"device {user.pk}"), clock))
        alive += _survivors(nefta, clock, ENDS)
    with monkeypatch.context() as broken:
        broken.setattr(session_store, "ends", lambda started, seen: seen + datetime.timedelta(days=14))
        seen = _survivors(nefta, clock, [_by_idling, _by_twelve_hours])
    check.catches("sessions that last for two weeks", len(seen) == 2)
    with monkeypatch.context() as broken:
        broken.setattr(sessions, "end_all", lambda user, keep=None: 0)
        check.catches("sessions that nothing ends", bool(_survivors(nefta, clock, [_by_role])))
    check.holds(
        rotated == [5] * rounds and not alive,
        f"{min(rotated)} of 5 keys new, {len(alive)} of {rounds * len(ENDS)} sessions outlived their end",
    )


def _told(secrets: list[str]) -> int:
    rows = str(list(Session.objects.values())) + str([row.get_decoded() for row in Session.objects.all()])
    rows += str(list(Authenticator.objects.values()))
    return sum(secret in rows for secret in secrets)


def test_session_rows_hold_no_secret(trust, nefta, required, clock):
    check = trust(20, "Passwords, secrets, codes and keys in session rows", target="0 in clear")
    secrets = []
    for number in range(trust.count(quick=10, full=100)):
        user = factories.MembershipFactory(municipality=nefta, role="editor").user
        client = _half_signed_in(user)
        client.get("/en/sign-in/device/", {"next": DESK})
        seed = second_factor.seed_for(user, client.session)
        client.post("/en/sign-in/device/", {"code": people.code_at(seed)})
        codes = second_factor.RecoveryCodes(
            Authenticator.objects.get(user=user, type="recovery_codes")
        ).generate_codes()
        secrets += [factories.PASSWORD, second_factor.secret_of(seed), client.session.session_key, *codes]
        assert _is_in(client), number
    found = _told(secrets)
    client = _visitor()
    session = client.session
    session["careless"] = secrets[0]
    session.save()
    check.catches("a password put into a session", _told(secrets) > found)
    check.holds(not found, f"{found} of {len(secrets)} secrets, {Session.objects.count()} sessions")


# --- 21: links in letters ----------------------------------------------------------------------------


def _use(user: Any, path: str, clock: Any) -> None:
    _visitor().post(path, {"password": NEW, "again": NEW})


def _wait(user: Any, path: str, clock: Any) -> None:
    clock.shift(DAY + 1)


def _change_password(user: Any, path: str, clock: Any) -> None:
    services.set_password(user=user, password="yet another phrase")


def _change_email(user: Any, path: str, clock: Any) -> None:
    services.change_email(user=user, email=f"moved{user.pk}@nefta.example")


def _switch_off(user: Any, path: str, clock: Any) -> None:
    services.switch_off(user=user, actor=None)


def _switch_off_and_on(user: Any, path: str, clock: Any) -> None:
    services.switch_off(user=user, actor=None)
    User.objects.filter(pk=user.pk).update(is_active=True)


def _switch_off_by_hand(user: Any, path: str, clock: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _drop_factor(user: Any, path: str, clock: Any) -> None:
    services.drop_second_factor(user=user, actor=None)


PATHS = [
    _use, _wait, _change_password, _change_email, _switch_off, _switch_off_and_on, _switch_off_by_hand,
    _drop_factor,
]  # fmt: skip


def _links(user: Any) -> list[str]:
    return [
        f"/en/sign-in/reset/{links.reset_code(user)}/",
        f"/en/account/email/{links.email_code(user, f'new{user.pk}@nefta.example')}/",
    ]


def _revived(clock: Any, paths: list[Any]) -> tuple[int, list[str]]:
    """How many links were tried, and those that still opened or did something after their end."""
    tried, revived = 0, []
    for path, kind in itertools.product(paths, (0, 1)):
        user = factories.UserFactory()
        address = _links(user)[kind]
        assert _visitor().get(address).status_code == 200
        path(user, address, clock)
        before = User.objects.values_list("password", "email").get(pk=user.pk)
        tried += 1
        opened = _visitor().get(address).status_code == 200
        _visitor().post(address, {"password": "one more phrase!", "again": "one more phrase!"})
        changed = User.objects.values_list("password", "email").get(pk=user.pk) != before
        revived += [f"{path.__name__} {kind}"] if opened or changed else []
    return tried, revived


def _forged(clock: Any, times: int) -> tuple[int, int]:
    """How many changed links were tried, and how many of them opened."""
    dice, opened = random.Random(21), 0
    for _ in range(times):
        address = dice.choice(_links(factories.UserFactory()))
        place = dice.randrange(address.rindex("/", 0, -1) + 1, len(address) - 1)
        other = dice.choice([sign for sign in "abcdefXYZ0123456789-" if sign != address[place]])
        opened += _visitor().get(f"{address[:place]}{other}{address[place + 1 :]}").status_code == 200
    return times, opened


def test_links_of_letters_work_once_and_for_a_day(trust, db, settings, clock, monkeypatch):
    check = trust(
        21,
        "Links that set a password or an e-mail: used, too old, and after every other change",
        target="0 work after their end; 0 changed ones open",
    )
    rounds = trust.count(quick=3, full=60)
    tried, revived = 0, []
    for _ in range(rounds):
        count, found = _revived(clock, PATHS)
        tried, revived = tried + count, revived + found
    forged, opened = _forged(clock, trust.count(quick=50, full=1000))
    with monkeypatch.context() as broken:
        broken.setattr(links, "state_of", lambda user: f"{user.pk}")
        _, seen = _revived(clock, [_use, _change_password, _switch_off_and_on])
    check.catches("links that depend on nothing", len(seen) > 0)
    settings.PASSWORD_RESET_TIMEOUT = 10 * DAY
    _, seen = _revived(clock, [_wait])
    check.catches("links that live for ten days", len(seen) == 2)
    check.holds(
        not revived and not opened, f"{len(revived)} of {tried} after their end, {opened} of {forged} changed"
    )
