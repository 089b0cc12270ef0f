"""A till: what a colleague does at the counter."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.world.caller import Caller, Json, new_key

Card = Json
LUXEMBOURG = ZoneInfo("Europe/Luxembourg")


def shop_day(moment: str) -> str:
    """The day on which a moment of an answer falls at the shop: already the next one in the evening, in UTC."""
    return datetime.fromisoformat(moment).astimezone(LUXEMBOURG).date().isoformat()


class Till(Caller):
    """`card` is a card view, or its id."""

    async def me(self) -> Json:
        return await self.get("/auth/me")

    async def sign_out(self) -> None:
        await self.post("/auth/sign-out")

    async def program(self) -> Json:
        return await self.get("/store/loyalty/program")

    async def till(self, card: Card | str | None = None) -> Json:
        return await self.get("/store/loyalty/till", params={"card_id": id_of(card)} if card else None)

    async def find(self, query: str) -> list[Card]:
        cards: list[Json] = (await self.look_up(query))["cards"]
        return cards

    async def look_up(self, query: str) -> Json:
        return await self.post("/store/loyalty/cards/lookup", {"query": query})

    async def show(self, card: Card | str) -> Card:
        return await self.get(f"/store/loyalty/cards/{id_of(card)}")

    async def enroll(self, email: str | None = None, *, key: str | None = None, **person: Any) -> Card:
        body = {"email": email or f"{uuid4().hex}@example.com"} | person
        return await self.post("/store/loyalty/cards/enroll", body, key=key or new_key())

    async def earn(self, card: Card | str, *, cents: int, key: str | None = None, **body: Any) -> Json:
        path = f"/store/loyalty/cards/{id_of(card)}/points"
        return await self.post(path, {"purchase_amount_cents": cents} | body, key=key or new_key())

    async def stamp(self, card: Card | str, *, key: str | None = None, **body: Any) -> Json:
        return await self.post(f"/store/loyalty/cards/{id_of(card)}/stamps", body, key=key or new_key())

    async def redeem(self, card: Card | str, reward: str | None = None, *, key: str | None = None, **body: Any) -> Json:
        """A reward by its id, or without one the full stamp card."""
        body = ({"reward_id": reward} if reward else {"unit": "stamps"}) | body
        return await self.post(f"/store/loyalty/cards/{id_of(card)}/redemptions", body, key=key or new_key())

    async def void(self, booking: Json | str, *, key: str | None = None, **body: Any) -> Json:
        """A booking's answer, its transaction, or the transaction's id."""
        transaction = booking if isinstance(booking, str) else booking.get("transaction", booking)
        return await self.post(f"/store/loyalty/transactions/{id_of(transaction)}/void", body, key=key or new_key())

    async def return_order(self, order_reference: str, *, key: str | None = None, **body: Any) -> Json:
        told = {"order_reference": order_reference} | body
        return await self.post("/store/loyalty/returns", told, key=key or new_key())

    async def preview_return(self, order_reference: str, **body: Any) -> Json:
        return await self.post("/store/loyalty/returns/preview", {"order_reference": order_reference} | body)

    async def reserve(
        self, card: Card | str, reward: str | None = None, *, key: str | None = None, **body: Any
    ) -> Json:
        """A reward by its id, or without one the full stamp card."""
        body = ({"reward_id": reward} if reward else {"unit": "stamps"}) | body
        return await self.post(f"/store/loyalty/cards/{id_of(card)}/holds", body, key=key or new_key())

    async def confirm(self, card: Card | str, hold: Json | str, *, key: str | None = None, **body: Any) -> Json:
        path = f"/store/loyalty/cards/{id_of(card)}/holds/{id_of(hold)}/confirm"
        return await self.post(path, body, key=key or new_key())

    async def release(self, card: Card | str, hold: Json | str, *, key: str | None = None) -> Json:
        path = f"/store/loyalty/cards/{id_of(card)}/holds/{id_of(hold)}/release"
        return await self.post(path, {}, key=key or new_key())

    async def adjust(
        self, card: Card | str, points: int, reason: str = "Goodwill", *, key: str | None = None, **body: Any
    ) -> Json:
        path = f"/store/loyalty/cards/{id_of(card)}/adjustments"
        return await self.post(path, {"points": points, "reason": reason} | body, key=key or new_key())

    async def explain(self, card: Card | str) -> Json:
        return await self.get(f"/store/loyalty/cards/{id_of(card)}/explanation")

    async def history(self, card: Card | str, **params: Any) -> Json:
        return await self.get(f"/store/loyalty/cards/{id_of(card)}/transactions", params=params)

    async def bookings(self, **params: Any) -> Json:
        return await self.get("/store/loyalty/transactions", params=params)

    async def booking(self, transaction: Json | str) -> Json:
        return await self.get(f"/store/loyalty/transactions/{id_of(transaction)}")

    async def unlock(self, pin: str) -> None:
        await self.post("/store/loyalty/pins/verify", {"staff_pin": pin})

    async def take_over(self, user_id: Any, pin: str) -> "Till":
        """The till of a colleague after they have typed their PIN here; the present token opens nothing any more."""
        answer = await self.post("/store/loyalty/pins/switch", {"user_id": str(user_id), "staff_pin": pin})
        return Till(self.http, self._promises, answer["token"], **self._headers)

    async def set_own_pin(self, password: str, pin: str) -> None:
        await self.confirm_person(password)
        await self.ask("PUT", "/auth/me/pin", json={"pin": pin})

    async def confirm_person(self, password: str, **factor: Any) -> None:
        """For the next ten minutes the session may change its person's own account."""
        self.token = (await self.post("/auth/me/confirmation", {"password": password} | factor))["token"]

    async def state_of(self, key: str) -> str:
        return str((await self.get(f"/idempotency/{quote(key, safe='')}"))["state"])


class AnonymousCaller(Caller):
    """Without a token: a customer, or anybody."""

    async def program(self, store_code: str) -> Json:
        return await self.get(f"/storefront/loyalty/{store_code}/program")

    async def join(self, store_code: str, email: str | None = None, *, key: str | None = None, **person: Any) -> Json:
        body = {"email": email or f"{uuid4().hex}@example.com", "accept_terms": True} | person
        return await self.post(f"/storefront/loyalty/{store_code}/enroll", body, key=key)

    async def card_page(self, page_url: str) -> Json:
        return await self.get(f"/storefront/loyalty/cards/{page_url.rpartition('/')[2]}")

    async def lost_card(self, email: str, **where: str) -> None:
        await self.post("/storefront/loyalty/card-links", {"email": email} | where)

    async def sign_in(self, email: str, password: str, **body: str) -> Json:
        return await self.post("/auth/sign-in", {"email": email, "password": password} | body)


def id_of(thing: Json | str) -> str:
    return thing if isinstance(thing, str) else thing["id"]
