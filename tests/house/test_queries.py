"""Questions are counted however many were asked before."""

from __future__ import annotations

import pytest
from django.db import connection

from portal.municipalities.models import Municipality
from tests.queries import asked

pytestmark = pytest.mark.django_db


def test_one_question_after_very_many_is_counted():
    with asked() as first:
        Municipality.objects.exists()
    connection.queries_log.extend([{"sql": "", "time": ""}] * connection.queries_limit)
    with asked() as last:
        Municipality.objects.exists()
    assert (len(first), len(last)) == (1, 1)


def test_who_counts_around_it_loses_nothing():
    with asked() as around:
        Municipality.objects.exists()
        with asked() as within:
            Municipality.objects.exists()
    assert (len(around), len(within)) == (2, 1)
