"""The units of systemd, its own tool's word on them, and what they start."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

PROJECT = Path(settings.PROJECT_DIR)
UNITS = sorted((PROJECT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def read(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(unit.read_text())
    return parser


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_finds_no_fault_with_them(tmp_path):
    """The programs they start are those of this checkout, since systemd looks whether they are there."""
    for unit in UNITS:
        text = unit.read_text().replace("/srv/musharaka", str(PROJECT)).replace("User=musharaka", "User=root")
        (tmp_path / unit.name).write_text(text.replace("Group=musharaka", "Group=root"))
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    ours = [line for line in (told.stdout + told.stderr).splitlines() if "musharaka" in line]
    assert ours == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_service_is_shut_in(unit):
    service = read(unit)["Service"]
    assert service["User"] == "musharaka"
    for key, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "EnvironmentFile": "/etc/musharaka/environment",
    }.items():
        assert service[key] == value


def test_each_timer_has_its_service_and_every_command_is_there():
    names = {unit.name for unit in UNITS}
    for unit in UNITS:
        if unit.suffix == ".timer":
            assert f"{unit.stem}.service" in names
        if unit.suffix == ".socket":
            assert read(unit.with_suffix(".service"))["Unit"]["Requires"] == unit.name
    # The order of words is that of the lines: python manage.py COMMAND.
    started = [read(unit)["Service"]["ExecStart"].split() for unit in SERVICES]
    commands = {words[2] for words in started if words[1] == "manage.py"}
    assert commands == {"work", "run_due", "backup"}
    assert commands <= set(get_commands())
