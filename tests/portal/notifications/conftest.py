import pytest

from tests.portal.notifications import subscribers


@pytest.fixture(autouse=True)
def _a_topic(settings):
    settings.TOPICS = subscribers.TOPICS
    settings.SITE_URL = "https://portal.example"
    subscribers.welcomed.clear()
