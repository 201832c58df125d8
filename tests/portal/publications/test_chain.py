"""The chain is whole, or its first break is named: in a hundred ways to tamper with it."""

import dataclasses
import io
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from portal.publications import chain
from portal.publications.chain import GENESIS, Break, Entry, Head, first_break
from tests.portal.publications.registers import published


def sealed(entry, **changes):
    entry = dataclasses.replace(entry, **changes)
    return dataclasses.replace(entry, hash=chain.seal(entry))


@pytest.fixture
def entries():
    made, previous = [], GENESIS
    for number in range(1, 6):
        content = f'{{"n":{number}}}'
        entry = Entry(
            number=number,
            municipality=1,
            act="program.published",
            object_type="programs.program",
            object_id="7",
            version=number,
            title="رزنامة",
            address="/ar/m/nefta/programs/2022/",
            at=f"2027-03-0{number}T08:15:00.000000Z",
            content_sha256=chain.fingerprint(content),
            previous_hash=previous,
            hash="",
            content=content,
        )
        made.append(sealed(entry))
        previous = made[-1].hash
    return made


def test_a_whole_register_has_no_break(entries):
    assert first_break(entries) is None
    assert first_break([]) is None
    assert first_break(entries, [Head(3, entries[2].hash), Head(5, entries[4].hash)]) is None


def test_the_chain_can_be_looked_at_without_what_was_published(entries):
    assert first_break([dataclasses.replace(entry, content=None) for entry in entries]) is None


def test_each_sealed_field_is_sealed(entries):
    for name in chain.SEALED:
        old = getattr(entries[2], name)
        changed = [*entries]
        changed[2] = dataclasses.replace(entries[2], **{name: old + 1 if isinstance(old, int) else f"{old}x"})
        found = first_break(changed)
        assert found is not None
        assert found.number == 3


def test_what_is_wrong_is_said_in_words(entries):
    cases = {
        "content": [dataclasses.replace(entries[0], content="x"), *entries[1:]],
        "seal": [dataclasses.replace(entries[0], title="x"), *entries[1:]],
        "link": [entries[0], sealed(entries[1], previous_hash=GENESIS), *entries[2:]],
        "gap": entries[1:],
    }
    assert {kind: first_break(case) for kind, case in cases.items()} == {
        "content": Break(1, "content", "the content of entry 1 is not the one it was sealed with."),
        "seal": Break(1, "seal", "entry 1 was changed: its seal is another."),
        "link": Break(2, "link", "entry 2 does not follow from the entry before it: it names another seal."),
        "gap": Break(1, "gap", "entry 1 is missing: the next one is 2."),
    }


def test_a_cut_tail_is_seen_by_whoever_kept_a_head(entries):
    assert first_break(entries[:3]) is None
    found = first_break(entries[:3], [Head(5, entries[4].hash)])
    told = "the register ends at entry 3, but a head of entry 5 was kept: the tail was cut."
    assert found == Break(4, "tail", told)
    assert first_break([], [Head(5, entries[4].hash)]).number == 1


def test_a_register_sealed_anew_is_seen_by_whoever_kept_a_head(entries):
    anew, previous = [], GENESIS
    for entry in entries:
        anew.append(sealed(entry, title="أخرى", previous_hash=previous))
        previous = anew[-1].hash
    assert first_break(anew) is None
    assert first_break(anew, [Head(2, entries[1].hash)]).kind == "head"


def test_the_module_runs_without_the_portal_and_without_any_package():
    code = f"import runpy; runpy.run_path({chain.__file__!r})"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=False)
    assert done.stderr == b""


# --- the command -------------------------------------------------------------------------------------


def check(*options):
    out = io.StringIO()
    call_command("check_register", *options, stdout=out)
    return out.getvalue()


def refusal(*options):
    with pytest.raises(CommandError) as refused:
        check(*options)
    assert refused.value.returncode == 1
    return str(refused.value)


def test_the_command_prints_the_head(nefta):
    first = published(nefta)
    told = "The register is whole: 1 entry. Its head, to be kept elsewhere:\n"
    assert check() == f"{told}1:{first.hash}\n"
    second = published(nefta)
    assert check("--head", f"1:{first.hash}").splitlines()[-1] == f"2:{second.hash}"


def test_an_empty_register_is_whole(db):
    assert check() == "The register is empty.\n"


def test_a_head_of_an_empty_register_tells_that_it_was_emptied(db):
    assert "the tail was cut" in refusal("--head", f"2:{'a' * 64}")


@pytest.mark.parametrize("head", ["", "3", "x:y", f"0:{'0' * 64}", f"1:{'g' * 64}", f"1:{'a' * 63}"])
def test_what_is_no_head_is_refused(db, head):
    with pytest.raises(CommandError, match="a head is NUMBER:HASH"):
        check(f"--head={head}")
