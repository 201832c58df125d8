"""The addresses that a meeting may name."""

import pytest
from django.core.exceptions import ValidationError

from portal.meetings.addresses import check_https, check_map, map_address


@pytest.mark.parametrize(
    "address",
    ["https://maps.example/x?y=1#z", "geo:33.87,7.88", "geo:-33.8701,-7.8802?z=17", "geo:90,180"],
)
def test_a_map_is_an_https_address_or_a_place(address):
    check_map(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://maps.example/",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@maps.example/",
        "//maps.example/",
        "geo:91,0",
        "geo:0,181",
        "geo:33.87",
        "geo:٣٣,٧",
        "geo:1,2;u=35\nx",
        "data:text/html,x",
        " https://maps.example/",
    ],
)
def test_anything_else_is_refused(address):
    with pytest.raises(ValidationError):
        check_map(address)


def test_a_place_is_no_address_of_a_session():
    with pytest.raises(ValidationError):
        check_https("geo:33.87,7.88")


def test_a_place_is_shown_on_a_map_that_every_browser_opens():
    assert (
        map_address("geo:33.87,7.88")
        == "https://www.openstreetmap.org/?mlat=33.87&mlon=7.88#map=17/33.87/7.88"
    )
    assert map_address("https://maps.example/") == "https://maps.example/"
    assert map_address("") == ""
