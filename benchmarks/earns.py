"""Defines the order of the sales. All drivers use the same number of cards, in the same state, and of users."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from benchmarks.data import CARD, CATEGORY, USERS, code_of, id_of, store_of, token_of

CENTS, POINTS = 2500, 25
CLIENTS = 16
CARDS_EACH = 60
SLICE = CLIENTS * CARDS_EACH
"""Cards of one measurement. Each measurement uses new cards, so that all start with equally short histories."""
LOOKED_UP = 64


@dataclass(frozen=True, slots=True)
class Sale:
    card: int
    user: int
    store: int


def sales(first_card: int, count: int) -> Iterator[Sale]:
    for number in range(count):
        user = number % USERS
        yield Sale(first_card + number % SLICE, user, store_of(user))


def _request(method: str, path: str, user: int, body: str, *headers: str) -> str:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        f"Authorization: Bearer {token_of(user)}",
        "Accept: application/json",
        "Accept-Language: fr",
        "User-Agent: benchmark",
        *headers,
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def earn_requests(first_card: int, count: int, pin: str = "") -> list[str]:
    """Each with its own idempotency key, and with `pin` unless it is empty."""
    also = f',"staff_pin":"{pin}"' if pin else ""
    return [
        _request(
            "POST",
            f"/api/v1/store/loyalty/cards/{id_of(CARD, sale.card)}/points",
            sale.user,
            f'{{"purchase_amount_cents":{CENTS},"category_ids":["{id_of(CATEGORY, sale.store)}"]{also}}}',
            f"Idempotency-Key: {uuid4()}",
        )
        for sale in sales(first_card, count)
    ]


def lookup_requests(count: int) -> list[str]:
    """By card code, as a scanner sends it."""
    return [
        _request("POST", "/api/v1/store/loyalty/cards/lookup", n % USERS, f'{{"query":"{code_of(n % LOOKED_UP)}"}}')
        for n in range(count)
    ]


def till_requests(count: int, users: int) -> list[str]:
    return [_request("GET", "/api/v1/store/loyalty/till", n % users, "") for n in range(count)]


def page_requests(count: int, cookies: list[str]) -> list[str]:
    return [
        "\r\n".join(
            [
                "GET /till HTTP/1.1",
                "Host: bench",
                f"Cookie: {cookies[n % len(cookies)]}",
                "Accept: text/html",
                "Accept-Language: fr",
                "User-Agent: benchmark",
                "",
                "",
            ]
        )
        for n in range(count)
    ]
