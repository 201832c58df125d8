"""Whose code runs here, that it is the code that was looked at, and that nothing secret lies in the open."""

from __future__ import annotations

import datetime
import itertools
import json
import math
import os
import re
import secrets
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement
from packaging.version import Version

from script.bom import bill

PROJECT = Path(settings.PROJECT_DIR)
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
WAIVERS = PROJECT / "requirements-waivers.toml"
MOST_DIRECT = 25
MOST_DAYS = 14


# --- 47 -----------------------------------------------------------------------------------------------


def unlocked(text: str) -> list[str]:
    """The entries of a lock file that are not one exact version with the hashes of its archives."""
    entries = text.replace("\\\n", " ").splitlines()
    exact = re.compile(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[^\s;*]+( ;[^#]*)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    return [entry[:80] for entry in entries if not exact.fullmatch(entry)]


def versions(text: str) -> dict[str, Version]:
    """The version of each package of a lock file, the newest where platforms differ."""
    found: dict[str, Version] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.MULTILINE):
        found[name] = max(Version(version), found.get(name, Version("0")))
    return found


def direct() -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"]]


def expired(waivers: list[dict], today: datetime.date) -> list[str]:
    """The waivers that are older than fourteen days, or say no reason."""
    return [
        waiver["package"]
        for waiver in waivers
        if (today - waiver["since"]).days > MOST_DAYS or len(waiver["reason"]) < 20
    ]


def waivers() -> list[dict]:
    return tomllib.loads(WAIVERS.read_text()).get("waiver", []) if WAIVERS.exists() else []


def test_every_package_is_locked(trust):
    check = trust(47, "Locked, counted, told", target="0 unpinned; at most 25 direct; all in the bill")
    texts = {name: (PROJECT / name).read_text() for name in LOCKS}
    loose = {name: unlocked(text) for name, text in texts.items()}
    locked = versions(texts["requirements.lock"])
    missing = [each.name for each in direct() if each.name.lower() not in locked]
    bill_of = {part["name"] for part in bill(PROJECT)["components"] if part["purl"].startswith("pkg:pypi/")}
    shipped = {part["name"] for part in json.loads((PROJECT / "bom.json").read_text())["components"]}
    unbilled = sorted(locked.keys() - (bill_of & shipped))
    late = expired(waivers(), datetime.datetime.now(datetime.UTC).date())
    check.catches("a package by its name alone", unlocked("segno\n") == ["segno"])
    check.catches("a version that may grow", bool(unlocked(f"segno>=1.6 --hash=sha256:{'0' * 64}\n")))
    check.catches("a version without its hash", bool(unlocked("segno==1.6.6\n")))
    old = {"package": "segno", "since": datetime.date(2026, 1, 1), "reason": "a reason of some length"}
    check.catches("a waiver of last winter", bool(expired([old], datetime.date(2026, 2, 1))))
    count = sum(len(versions(text)) for text in texts.values())
    sound = not any(loose.values()) and not missing and not unbilled and not late
    check.holds(
        sound and 5 < len(direct()) <= MOST_DIRECT,
        f"{sum(map(len, loose.values()))} unpinned of {count} in {len(LOCKS)} locks; {len(direct())} direct"
        f" of {len(locked)} packages at run time; {len(missing)} missing; {len(unbilled)} not in the bill;"
        f" {len(waivers())} waivers",
    )


def _run(*command: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )


def _installed(place: Path, lock: Path) -> tuple[bool, str]:
    """Whether a lock file can be installed into an empty environment, by its hashes; what pip said."""
    shutil.rmtree(place, ignore_errors=True)
    _run(sys.executable, "-m", "venv", place)
    pip = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
    done = _run(*pip, "install", "-q", "--require-hashes", "-r", lock)
    if done.returncode == 0:
        done = _run(*pip, "check")
    return done.returncode == 0, done.stdout + done.stderr


def _newer(place: Path) -> dict[str, str]:
    """The packages of which the bounds of pyproject.toml would let a newer one in than the lock file does."""
    fresh = place / "fresh.lock"
    uv = PROJECT / ".venv" / "bin" / "uv"
    done = _run(
        *(uv, "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "--no-annotate"),
        *("--no-config", "--upgrade", "pyproject.toml", "-o", fresh),
    )
    assert done.returncode == 0, done.stderr
    locked = versions((PROJECT / "requirements.lock").read_text())
    newest = versions(fresh.read_text())
    return {name: str(version) for name, version in newest.items() if version != locked.get(name)}


@pytest.mark.full(47)
def test_an_empty_environment(trust, tmp_path):
    """In a virtual environment of its own; packages come from wherever pip of this machine gets them."""
    check = trust(47, "Installed by hash into nothing", target="installs; 0 outdated without a waiver")
    lock = PROJECT / "requirements.lock"
    is_there, said = _installed(tmp_path / "venv", lock)
    env = {"PATH": os.environ["PATH"], "DEBUG": "1", "DATA_DIR": str(tmp_path / "data")}
    ran = _run(tmp_path / "venv" / "bin" / "python", "manage.py", "check", env=env)
    newer = _newer(tmp_path)
    waived = {waiver["package"] for waiver in waivers()}
    one = re.search(r"^segno==.*?(?=^\S)", lock.read_text(), re.MULTILINE | re.DOTALL)
    tampered = tmp_path / "tampered.lock"
    tampered.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", one[0]))
    refused, why = _installed(tmp_path / "other", tampered)
    check.catches("an archive that is another one", not refused and "DO NOT MATCH THE HASHES" in why)
    check.holds(
        is_there and ran.returncode == 0 and not newer.keys() - waived,
        f"{len(versions(lock.read_text()))} packages: {'installed' if is_there else said[-300:]};"
        f" the portal {'starts' if ran.returncode == 0 else ran.stderr[-300:]};"
        f" {len(newer)} outdated {newer or ''}, {len(waived)} waived",
    )


# --- 48 -----------------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """Every file of the project, also one that is not committed yet."""
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


_OWN_HOSTS = ("http://www.w3.org/", "http://www.sitemaps.org/", "https://portal.example")
_FETCHED = re.compile(
    r"""(?:<(?:script|img|iframe|source|video|audio|embed|object|track|input|image|use)\b[^>]*?
        \s(?:src|data|href|poster|srcset|xlink:href)\s*=\s*
      | <link\b[^>]*?\srel=["']?(?:stylesheet|preload|icon|preconnect|dns-prefetch|manifest)
        [^>]*?\shref\s*=\s*
      | @import\s+(?:url\()?\s* | \burl\(\s* | \b(?:fetch|import|importScripts|EventSource|WebSocket)\(\s*)
        ["']?(?P<address>(?:https?:|wss?:)?//[^\s"')>]+)""",
    re.VERBOSE | re.IGNORECASE,
)


def strangers(name: str, text: str) -> list[str]:
    """Addresses of others that a page, a sheet or a script would fetch."""
    return [f"{name}: {found['address']}" for found in _FETCHED.finditer(text)]


def _served() -> list[Path]:
    roots = [PROJECT / "templates", PROJECT / "static", *PROJECT.glob("*/failures")]
    kinds = {".html", ".css", ".js", ".svg", ".xsl", ".txt", ".json"}
    return [path for root in roots for path in sorted(root.rglob("*")) if path.suffix in kinds]


def _scripts_of_others(paths: list[Path]) -> list[str]:
    """What would make the portal need npm, and scripts that are not declared with their licence."""
    names = {path.relative_to(PROJECT).as_posix() for path in paths}
    npm = [name for name in names if re.search(r"(^|/)(package(-lock)?\.json|node_modules|yarn\.lock)", name)]
    vendored = json.loads((PROJECT / "static" / "vendor" / "VENDOR.json").read_text())["packages"]
    declared = {f"static/vendor/{file}" for package in vendored for file in package["files"]}
    declared.add("static/vendor/VENDOR.json")
    return npm + [name for name in names if name.startswith("static/vendor/") and name not in declared]


def _unlicensed_fonts() -> list[str]:
    """Fonts that are not declared, or neither name their licence nor stand beside it."""
    vendor = PROJECT / "static" / "vendor"
    licensed = {
        file
        for package in json.loads((vendor / "VENDOR.json").read_text())["packages"]
        if package["licence"] == "OFL-1.1"
        and any("Open Font License" in _words(vendor / name) for name in package["files"] if "OFL" in name)
        for file in package["files"]
    }
    fonts = [
        path for path in PROJECT.joinpath("static").rglob("*") if path.suffix in (".woff2", ".ttf", ".otf")
    ]
    return [path.name for path in fonts if path.relative_to(vendor).as_posix() not in licensed]


def _words(path: Path) -> str:
    return re.sub(
        r"\s+", " ", path.read_text().replace("LICENSE", "License").replace("OPEN FONT", "Open Font")
    )


def test_nobody_elses_code(trust):
    check = trust(48, "No npm, no CDN, fonts with their licence", target="0, 0, 0")
    served = _served()
    fetched = [found for path in served for found in strangers(path.name, path.read_text(errors="replace"))]
    others, fonts = _scripts_of_others(tracked()), _unlicensed_fonts()
    faces = [TTFont(path)["name"].getDebugName(13) or "" for path in (PROJECT / "static").rglob("*.woff2")]
    for fault, text in {
        "a script of a CDN": '<script src="https://cdn.example/x.js"></script>',
        "a font of others": "@font-face{src:url(//fonts.example/a.woff2)}",
        "a sheet of others": "<link href='x' rel=stylesheet href=https://cdn.example/a.css>",
        "a script that asks elsewhere": "fetch('https://metrics.example/')",
    }.items():
        check.catches(fault, len(strangers("planted", text)) == 1)
    check.catches("a package.json", _scripts_of_others([PROJECT / "package.json"]) == ["package.json"])
    check.catches("a script that is not declared", bool(_scripts_of_others([PROJECT / "static/vendor/x.js"])))
    check.holds(
        not fetched and not others and not fonts and len(served) > 100 and len(faces) > 10,
        f"{len(fetched)} addresses of others in {len(served)} served files {fetched[:3] or ''}; {len(others)}"
        f" undeclared or npm files; {len(fonts)} of {len(faces)} fonts without licence",
    )


_KEYS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b",
    "forge token": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20}",
    "chat token": r"\bxox[abeprs]-[\w-]{10,}",
    "payment key": r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}",
    "web token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "password in an address": r"\b[a-z][a-z+]{2,12}://[^\s/:@'\"{}<>]+:(?P<in_address>[^\s/@'\"{}<>]{3,})@",
    "password in a line": r"(?i)\b\w*(?:passw(?:or)?d|secret|api_?key|auth_?token)\w*[\"']?\s*[:=]\s*"
    r"[\"'](?P<in_line>[^\s\"'{}$%<>]{8,})[\"']",
}
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_PLACEHOLDER = re.compile(r"(?i)password|x+|\.+|changeme|example")


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _is_random(token: str) -> bool:
    """Whether a piece of text looks made by chance: letters of both cases and figures, evenly mixed."""
    if _DIGEST.fullmatch(token):
        return False  # of a file that lies open, or of a package
    kinds = [any(map(kind, token)) for kind in (str.islower, str.isupper, str.isdigit)]
    turns = sum(
        a.isalpha() != b.isalpha() or a.islower() != b.islower() for a, b in itertools.pairwise(token)
    )
    return all(kinds) and entropy(token) > 4.3 and turns > len(token) / 3


def secrets_in(name: str, text: str) -> list[str]:
    """What looks like a key, a token or a password, by where it stands; never what it is."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in _KEYS.items():
            for hit in re.finditer(pattern, line):
                value = next(filter(None, hit.groups()), "")
                if not (value and _PLACEHOLDER.fullmatch(value)):
                    found.append(f"{name}:{number} {kind}")
        if not name.endswith(".lock"):
            found += [f"{name}:{number} random" for token in _TOKEN.findall(line) if _is_random(token)]
    return found


_MADE_UP = {
    ("tests/deploy/test_nginx.py", "random"): "the code of a receipt that nobody has",
    ("tests/portal/test_logs.py", "random"): "the code of a receipt that nobody has",
    (
        "tests/portal/meetings/test_addresses.py",
        "password in an address",
    ): "an address that is refused",
    ("tests/portal/pdf/test_press.py", "password in an address"): "of a database that there is not",
    ("tests/portal/test_uploads.py", "password in a line"): "what is looked for in a picture",
    ("tests/trust/signed_files.py", "password in a line"): "what is looked for in a picture",
}
"""What looks like a secret in a test, and what it is."""
_TOLD_BY_DETECT_SECRETS = {
    "bom.json": "hashes of packages",
    "static/vendor/VENDOR.json": "hashes of files",
    "README.md": "an address with the word password in it",
    "docs/notifications.md": "an address with the word password in it",
    "deploy/environment.example": "an address with the word password in it",
    "portal/checked_codes.py": "the letters of a code",
}


def _scanned(paths: list[Path]) -> tuple[int, list[str]]:
    """How many files of text there are, and what in them looks like a secret that is not made up."""
    texts = {}
    for path in paths:
        try:
            texts[path.relative_to(PROJECT).as_posix()] = path.read_text()
        except UnicodeDecodeError:
            continue
    found = [hit for name, text in texts.items() for hit in secrets_in(name, text)]
    made_up = {f"{name} {kind}" for name, kind in _MADE_UP}
    return len(texts), [hit for hit in found if re.sub(r":\d+ ", " ", hit, count=1) not in made_up]


def _second_opinion(paths: list[Path]) -> str | list[str]:
    """What detect-secrets finds outside of the tests and nobody has looked at; words where it is missing."""
    program = shutil.which("detect-secrets")
    if program is None:
        return "detect-secrets is not on this machine"
    names = [path.relative_to(PROJECT).as_posix() for path in paths]
    asked = [name for name in names if not name.startswith("tests/")]
    scanned = json.loads(_run(program, "scan", "--all-files", *asked).stdout)
    return sorted(scanned["results"].keys() - _TOLD_BY_DETECT_SECRETS)


def _planted() -> dict[str, str]:
    """One secret of each kind, made for this run."""
    letters = secrets.token_hex(32)
    key = "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    return {
        "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
        "a cloud key": "AKIA" + key,
        "a forge token": "ghp_" + letters[:36],
        "a password in an address": "postgres://portal:" + f"{letters[:12]}@db/portal",
        "a password in a line": "PASSWORD = " + repr(letters[:16]),
        "a random key": "-".join(secrets.token_urlsafe(40) for _ in range(8)),
    }


def test_no_secret_lies_open(trust):
    check = trust(48, "Secrets in the files", target="0")
    paths = tracked()
    count, found = _scanned(paths)
    for fault, text in _planted().items():
        check.catches(fault, bool(secrets_in("planted", text)))
    second = _second_opinion(paths) if trust.count(quick=0, full=1) else "detect-secrets: --full alone"
    check.holds(
        not found and (isinstance(second, str) or not second) and count > 800,
        f"{len(found)} in {count} files {found or ''}; {second or '0 more by detect-secrets'}",
    )


_KEY = "for one run only " + secrets.token_urlsafe(40)
PRODUCTION = {
    "SECRET_KEY": _KEY,
    "ALLOWED_HOSTS": "musharaka.example",
    "SITE_URL": "https://musharaka.example",
    "SECURITY_CONTACT": "security@musharaka.example",
}
_GUESSED = "musharaka"
_ACCOUNTS = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from portal.accounts.models import User
print(User.objects.count())
User.objects.create_superuser("admin@x.example", "x")
print(User.objects.count())
"""


def _manage(directory: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    own = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    return _run(sys.executable, *arguments, env=own | env)


def _starts(directory: Path, env: dict[str, str]) -> bool:
    return _manage(directory, "-c", "import portal.wsgi", **env).returncode == 0


def _example() -> dict[str, str]:
    """What somebody has who copied the example and changed nothing."""
    lines = (PROJECT / "deploy" / "environment.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs if name not in ("DATA_DIR", "DATABASE_URL")}


def test_nothing_by_default(trust, tmp_path):
    check = trust(48, "Deployment check, keys, accounts", target="0 warnings; refuses to start; 0 accounts")
    deploy = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    own = _manage(tmp_path, *deploy, **PRODUCTION)
    half = [
        {},
        _example(),
        {"SECRET_KEY": _KEY},
        {"ALLOWED_HOSTS": "musharaka.example"},
        PRODUCTION | {"SECRET_KEY": ""},
    ][: trust.count(quick=2, full=5)]
    started = [env for env in half if _starts(tmp_path, env)]
    accounts, planted = map(int, _manage(tmp_path, "-c", _ACCOUNTS, **PRODUCTION).stdout.split())
    weak = _manage(tmp_path, *deploy, **PRODUCTION | {"INSECURE_HTTP": "1", "SECRET_KEY": _GUESSED})
    check.catches("cookies over plain http", weak.returncode != 0 and "W012" in weak.stderr)
    check.catches("a key that can be guessed", weak.returncode != 0 and "W009" in weak.stderr)
    check.catches("an account that is there before anybody", planted > 0)
    check.holds(
        own.returncode == 0 and not own.stderr and not started and accounts == 0,
        f"{own.stderr.count('?: (')} warnings; {len(started)} of {len(half)} environments without a key or a"
        f" name start; {accounts} accounts after the migrations",
    )
