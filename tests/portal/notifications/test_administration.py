"""What a deployment is warned of, and what the platform administrator sees of letters: nobody's address."""

import pytest
from django.core.checks import run_checks

from portal.notifications.admin import shortened
from tests.factories import MembershipFactory, UserFactory
from tests.portal.notifications.subscribers import DeliveryFactory

ADDRESSES = ("/admin/notifications/subscription/", "/admin/notifications/delivery/")


def found():
    return [message.id for message in run_checks(tags=["notifications"], include_deployment_checks=True)]


def test_a_deployment_without_its_address_is_warned(settings):
    settings.SITE_URL = ""
    assert found() == ["notifications.W001"]


def test_a_deployment_that_knows_its_address_is_not(settings):
    assert found() == []


def test_development_is_not_warned(settings):
    settings.SITE_URL = ""
    assert run_checks(tags=["notifications"]) == []


@pytest.mark.parametrize(
    ("email", "shown"), [("amel@example.org", "a…@example.org"), ("a@x.tn", "a…@x.tn"), ("", "")]
)
def test_an_address_is_shortened(email, shown):
    assert shortened(email) == shown


@pytest.mark.django_db
class TestAdmin:
    @pytest.fixture
    def letter(self):
        return DeliveryFactory(
            subscription__email="amel.ben.salah@example.org", body="secret https://x/stop/"
        )

    @pytest.fixture
    def administrator(self, client):
        client.force_login(UserFactory(is_superuser=True))
        return client

    def test_the_platform_administrator_sees_no_address_in_full(self, administrator, letter):
        pages = [
            *ADDRESSES,
            f"{ADDRESSES[0]}{letter.subscription.pk}/change/",
            f"{ADDRESSES[1]}{letter.pk}/change/",
        ]
        for page in pages:
            response = administrator.get(page)
            text = response.content.decode()
            assert response.status_code == 200
            assert "a…@example.org" in text
            for secret in (letter.subscription.email, letter.subscription.token, "secret"):
                assert secret not in text

    def test_nobody_writes(self, administrator, letter):
        for address, row in zip(ADDRESSES, (letter.subscription, letter), strict=True):
            assert administrator.get(f"{address}add/").status_code == 403
            assert administrator.post(f"{address}{row.pk}/change/", {}).status_code == 403
            assert administrator.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("role", ["municipal_admin", "auditor", "editor"])
    def test_no_member_sees_it(self, client, letter, role):
        client.force_login(MembershipFactory(municipality=letter.municipality, role=role).user)
        assert [client.get(address).status_code for address in ADDRESSES] == [403, 403]
