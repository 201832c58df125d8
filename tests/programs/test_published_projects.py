"""What the register keeps of a program's projects and resources."""

import json
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from programs.published_projects import projects_content, projects_context
from programs.services.money import save_envelope
from tests import factories
from tests.programs.project_rows import FUNDED, CardFactory, at_stage


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


def test_the_same_rows_give_the_same_content_and_it_can_be_shown(program, nefta):
    zone = factories.ZoneFactory(municipality=nefta, number=3, name_fr="Oasis")
    at_stage(CardFactory(program=program, number=1, zone=zone, title_fr="Pavage", **FUNDED), "prepare")
    CardFactory(program=program, number=2)
    values = {
        "total": Decimal(100),
        "by_category": {"roads": Decimal(100)},
        "by_zone": {zone.pk: Decimal(100)},
    }
    save_envelope(program=program, values=values, actor=None)
    content = projects_content(program)
    assert content == projects_content(program)
    assert [project["number"] for project in content["projects"]] == [1]
    kept = json.loads(json.dumps(content))
    with override("fr"):
        html = render_to_string("programs/published_projects.html", projects_context(kept, "TN"))
    for text in ("Pavage", "Oasis", "84\u202f000,000", "100,000"):
        assert text in html


def test_a_program_without_projects_keeps_nothing_of_them(program, nefta):
    content = projects_content(program)
    assert content == {"currency": "TND", "resources": None, "projects": []}
    assert projects_context({}, "TN")["projects"] == []
