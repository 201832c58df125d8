from portal.importing.refusals import LONGEST_QUOTE, ImportRefused


def test_a_refusal_says_where_and_what_was_expected():
    refusal = ImportRefused(
        file="calendar.csv", line=7, column=4, expected="a day that exists", found="2021/02/31"
    )

    assert str(refusal) == "calendar.csv:7:4: expected a day that exists, found “2021/02/31”"


def test_a_refusal_without_anything_to_quote():
    refusal = ImportRefused(file="calendar.csv", line=1, column=1, expected="a table")

    assert str(refusal) == "calendar.csv:1:1: expected a table"


def test_a_quotation_is_short_and_on_one_line():
    refusal = ImportRefused(file="f", line=1, column=1, expected="x", found="a\n" * 100)

    assert "\n" not in str(refusal)
    assert len(refusal.found) == LONGEST_QUOTE


def test_half_a_surrogate_pair_can_be_refused_in_a_page():
    refused = ImportRefused(file="x.json", line=1, column=1, expected="a text", found="a\ud800b\0")
    assert refused.message.encode()
    assert refused.found == "ab"
