"""script/translations --check finds each way in which a catalogue falls behind the source."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from script.check_translations import faults


def write(
    folder: Path, texts: dict[str, str], fuzzy: bool = False, compiled: dict[str, str] | None = None
) -> Path:
    """A French catalogue of these translations; compiled from them too, unless others are given."""
    target = folder / "fr" / "LC_MESSAGES"
    target.mkdir(parents=True)
    for ending, write_file, translations in [
        ("po", write_po, texts),
        ("mo", write_mo, texts if compiled is None else compiled),
    ]:
        catalogue = Catalog(locale="fr")
        for text, translation in translations.items():
            catalogue.add(text, translation, flags=["fuzzy"] if fuzzy else [])
        with (target / f"django.{ending}").open("wb") as file:
            write_file(file, catalogue)
    return folder


def test_a_complete_catalogue_has_no_fault(tmp_path):
    committed, fresh = write(tmp_path / "a", {"Yes": "Oui"}), write(tmp_path / "b", {"Yes": ""})
    assert list(faults(committed, fresh, "fr")) == []


@pytest.mark.parametrize(
    ("committed", "fresh", "fault"),
    [
        ({"texts": {"Yes": "Oui"}}, {"Yes": "", "No": ""}, ("new in the source", "“No”")),
        ({"texts": {"Yes": "Oui", "No": "Non"}}, {"Yes": ""}, ("gone from the source", "“No”")),
        ({"texts": {"Yes": ""}}, {"Yes": ""}, ("not translated", "“Yes”")),
        ({"texts": {"Yes": "Oui"}, "fuzzy": True}, {"Yes": ""}, ("marked fuzzy", "“Yes”")),
        ({"texts": {"Yes": "Oui"}, "compiled": {"Yes": "Si"}}, {"Yes": ""}, ("not compiled", "“Yes”")),
    ],
)
def test_a_catalogue_behind_the_source(tmp_path, committed, fresh, fault):
    assert list(faults(write(tmp_path / "a", **committed), write(tmp_path / "b", fresh), "fr")) == [fault]


@pytest.mark.parametrize("translation", ["jours", "%(jours)s jours"])
def test_a_placeholder_lost_in_translation(tmp_path, translation):
    committed = write(tmp_path / "a", {"%(days)s days": translation})
    fresh = write(tmp_path / "b", {"%(days)s days": ""})
    assert list(faults(committed, fresh, "fr")) == [("other placeholders", "“%(days)s days”")]
