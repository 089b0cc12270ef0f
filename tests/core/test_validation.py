"""All that is wrong with a body, in one answer: where, why by code, and a sentence for the person who typed it."""

from typing import Any

import msgspec
import pytest

from backend.administration.schemas.merchants import MerchantDraft
from backend.core.field_messages import with_sentence
from backend.core.validation import schema_errors
from backend.loyalty.enrollment.schemas import Enroll
from backend.loyalty.fraud_limits.schemas import FraudLimitList
from backend.loyalty.ledger.schemas.bookings import Adjustment, Earn, Redemption
from backend.loyalty.rewards.schemas import RewardDraft
from backend.settings.schemas import SettingsChange
from i18n.locales import LANGUAGES
from tests.world.caller import Json

STORE = {"code": "THILL", "name": "Thill", "country": "LU"}


@pytest.mark.parametrize(
    ("schema", "body", "errors"),
    [
        (Adjustment, {"reason": "Gift"}, ["/points required"]),
        (Adjustment, {"reason": "Gift", "points": None}, ["/points required"]),
        (Earn, {"purchase_amount_cents": 0}, ["/purchase_amount_cents too_small"]),
        (Earn, {"purchase_amount_cents": 1}, []),
        (Earn, {"purchase_amount_cents": 100_000_000}, []),
        (Earn, {"purchase_amount_cents": 100_000_001}, ["/purchase_amount_cents too_large"]),
        (Earn, {"purchase_amount_cents": True}, ["/purchase_amount_cents wrong_type"]),
        (Earn, {"purchase_amount_cents": 1, "no~t/a": 1}, ["/no~0t~1a unknown_field"]),
        (Earn, {"purchase_amount_cents": 1, "category_ids": ["x"]}, ["/category_ids/0 invalid_format"]),
        (Earn, {"purchase_amount_cents": 1, "category_ids": [None]}, ["/category_ids/0 required"]),
        (Earn, {"purchase_amount_cents": 1, "category_ids": [""] * 11}, ["/category_ids too_many"]),
        (Earn, {"purchase_amount_cents": 1, "occurred_at": "today"}, ["/occurred_at invalid_format"]),
        (Earn, {"purchase_amount_cents": 1, "notes": "n" * 501}, ["/notes too_long"]),
        (Earn, {"purchase_amount_cents": 1, "order_reference": " "}, ["/order_reference required"]),
        (Earn, [], [" wrong_type"]),
        (
            Earn,
            {"purchase_amount_cents": "2550", "staff_pin": "12", "override": {"pin": "x"}},
            [
                "/purchase_amount_cents wrong_type",
                "/staff_pin invalid_format",
                "/override/email required",
                "/override/pin invalid_format",
            ],
        ),
        (Redemption, {"unit": "miles"}, ["/unit not_one_of"]),
        (Redemption, {"unit": None}, ["/unit required"]),
        (Enroll, {"email": ""}, ["/email required"]),
        (Enroll, {"email": "marie", "first_name": ""}, ["/email invalid_format", "/first_name required"]),
        (Enroll, {"email": "m@www.example", "birth_date": "1990-02-31"}, ["/birth_date invalid_format"]),
        (
            RewardDraft,
            {"points_required": 1, "name": {"fr": " ", "xx": 1}},
            ["/name/fr required", "/name/xx unknown_field"],
        ),
        (
            MerchantDraft,
            {"name": " ", "store": {**STORE, "country": "Luxembourg"}},
            [
                *("/name required", "/code required", "/language required"),
                *("/store/country invalid_format", "/owner required"),
            ],
        ),
        (
            SettingsChange,
            {"values": {"a/b": [], "c": None, "d": 1.5}},
            ["/values/a~1b wrong_type", "/values/d wrong_type"],
        ),
        (FraudLimitList, {"limits": [{}, 7]}, ["/limits/0/", "/limits/1 wrong_type"]),
    ],
)
def test_every_error_of_a_body_is_named_with_its_place(schema: Any, body: Json, errors: list[str]) -> None:
    found = [f"{error.pointer} {error.code}" for error in schema_errors(body, schema)]
    assert [each for each in errors if not any(one.startswith(each) for one in found)] == []
    assert [one for one in found if not any(one.startswith(each) for each in errors)] == []


def test_what_a_schema_checks_by_itself_has_its_place_and_format() -> None:
    (error,) = schema_errors({"email": "marie@" + "x" * 64 + ".lu"}, Enroll)
    assert (error.pointer, error.code, error.expected) == ("/email", "invalid_format", "email")


@pytest.mark.parametrize(
    ("body", "sentence", "facts"),
    [
        ({"purchase_amount_cents": 1, "order_reference": ""}, "Bitte füllen Sie dieses Feld aus.", {}),
        (
            {"purchase_amount_cents": 0},
            "Geben Sie eine ganze Zahl von 1 bis 100.000.000 ein.",
            {"min": 1, "max": 10**8},
        ),
        ({"purchase_amount_cents": 1, "notes": "n" * 501}, "Geben Sie höchstens 500 Zeichen ein.", {"max": 500}),
        ({"purchase_amount_cents": 1, "staff_pin": "12"}, "Eine PIN hat 4 bis 8 Ziffern.", {"expected": "pin"}),
    ],
)
def test_the_sentence_is_the_readers_and_the_bounds_are_facts(body: Json, sentence: str, facts: Json) -> None:
    (error,) = schema_errors(body, Earn)
    assert with_sentence(error, "de").detail == sentence
    assert facts.items() <= msgspec.to_builtins(error).items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_shows_a_pattern_or_a_placeholder(language: str) -> None:
    body = {"purchase_amount_cents": "1", "staff_pin": "x", "order_reference": "--", "unknown": 1, "category_ids": 7}
    for error in (*schema_errors(body, Earn), *schema_errors({"unit": "miles"}, Redemption)):
        detail = with_sentence(error, language).detail
        assert detail
        assert not set("^$%\\") & set(detail)
