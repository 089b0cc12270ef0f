"""Rows of merchants with their stores, programs and rewards."""

from benchmarks.data import (
    CATEGORIES_EACH,
    CATEGORY,
    MADE_AT,
    MERCHANT,
    MERCHANTS,
    PROGRAM,
    REWARD,
    REWARDS_EACH,
    STORE,
    STORES,
    Rows,
    id_of,
)


def merchant_rows() -> dict[str, Rows]:
    return {
        "merchants": _merchants(),
        "policies": _policies(),
        "programs": _programs(),
        "terms_versions": _terms_versions(),
        "stores": _stores(),
        "categories": _categories(),
        "rewards": _rewards(),
    }


def _texts(text: str) -> str:
    return f'{{"en": "{text}", "fr": "{text} (fr)", "de": "{text} (de)", "lb": "{text} (lb)"}}'


def _merchants() -> Rows:
    return [
        {
            "id": id_of(MERCHANT, n),
            "code": f"bench-{n}",
            "name": f"Merchant {n}",
            "timezone": "Europe/Luxembourg",
            "default_language": "fr",
            "currency": "EUR",
            "created_at": MADE_AT,
            "version": 1,
            "updated_at": MADE_AT,
        }
        for n in range(MERCHANTS)
    ]


def _policies() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n),
            "staff_pin_policy": "optional",
            "lockout_attempts": 5,
            "lockout_minutes": 30,
            "allow_self_enrollment": True,
            "allow_void_transactions": True,
            "allow_cross_location_redemption": True,
            "require_order_reference": False,
            "log_ip_addresses": False,
            "lock_after_minutes": 2,
            "version": 1,
            "updated_at": MADE_AT,
        }
        for n in range(MERCHANTS)
    ]


def _programs() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n),
            "id": id_of(PROGRAM, n),
            "type": "hybrid",
            "name": "Club",
            "card_name": "Club card",
            "card_color": "#414FD2",
            "terms_text": _texts("One point for each euro."),
            "default_language": "fr",
            "terms_version": 1,
            "is_active": True,
            "created_at": MADE_AT,
        }
        for n in range(MERCHANTS)
    ]


def _terms_versions() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n),
            "program_id": id_of(PROGRAM, n),
            "version": 1,
            "points_numerator": 1,
            "points_denominator": 1,
            "minimum_purchase_cents": 0,
            "minimum_redemption_points": 50,
            "welcome_bonus_points": 0,
            "stamps_target": 10,
            "stamp_reward": _texts("A free coffee"),
            "stamp_reward_value_cents": 400,
            "cooldown_minutes": 15,
            "max_daily_stamps": 5,
            "expiry_kind": "inactivity",
            "expiry_days": 365,
            "return_policy": "debt",
            "published_at": MADE_AT,
        }
        for n in range(MERCHANTS)
    ]


def _stores() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "id": id_of(STORE, n),
            "code": f"BENCH{n}",
            "name": f"Store {n}",
            "timezone": "Europe/Luxembourg",
            "is_active": True,
            "created_at": MADE_AT,
            "version": 1,
            "updated_at": MADE_AT,
        }
        for n in range(STORES)
    ]


def _categories() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n % MERCHANTS),
            "id": id_of(CATEGORY, n + STORES * position),
            "store_id": id_of(STORE, n),
            "name": _texts(f"Category {position}"),
            "position": position + 1,
            "is_active": True,
        }
        for n in range(STORES)
        for position in range(CATEGORIES_EACH)
    ]


def _rewards() -> Rows:
    return [
        {
            "merchant_id": id_of(MERCHANT, n),
            "id": id_of(REWARD, n + MERCHANTS * place),
            "program_id": id_of(PROGRAM, n),
            "name": _texts(f"Reward {place}"),
            "description": _texts("Handed over at the till."),
            "points_required": 100 * (place + 1),
            "value_cents": 500,
            "is_active": True,
            "position": place + 1,
            "is_on_passes": True,
            "version": 1,
            "created_at": MADE_AT,
            "updated_at": MADE_AT,
        }
        for n in range(MERCHANTS)
        for place in range(REWARDS_EACH)
    ]
