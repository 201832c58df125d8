"""What script/server does before it serves."""

import socket

import pytest

from script import prepare


@pytest.fixture
def collections(monkeypatch, settings, tmp_path):
    """The commands that were called, with a place of its own for static files."""
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATIC_ROOT.mkdir()
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    (tmp_path / "source").mkdir()
    calls = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: calls.append(name))
    return calls


def test_a_free_port_passes():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert prepare.check_port(str(port)) is None


def test_a_taken_port_is_refused_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit, match="PORT=8001 script/server"):
            prepare.check_port(str(taken.getsockname()[1]))


@pytest.mark.parametrize("port", ["", "eighty", "99999"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(SystemExit, match="cannot be used"):
        prepare.check_port(port)


def test_static_files_are_collected_when_one_changed(collections, tmp_path):
    prepare.collect_static()
    prepare.collect_static()
    assert collections == ["collectstatic"]
    (tmp_path / "source" / "new.css").write_text("p {}")
    prepare.collect_static()
    assert collections == ["collectstatic", "collectstatic"]
