import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n.formatting import Formatter
from i18n.locales import LANGUAGES
from i18n.money import LARGEST_CENTS, AmountError, parse_amount

# Shared with every other reader of typed amounts: the page, the tablet, the import.
CASES = json.loads(Path(__file__).with_name("money_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [case for case in CASES if "cents" in case], ids=lambda case: ascii(case["text"]))
def test_an_amount_is_read_as_it_is_written_anywhere_around_luxembourg(case: dict[str, object]) -> None:
    assert parse_amount(str(case["text"])) == case["cents"]


@pytest.mark.parametrize("case", [case for case in CASES if "reason" in case], ids=lambda case: ascii(case["text"]))
def test_what_may_be_a_slip_of_the_finger_is_refused_with_its_reason(case: dict[str, object]) -> None:
    with pytest.raises(AmountError) as refusal:
        parse_amount(str(case["text"]))
    assert refusal.value.reason == case["reason"]
    assert isinstance(refusal.value, ValueError)


@given(cents=st.integers(min_value=1, max_value=LARGEST_CENTS), language=st.sampled_from(LANGUAGES))
def test_every_amount_orion_prints_is_read_back_to_the_cent(cents: int, language: str) -> None:
    assert parse_amount(Formatter(language).money(cents)) == cents


@given(text=st.text())
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        assert 0 < parse_amount(text) <= LARGEST_CENTS
    except AmountError as refusal:
        assert refusal.reason
