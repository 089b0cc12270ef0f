from datetime import UTC, datetime, timedelta

import pytest

from backend.devices.rules import CODE_LENGTH, CROCKFORD, TokenState, TokenUse, is_in_time, new_code, normalize_code

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ISSUED = TokenState(expires_at=NOON + timedelta(days=90))


def test_a_code_has_eight_characters_that_nobody_confuses() -> None:
    codes = [new_code() for _ in range(50)]
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert not {*"".join(codes)} - {*CROCKFORD}
    assert not {*"ILOU"} & {*CROCKFORD}
    assert len({*codes}) == len(codes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K3M9QXA", "7K3M9QXA"),
        ("7k3m-9qxa", "7K3M9QXA"),
        (" 7k3m 9qxa ", "7K3M9QXA"),
        ("oil0oil0", "01100110"),
        ("7K3M9QX", None),
        ("7K3M9QXAA", None),
        ("7K3M9QXU", None),
        ("7K3M9QXé", None),
        ("", None),
    ],
)
def test_how_a_code_is_typed_does_not_matter(typed: str, code: str | None) -> None:
    assert normalize_code(typed) == code


@pytest.mark.parametrize(("seconds", "is_accepted"), [(299, True), (300, True), (301, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_may_be_off_by_five_minutes(seconds: int, is_accepted: bool, sign: int) -> None:
    assert is_in_time(NOON + timedelta(seconds=sign * seconds), NOON) is is_accepted


@pytest.mark.parametrize(
    ("token", "days", "use"),
    [
        (ISSUED, 0, "valid"),
        (ISSUED, 89.999, "valid"),
        (ISSUED, 90, "may_roll"),
        (ISSUED, 179.999, "may_roll"),
        (ISSUED, 180, "ended"),
        (TokenState(ISSUED.expires_at, overlap_ends_at=NOON + timedelta(days=1)), 0.999, "valid"),
        (TokenState(ISSUED.expires_at, overlap_ends_at=NOON + timedelta(days=1)), 1, "may_roll"),
        (TokenState(ISSUED.expires_at, overlap_ends_at=NOON + timedelta(days=1)), 100, "may_roll"),
        (TokenState(ISSUED.expires_at, overlap_ends_at=NOON + timedelta(days=100)), 90, "may_roll"),
        (TokenState(ISSUED.expires_at, NOON + timedelta(days=1), ended_at=NOON), 0, "ended"),
    ],
)
def test_a_token_that_none_has_replaced_is_good_for_another(token: TokenState, days: float, use: TokenUse) -> None:
    assert token.use(NOON + timedelta(days=days)) == use
