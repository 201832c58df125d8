import pytest

from portal.importing.merge import Outcome, is_empty, merge

KEEP, TAKE, CONFLICT = Outcome.KEEP, Outcome.TAKE, Outcome.CONFLICT

CASES = [
    # base, ours, theirs
    ("a", "a", "a", KEEP),
    ("a", "a", "b", TAKE),
    ("a", "ours", "a", KEEP),
    ("a", "ours", "b", CONFLICT),
    ("a", "b", "b", KEEP),
    ("a", "a", "", KEEP),
    ("a", "ours", "", KEEP),
    ("a", "", "b", CONFLICT),
    ("a", "", "a", KEEP),
    ("", "", "b", TAKE),
    ("", "ours", "b", CONFLICT),
    (None, "", "b", TAKE),
    (None, "ours", "b", CONFLICT),
    (None, "b", "b", KEEP),
    (None, None, False, TAKE),
    (False, False, True, TAKE),
    (True, False, None, KEEP),
    (["a"], ["a"], ["a", "b"], TAKE),
    (["a"], ["a"], [], KEEP),
]


@pytest.mark.parametrize(("base", "ours", "theirs", "outcome"), CASES)
def test_merge(base, ours, theirs, outcome):
    assert merge(base=base, ours=ours, theirs=theirs) is outcome


def test_no_and_nothing_are_statements():
    assert [is_empty(value) for value in (None, "", [], (), False, 0)] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
