"""No barriers: by machine, by keyboard, without scripts, narrow and enlarged, read aloud, as HTML.

What a browser shows does not depend on the database: these are left out where only that is another one.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Route

from portal.accounts.models import User
from tests.browsing import Reader, seed
from tests.journeys.test_every_page import PAGES, STAFF_PAGES
from tests.trust.html_rules import faults_of
from tests.trust.persons import ByKeyboard, Person, UnreachableError, WithoutScripts
from tests.trust.ways import MANAGER, WAYS

pytestmark = pytest.mark.django_db(transaction=True)

LANGUAGES = ("ar", "fr")
WIDTHS = (320, 768, 1280)
PUBLIC = [path for paths in PAGES.values() for path in paths]
STAFF = [path for paths in STAFF_PAGES.values() for path in paths]
# Of few pages, those that differ most: a list, the calendar, a form, a result, a sheet, a queue, a table.
CHOSEN = [
    *("", "m/exemple/programs/2027/", "m/exemple/consultations/2/contribute/", "verify/", "sign-in/"),
    *("m/exemple/consultations/4/", "m/exemple/programs/2027/projects/", "m/exemple/privacy/"),
]
CHOSEN_STAFF = [
    *("m/exemple/staff/", "m/exemple/staff/programs/2028/", "m/exemple/staff/contributions/"),
    *("m/exemple/staff/programs/2027/money/", "m/exemple/staff/members/", "account/"),
]


@pytest.fixture
def fresh(settings, transactional_db, tmp_path, tmp_path_factory, kept_demo) -> Callable[[], None]:
    """The demo as it was at first, again and again."""
    settings.DATA_DIR = tmp_path

    def fresh() -> None:
        seed(kept_demo, tmp_path_factory.mktemp("demo"))

    fresh()
    return fresh


def come_in(reader: Reader, email: str = MANAGER) -> None:
    Person(reader).sign_in_as(email)


def pages(trust: Any) -> tuple[list[str], list[str]]:
    """Public pages and those of staff, as many as this run looks at."""
    return (PUBLIC, STAFF) if trust.is_full else (CHOSEN, CHOSEN_STAFF)


def each_page(reader: Reader, trust: Any, step: int = 1) -> Iterator[str]:
    """Every page of this run, opened in Arabic and in French, the public ones by somebody not signed in.

    Args:
        step: of how many of them one is opened; an odd number takes both languages in turn.
    """
    public, staff = pages(trust)
    for paths, is_staff in ((public, False), (staff, True)):
        if is_staff:
            come_in(reader)
        for path, language in [*itertools.product(paths, LANGUAGES)][::step]:
            reader.open(f"/{language}/{path}")
            yield f"/{language}/{path}"


# By machine

# What is broken on purpose in a page that has a form, by the rule that must find it.
KNOWN_FAULTS = {
    "image-alt": "main.insertAdjacentHTML('beforeend', '<img src=\"/static/musharaka/img/mark.svg\">')",
    "label": "main.insertAdjacentHTML('beforeend', '<input type=text>')",
    "select-name": "main.insertAdjacentHTML('beforeend', '<select><option>1</option></select>')",
    "button-name": "main.insertAdjacentHTML('beforeend', '<button type=button></button>')",
    "link-name": "main.insertAdjacentHTML('beforeend', '<a href=\"/ar/\"></a>')",
    "html-has-lang": "document.documentElement.removeAttribute('lang')",
    "document-title": "document.title = ''",
    "color-contrast": "main.querySelector('p').style.cssText = 'color: #999; background: #aaa'",
    "list": "main.insertAdjacentHTML('beforeend', '<ul><p>x</p></ul>')",
    "aria-roles": "main.insertAdjacentHTML('beforeend', '<div role=knopf>x</div>')",
    "heading-order": "main.insertAdjacentHTML('beforeend', '<h6>x</h6>')",
    "tabindex": "main.insertAdjacentHTML('beforeend', '<a href=\"/ar/\" tabindex=3>x</a>')",
}


def known_faults_seen(reader: Reader) -> list[str]:
    """Which of the known faults are found when they are put into a page without any."""
    seen = []
    for rule, breaking in KNOWN_FAULTS.items():
        reader.open("/ar/verify/")
        reader.page.evaluate(f"() => {{ const main = document.querySelector('main'); {breaking} }}")
        seen += [rule] if any(line.startswith(f"{rule}:") for line in reader.barriers()) else []
    return seen


def sent_empty(reader: Reader, path: str, button: str = "main form [type=submit].btn-primary") -> None:
    reader.open(path)
    with reader.page.expect_navigation():
        reader.page.locator(button).first.click()


def answering(page: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=page)


def failure_pages(reader: Reader) -> Iterator[str]:
    """What is shown when nothing works, as a server in front would show it."""
    for path in sorted(Path(django_settings.PROJECT_DIR, "portal", "failures").glob("*.html")):
        reader.page.route("**/failing", answering(path.read_text(encoding="utf-8")))
        reader.open("/failing")
        reader.page.unroute("**/failing")
        yield path.name


def each_state(reader: Reader, language: str) -> Iterator[str]:
    """Empty, refused, unknown, forbidden, done, and what a failure shows."""
    town = f"/{language}/m/exemple"
    for path in (f"/{language}/?q=nowhere", f"/{language}/nowhere/", f"/{language}/verify/1-AAAA-AAAA/"):
        reader.open(path)
        yield path
    for path in (f"{town}/consultations/2/contribute/", f"{town}/consultations/4/notify/"):
        sent_empty(reader, path)
        yield f"{path} refused"
    for path in (f"/{language}/follow/", f"/{language}/sign-in/", f"/{language}/verify/file/"):
        sent_empty(reader, path, "main form [type=submit]")
        yield f"{path} refused"
    come_in(reader)
    sent_empty(reader, f"{town}/staff/programs/new/", "main form.m-form [type=submit]")
    yield "a new program refused"
    sent_empty(reader, f"{town}/staff/zones/", "main form .btn-primary[type=submit]")
    yield "zones saved"
    reader.open("/admin/")
    yield "forbidden"
    yield from failure_pages(reader)
    reader.page.context.clear_cookies()


def looked_at(reader: Reader, trust: Any, step: int, **forced: str) -> tuple[list[str], int]:
    """What is found on the pages of this run, by day and in the dark, on three widths in turn.

    In forced colours the reader's own system says which colours stand on which: no contrast of ours.
    """
    without = ("color-contrast",) if forced else ()
    found, scans = [], 0
    looks = itertools.cycle(itertools.product(WIDTHS, ("light", "dark")))
    for address, (width, scheme) in zip(each_page(reader, trust, step), looks, strict=False):
        reader.page.set_viewport_size({"width": width, "height": 900})
        reader.page.emulate_media(color_scheme=scheme, **forced)
        place = f"{address} at {width} px, {scheme}{' forced' if forced else ''}"
        found += [f"{place}: {barrier}" for barrier in reader.barriers(without=without)]
        scans += 1
    reader.page.context.clear_cookies()
    return found, scans


@pytest.fixture
def reader_of_forced_colors(browser, live_server) -> Iterator[Reader]:
    """In a context of its own: the browser does not go back from them."""
    context = browser.new_context(forced_colors="active")
    context.set_default_timeout(15_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def test_by_machine(trust, fresh, reader, reader_of_forced_colors):
    check = trust(50, "No barrier found by machine", target="0 in 400 scans, 12 of 12 known faults found")
    found, scans = looked_at(reader, trust, 1)
    forced = looked_at(reader_of_forced_colors, trust, trust.count(quick=5, full=3), forced_colors="active")
    found, scans = found + forced[0], scans + forced[1]
    reader.page.emulate_media(color_scheme="light")
    for language in LANGUAGES[: trust.count(quick=1, full=2)]:
        for state in each_state(reader, language):
            found += [f"{state}: {barrier}" for barrier in reader.barriers()]
            scans += 1
    seen = known_faults_seen(reader)
    check.catches(f"{len(KNOWN_FAULTS)} known faults", len(seen) == len(KNOWN_FAULTS))
    figure = f"{len(found)} in {scans} scans, {len(seen)} of {len(KNOWN_FAULTS)} known faults found"
    figure += "".join(f", not {rule}" for rule in KNOWN_FAULTS if rule not in seen)
    check.holds(not found and scans >= trust.count(quick=40, full=400), figure + told(found))


def told(found: list[str]) -> str:
    """Each fault once, with the first of the places where it is."""
    places: dict[str, list[str]] = {}
    for line in found:
        place, _, fault = line.partition(": ")
        places.setdefault(fault, []).append(place)
    return "".join(f"\n    {fault} ({len(at)}, first {at[0]})" for fault, at in [*places.items()][:20])


# By keyboard, without scripts


def walked(
    trust: Any, kind: type[Person], reader: Reader, fresh: Callable[[], None]
) -> tuple[list[str], int, int]:
    """What did not arrive, how many journeys there were, and at how many places the focus stood."""
    names = list(WAYS) if trust.is_full else ["contribute", "edit the calendar"]
    failures, stops = [], 0
    for language, name in itertools.product(LANGUAGES, names):
        fresh()
        reader.page.context.clear_cookies()
        who = kind(reader)
        try:
            WAYS[name](who, language)
        except Exception as error:
            failures.append(f"{name} ({language}): {type(error).__name__} {str(error)[:300]}")
        failures += [f"{name} ({language}): {fault}" for fault in dict.fromkeys(who.faults)]
        stops += who.stops
    return failures, len(names) * len(LANGUAGES), stops


@pytest.fixture
def patient(monkeypatch) -> None:
    """A person takes longer than a browser that is driven."""
    monkeypatch.setattr("consultations.tokens.SHORTEST", datetime.timedelta(0))


NO_OUTLINE = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { outline: none !important; box-shadow: none !important; }");
    document.adoptedStyleSheets = [sheet];
}"""
TRAP = """() => document.querySelector("#q").addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.preventDefault();
})"""


def test_by_keyboard(trust, fresh, reader, patient):
    check = trust(51, "By keyboard alone", target="12 journeys in ar and fr, focus seen everywhere, no trap")
    reader.page.set_viewport_size({"width": 1280, "height": 900})
    failures, count, stops = walked(trust, ByKeyboard, reader, fresh)
    reader.page.context.clear_cookies()
    reader.open("/ar/")
    reader.page.evaluate(NO_OUTLINE)
    who = ByKeyboard(reader)
    who.reach("#q")
    check.catches("a focus that nobody sees", bool(who.faults))
    reader.open("/ar/")
    reader.page.evaluate(TRAP)
    check.catches("a field that keeps the focus", not reaches(ByKeyboard(reader), "footer a >> nth=-1"))
    reader.open("/ar/")
    reader.page.evaluate("document.querySelector('.m-search button').tabIndex = -1")
    check.catches("a button that cannot be reached", not reaches(ByKeyboard(reader), ".m-search button"))
    figure = f"{len(failures)} faults in {count} journeys with {stops} stops of the focus"
    check.holds(not failures and count and stops > 50, figure + told(failures))


def reaches(who: ByKeyboard, selector: str) -> bool:
    try:
        who.reach(selector)
    except UnreachableError:
        return False
    return True


def test_without_scripts(trust, fresh, browser, live_server, patient):
    check = trust(52, "Without scripts", target="12 journeys in ar and fr")
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(8_000)
    reader = Reader(context.new_page(), live_server.url)
    failures, count, _stops = walked(trust, WithoutScripts, reader, fresh)
    reader.open("/ar/verify/")
    reader.page.evaluate(
        "() => { const old = document.querySelector('main form button'); old.type = 'button';"
        " old.setAttribute('onclick', 'this.form.submit()') }"
    )
    context.set_default_timeout(1_000)
    check.catches("a button that needs a script", not arrives(WithoutScripts(reader)))
    context.close()
    check.holds(not failures and count, f"{len(failures)} faults in {count} journeys{told(failures)}")


def arrives(who: WithoutScripts) -> bool:
    try:
        who.press("main form button")
    except Exception:
        return False
    return True


# Narrow and enlarged

# By how much the page is wider than the screen, and what stands beyond its edge.
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
BEYOND = """() => {
    const edge = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.right > edge + 1 || box.left < -1;
    });
    return out.length ? out[out.length - 1].outerHTML.slice(0, 120) : "";
}"""
# WCAG 2.2, 1.4.12: the spacing that a reader may set; what is cut off by it is lost.
SPACING = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        + " word-spacing: .16em !important; } p { margin-block-end: 2em !important; }");
    document.adoptedStyleSheets = [sheet];
}"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (box.width < 4 || box.height < 4 || style.visibility === "hidden") return false;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) return false;
    const hides = /hidden|clip/;
    return (hides.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
        || (hides.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map((element) => element.outerHTML.slice(0, 120))"""
# WCAG 2.2, 2.5.8: targets smaller than this, other than links within a sentence and those far from others.
SMALL = """least => {
    const inline = (element) => element.tagName === "A" && getComputedStyle(element).display === "inline";
    const seen = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility !== "hidden";
    };
    const every = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
    const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    // The exception of 2.5.8: a circle of that size around its middle touches nothing else to press.
    const isApart = (element, least) => {
        const [x, y] = middle(element.getBoundingClientRect());
        return every.filter((other) => other !== element && seen(other)).every((other) => {
            const box = other.getBoundingClientRect(), [ox, oy] = middle(box);
            const dx = Math.max(box.left - x, 0, x - box.right);
            const dy = Math.max(box.top - y, 0, y - box.bottom);
            const isSmall = box.width < least || box.height < least;
            return Math.hypot(dx, dy) >= least / 2 && (!isSmall || Math.hypot(ox - x, oy - y) >= least);
        });
    };
    return every
        .filter((element) => element.type !== "hidden" && seen(element) && !inline(element)
            && !element.closest(".visually-hidden, .m-first"))
        .filter((element) => {
            const label = element.labels && element.labels[0];
            const boxes = [element, label].filter(Boolean).map((one) => one.getBoundingClientRect());
            return !boxes.some((box) => box.width >= least - .5 && box.height >= least - .5);
        }).filter((element) => !isApart(element, least)).map((element) => element.outerHTML.slice(0, 120));
}"""
LEAST = 24
NARROW_FAULTS = {
    "a paragraph of 400 px": (
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p id=wide>x</p>');"
        " document.querySelector('#wide').style.width = '400px'"
    ),
    "a heading that cannot grow": (
        "const h = document.querySelector('h1'); h.style.width = 'max-content';"
        " h.style.cssText = `white-space: nowrap; overflow: hidden; width: ${h.clientWidth}px`"
    ),
    "two buttons of 9 px beside each other": (
        "const main = document.querySelector('main');"
        " main.insertAdjacentHTML('beforeend', '<button id=b1>x</button><button id=b2>y</button>');"
        " for (const id of ['b1', 'b2'])"
        " document.getElementById(id).style.cssText ="
        " 'min-height: 0; height: 9px; width: 9px; padding: 0; border: 0; overflow: visible'"
    ),
}


def test_narrow_and_enlarged(trust, fresh, reader):
    target = (
        "0 px too wide at 320 px, which is 1280 px at 400 %; wider spacing cuts nothing off; targets of 24 px"
    )
    check = trust(53, "Narrow and enlarged", target=target)
    found, count = [], 0
    reader.page.set_viewport_size({"width": 320, "height": 256})
    for address in each_page(reader, trust):
        found += narrow_faults(reader, address)
        count += 1
    reader.page.context.clear_cookies()
    for name, breaking in NARROW_FAULTS.items():
        reader.open("/ar/verify/")
        reader.page.evaluate(f"() => {{ {breaking} }}")
        check.catches(name, bool(narrow_faults(reader, "")))
    check.holds(not found and count, f"{len(found)} faults on {count} pages{told(found)}")


def narrow_faults(reader: Reader, address: str) -> list[str]:
    page = reader.page
    wide = page.evaluate(OVERFLOW)
    found = [f"{wide} px too wide: {page.evaluate(BEYOND)}"] if wide > 0 else []
    found += [f"smaller than {LEAST} px: {one}" for one in page.evaluate(SMALL, LEAST)]
    before = page.evaluate(CUT_OFF)
    page.evaluate(SPACING)
    found += [f"cut off: {one}" for one in page.evaluate(CUT_OFF) if one not in before]
    spaced = page.evaluate(OVERFLOW)
    found += [f"{spaced} px too wide when spaced: {page.evaluate(BEYOND)}"] if spaced > 0 else []
    return [f"{address}: {fault}" for fault in found]


# What a screen reader says

_NAMES = re.compile(
    r"\S+@\S+|https?://\S+|\S+\.\w{2,4}\b|\b(?:PDF|CSV|XLSX|JSON|DOCX|ZIP|Excel|Word|Français|English)\b"
)
"""Addresses, names and kinds of files, a language by its own name: the same in every language."""
_LATIN, _ARABIC = re.compile(r"[A-Za-zÀ-ÿ]{3,}"), re.compile("[\u0621-\u064a]{2,}")
# Every text that is shown or spoken, and the language and direction that its element has by its own account.
SPOKEN = """() => {
    const told = [];
    const of = (element, text) => {
        const lang = element.closest("[lang]")?.lang || "", dir = getComputedStyle(element).direction;
        const own = element.closest("bdi, [dir=auto], [dir=ltr], code, .m-code, textarea, input");
        if (text.trim()) told.push({text: text.trim(), lang, dir, isApart: Boolean(own)});
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!element.closest("script, style, template, [hidden]")) of(element, walker.currentNode.data);
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
        for (const name of ["aria-label", "title", "placeholder", "alt"])
            if (element.getAttribute(name)) of(element, element.getAttribute(name));
    return told;
}"""


def misspoken(said: list[dict[str, Any]]) -> list[str]:
    """Texts that a voice of the wrong language would read: letters of one script, the language of another."""
    found = []
    for one in said:
        text, language = one["text"], one["lang"]
        latin, arabic = _LATIN.search(_NAMES.sub("", text)), _ARABIC.search(text)
        if language == "ar" and latin and not arabic and not one["isApart"]:
            found.append(f"Latin letters said to be Arabic: {text[:80]}")
        if language in ("fr", "en") and arabic and not latin and not one["isApart"]:
            found.append(f"Arabic letters said to be {language}: {text[:80]}")
        if not language:
            found.append(f"no language: {text[:80]}")
    return found


def nameless(reader: Reader) -> list[str]:
    """What is announced by its kind alone: no name follows in the tree that a screen reader gets."""
    tree = reader.page.locator("body").aria_snapshot()
    kinds = r"(button|link|textbox|combobox|checkbox|radio|searchbox|img|table|region|spinbutton)"
    return [line.strip() for line in tree.splitlines() if re.fullmatch(rf"\s*- {kinds}:?", line)]


def test_read_aloud(trust, fresh, reader):
    target = "20 pages in ar and fr: everything in the language it is said to be in, nothing without a name"
    check = trust(54, "What a screen reader says", target=target)
    found, count, texts = [], 0, 0
    for address in each_page(reader, trust):
        said = reader.page.evaluate(SPOKEN)
        found += [f"{address}: {fault}" for fault in (*misspoken(said), *nameless(reader))]
        count, texts = count + 1, texts + len(said)
    reader.page.context.clear_cookies()
    for name, breaking in {
        "an English label on an Arabic page": "document.querySelector('label').textContent = 'Search'",
        "Arabic said to be French": "document.documentElement.lang = 'fr'",
        "a button without a name": "document.querySelector('main form button').replaceChildren()",
    }.items():
        reader.open("/ar/verify/")
        reader.page.evaluate(f"() => {{ {breaking} }}")
        check.catches(name, bool(misspoken(reader.page.evaluate(SPOKEN)) or nameless(reader)))
    figure = f"{len(found)} faults in {texts} texts of {count} pages"
    check.holds(not found and count >= 20 and texts > 500, figure + told(found))


# HTML, contrast


def test_valid_html(trust, fresh):
    check = trust(55, "Valid HTML, contrast", target="0 faults on all pages; text 4.5, edges of fields 3")
    clients = {False: Client(), True: Client()}
    clients[True].force_login(User.objects.get(email=MANAGER))
    found, count = [], 0
    every = [
        *itertools.product(
            [*((path, False) for path in PUBLIC), *((path, True) for path in STAFF)], LANGUAGES
        )
    ]
    # A step of three takes Arabic and French in turn.
    for (path, is_staff), language in every[:: trust.count(quick=3, full=1)]:
        response = clients[is_staff].get(f"/{language}/{path}")
        if response.status_code == 200:
            found += [f"/{language}/{path}: {fault}" for fault in faults_of(response.content.decode())]
            count += 1
    for name, broken in BROKEN_HTML.items():
        check.catches(name, bool(faults_of(A_PAGE.format(broken))))
    assert faults_of(A_PAGE.format("<p>x</p>")) == []
    pale = contrasts()
    check.catches("grey on paper", contrast("#999999", "#f8f5ee") < 4.5)
    figure = (
        f"{len(found)} faults on {count} pages; {len(pale)} pairs of colours too pale of {2 * len(PAIRS)}"
    )
    check.holds(not found and count >= len(every) // 4 and not pale, figure + told(found + pale))


A_PAGE = (
    "<!doctype html><html lang=ar dir=rtl><head><meta charset=utf-8><title>x</title></head>"
    "<body><main>{}</main></body></html>"
)
BROKEN_HTML = {
    "a div in a paragraph": "<p><div>x</div></p>",
    "an end tag too many": "<section>x</section></section>",
    "the same id twice": "<p id=a>x</p><p id=a>y</p>",
    "a link in a link": "<a href=x><span><a href=y>x</a></span></a>",
    "a button in a link": "<a href=x><button>x</button></a>",
    "a field without a label": "<input name=q>",
    "a label of nothing": "<label for=gone>x</label>",
    "a paragraph in a list": "<ul><p>x</p></ul>",
    "a section in a table": "<table><section>x</section></table>",
}
# Text and edges of fields on what they stand on (WCAG 2.2, 1.4.3 and 1.4.11), by the tokens of the theme.
PAIRS = {
    **{(ink, ground): 4.5 for ink in ("ink", "ink-2") for ground in ("paper", "surface", "sunk")},
    **{(ink, ground): 4.5 for ink in ("green", "clay", "red", "blue") for ground in ("paper", "surface")},
    **{(ink, f"{ink}-tint"): 4.5 for ink in ("green", "clay", "red", "blue")},
    ("gold-ink", "gold-tint"): 4.5,
    ("on-green", "green"): 4.5,
    **{("edge", ground): 3.0 for ground in ("paper", "surface")},
    **{("focus", ground): 3.0 for ground in ("paper", "surface", "sunk")},
}


def contrasts() -> list[str]:
    """The pairs of colours of the theme, by day and in the dark, that differ too little."""
    css = Path(django_settings.PROJECT_DIR, "static", "musharaka", "theme.css").read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    found = []
    for name, part in (("light", light), ("dark", dark.split("/* The tokens", 1)[0])):
        tokens = dict(re.findall(r"--m-([\w-]+):\s*(#[0-9a-f]{6})", part))
        for (ink, ground), least in PAIRS.items():
            ratio = contrast(tokens[ink], tokens[ground])
            found += [f"{name}: {ink} on {ground} {ratio:.2f}, not {least}"] if ratio < least else []
    return found


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours written as #rrggbb."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
