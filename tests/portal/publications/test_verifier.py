"""The verifier: one file that anybody runs on their own computer, with Python and nothing else."""

import ast
import json
import subprocess
import sys
import zlib

import pytest

from portal.municipalities.models import Municipality
from portal.papers.orders import Copy
from portal.publications import chain
from portal.publications.codes import code_of
from tests.portal.publications.registers import published, tamper
from tests.portal.publications.test_certificate import _printer, printed  # noqa: F401

ENTRIES = "/fr/publications/entries.json"


@pytest.fixture
def saved(client, nefta, kenitra, tmp_path):
    """A register of three entries and the verifier, as somebody saved them."""
    publications = [published(town) for town in (nefta, kenitra, nefta)]
    (tmp_path / "verifier.py").write_bytes(client.get("/fr/verify/verifier.py").content)
    (tmp_path / "entries.json").write_bytes(client.get(ENTRIES).content)
    (tmp_path / "content.json").write_text(publications[2].content, encoding="utf-8")
    return publications


@pytest.fixture
def check(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-I", "-S", "verifier.py", "entries.json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    return run


def pdf(*parts):
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\n%%EOF"


def stream(dictionary, content, number=7):
    return b"%d 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj" % (
        number,
        dictionary,
        len(content),
        content,
    )


def attached(content):
    return stream(b"/Type /EmbeddedFile/Filter /FlateDecode", zlib.compress(content))


def link(code):
    address = f"/A <</S /URI/URI (https://portal.example/fr/verify/{code}/)>>".encode()
    return stream(b"/Type /ObjStm/Filter /FlateDecode", zlib.compress(address), 8)


# --- handed out --------------------------------------------------------------------------------------


def test_it_is_handed_out_as_a_file(client, db):
    response = client.get("/ar/verify/verifier.py")
    assert response["Content-Disposition"] == 'attachment; filename="verifier.py"'
    assert response["Content-Type"].startswith("text/x-python")
    assert client.get("/ar/verify/verifier.py", HTTP_IF_NONE_MATCH=response["ETag"]).status_code == 304
    assert client.post("/ar/verify/verifier.py").status_code == 405


def test_it_is_one_file_of_the_standard_library_for_old_pythons_too(client, db):
    tree = ast.parse(client.get("/ar/verify/verifier.py").content, feature_version=(3, 8))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names
    assert not names & {"socket", "urllib", "http", "ssl"}


# --- the register ------------------------------------------------------------------------------------


def test_a_whole_register_with_its_content_and_head(saved, check):
    newest = saved[2]
    status, told = check("--head", f"3:{newest.hash}", "--content", "content.json")
    assert (status, told.splitlines()[0]) == (0, f"Whole. 3:{newest.hash}")
    assert "content.json: it is what was published with entry" in told


def test_a_changed_entry_is_found(saved, check, client, tmp_path, triggers_off):
    tamper(triggers_off, "UPDATE publications_publication SET at = '2020-01-01 00:00:00+00' WHERE number = 2")
    Municipality.objects.update(revision=99)
    (tmp_path / "entries.json").write_bytes(client.get(ENTRIES).content)
    assert check() == (1, "Broken: entry 2 was changed: its seal is another.\n")


def test_a_cut_tail_is_found_by_who_kept_a_head(saved, check, tmp_path):
    register = json.loads((tmp_path / "entries.json").read_text())
    register["entries"].pop()
    (tmp_path / "entries.json").write_text(json.dumps(register))
    assert check()[0] == 0
    status, told = check("--head", f"3:{saved[2].hash}")
    assert status == 1
    assert "the tail was cut" in told


def test_a_changed_content_is_found(saved, check, tmp_path):
    content = (tmp_path / "content.json").read_text()
    (tmp_path / "content.json").write_text(content.replace("2027", "2028"))
    assert check("--content", "content.json") == (
        1,
        f"Whole. 3:{saved[2].hash}\ncontent.json: the register does not know it.\n",
    )


# --- files -------------------------------------------------------------------------------------------


def test_a_file_named_in_a_content_is_known_and_a_changed_one_is_not(client, nefta, check, tmp_path, saved):
    evidence = b"\x89PNG evidence"
    digest = chain.hashlib.sha256(evidence).hexdigest()
    published(nefta, content={"documents": [{"files": [{"sha256": digest}]}]})
    (tmp_path / "entries.json").write_bytes(client.get(ENTRIES).content)
    content = client.get("/fr/m/nefta/publications/4/content.json").content
    (tmp_path / "content.json").write_bytes(content)
    (tmp_path / "photo.png").write_bytes(evidence)
    status, told = check("--content", "content.json", "--file", "photo.png")
    assert status == 0
    assert "photo.png: it is named in what was published with entry 4" in told
    (tmp_path / "photo.png").write_bytes(evidence + b".")
    status, told = check("--content", "content.json", "--file", "photo.png")
    assert (status, told.splitlines()[-1]) == (1, "photo.png: the register does not know it.")


def test_an_archive_copy_is_known_by_its_data(saved, check, tmp_path):
    (tmp_path / "certificate.pdf").write_bytes(printed(saved[2], copy=Copy.ARCHIVE))
    status, told = check("--file", "certificate.pdf")
    assert status == 0
    assert "certificate.pdf: it carries exactly what was published with entry" in told


def test_a_changed_archive_copy_is_found(saved, check, tmp_path):
    """Its data is another than what the entry that it leads to sealed."""
    code = code_of(saved[0])
    (tmp_path / "paper.pdf").write_bytes(pdf(attached(b'{"year":2028}'), link(code)))
    status, told = check("--file", "paper.pdf")
    assert status == 1
    assert "it leads to entry 1, but the data within it is not what that one sealed" in told
    content = bytearray(printed(saved[2], copy=Copy.ARCHIVE))
    place = content.index(b"stream", content.index(b"/EmbeddedFile")) + 20
    content[place] ^= 1
    (tmp_path / "paper.pdf").write_bytes(bytes(content))
    assert check("--file", "paper.pdf")[0] == 1


def test_a_copy_for_reading_cannot_be_compared(saved, check, tmp_path):
    (tmp_path / "paper.pdf").write_bytes(printed(saved[2]))
    status, told = check("--file", "paper.pdf")
    assert status == 1
    assert "it leads to entry 3 and carries no data" in told


@pytest.mark.parametrize(
    "arguments", [["--head", "3"], ["--file", "nowhere.pdf"], ["nowhere.json"], ["--content", "nowhere"]]
)
def test_what_it_cannot_use_it_says(saved, check, arguments):
    status, told = check(*arguments)
    assert status == 2
    assert "usage:" in told


# --- reading PDFs ------------------------------------------------------------------------------------


def test_what_a_pdf_holds():
    content = pdf(attached(b"data"), stream(b"/Type /EmbeddedFile", b"plain"), link("42-7K3Q-9XPD"))
    document = chain.read_document(content)
    assert (document.attached, document.codes) == ((b"data", b"plain"), ("42-7K3Q-9XPD",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pdf",
        pdf(b"stream\n", b"/EmbeddedFile stream\n"),
        pdf(stream(b"/Type /EmbeddedFile/Filter /FlateDecode", b"damaged")),
        pdf(b"1 0 obj <</EmbeddedFile/Length 99999999999>>\nstream\nshort"),
    ],
)
def test_damaged_files_are_read_as_far_as_they_go(content):
    document = chain.read_document(content)
    assert document.sha256 == chain.hashlib.sha256(content).hexdigest()
    assert document.codes == ()


def test_a_file_that_unpacks_without_end_is_left(monkeypatch):
    monkeypatch.setattr(chain, "MOST_UNPACKED", 1000)
    document = chain.read_document(pdf(*[attached(bytes(10_000_000)) for _ in range(3)]))
    assert sum(map(len, document.attached)) <= 1000
