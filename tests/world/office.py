"""Offices: the owner's, and the platform's that acts on behalf of a merchant."""

from typing import Any, Self
from uuid import UUID

from tests.world.caller import Caller, Json, new_key
from tests.world.till import Card, id_of


class Office(Caller):
    """The owner's. `card` is a card view, or its id."""

    audience = "merchant"

    @classmethod
    def of(cls, colleague: Caller) -> Self:
        """The same person, who has signed in at a till."""
        return cls(colleague.http, colleague._promises, colleague.token)

    async def show(self, card: Card | str) -> Card:
        return await self.get(f"/{self.audience}/loyalty/cards/{id_of(card)}")

    async def history(self, card: Card | str, **params: Any) -> Json:
        return await self.get(f"/{self.audience}/loyalty/cards/{id_of(card)}/transactions", params=params)

    async def explain(self, card: Card | str) -> Json:
        return await self.get(f"/{self.audience}/loyalty/cards/{id_of(card)}/explanation")

    async def find(self, query: str) -> list[Card]:
        cards: list[Json] = (await self.post("/merchant/loyalty/cards/lookup", {"query": query}))["cards"]
        return cards

    async def adjust(self, card: Card | str, points: int, reason: str = "Goodwill", *, key: str | None = None) -> Json:
        return await self._change(card, "adjustments", {"points": points, "reason": reason}, key)

    async def deactivate(self, card: Card | str, reason: str = "Reported stolen", *, key: str | None = None) -> Json:
        return await self._change(card, "deactivate", {"reason": reason}, key)

    async def reactivate(self, card: Card | str, reason: str = "Found again", *, key: str | None = None) -> Json:
        return await self._change(card, "reactivate", {"reason": reason}, key)

    async def merge(self, kept: Card | str, other: Card | str, *, key: str | None = None) -> Json:
        return await self._change(kept, "merge", {"other_card_id": id_of(other), "reason": "Enrolled twice"}, key)

    async def reverse(self, merge: Json | str, *, key: str | None = None) -> Json:
        merge_id = merge if isinstance(merge, str) else merge["merge_id"]
        path = f"/merchant/loyalty/merges/{merge_id}/reverse"
        return await self.post(path, {"reason": "Two people of one name"}, key=key or new_key())

    async def bulk(self, action: str, cards: list[Any], *, key: str | None = None, **body: Any) -> Json:
        ids = [id_of(card) if not isinstance(card, UUID) else str(card) for card in cards]
        told = {"action": action, "card_ids": ids, "reason": "Spring cleaning"} | body
        return await self.post("/merchant/loyalty/cards/bulk", told, key=key or new_key())

    async def today(self) -> Json:
        return await self.get("/merchant/loyalty/today")

    async def fraud_limits(self) -> list[Json]:
        limits: list[Json] = (await self.get("/merchant/loyalty/fraud-limits"))["limits"]
        return limits

    async def set_fraud_limits(self, *limits: Json) -> list[Json]:
        path = "/merchant/loyalty/fraud-limits"
        answer = await self.ask("PUT", path, json={"limits": limits}, headers={"if-match": "*"})
        saved: list[Json] = answer["limits"]
        return saved

    async def rewards(self, **asked: Any) -> Json:
        """A page of the list."""
        return await self.get("/merchant/loyalty/rewards", params=asked)

    async def reward(self, reward: Json | str) -> Json:
        return await self.get(f"/merchant/loyalty/rewards/{id_of(reward)}")

    async def add_reward(
        self, name: str | Json = "Scarf", points: int = 200, *, key: str | None = None, **told: Any
    ) -> Json:
        body = {"name": {"en": name} if isinstance(name, str) else name, "points_required": points} | told
        return await self.post("/merchant/loyalty/rewards", body, key=key)

    async def change_reward(self, reward: Json, **fields: Any) -> Json:
        """As it was seen: `reward` tells its version."""
        path = f"/merchant/loyalty/rewards/{id_of(reward)}"
        return await self.ask("PATCH", path, json=fields, headers=_if_match(reward))

    async def archive(self, reward: Json) -> Json:
        path = f"/merchant/loyalty/rewards/{id_of(reward)}/archive"
        return await self.ask("PUT", path, headers=_if_match(reward))

    async def restore_reward(self, reward: Json) -> Json:
        path = f"/merchant/loyalty/rewards/{id_of(reward)}/archive"
        return await self.ask("DELETE", path, headers=_if_match(reward))

    async def move_reward(self, reward: Json | str, position: int) -> Json:
        path = f"/merchant/loyalty/rewards/{id_of(reward)}/position"
        return await self.ask("PUT", path, json={"position": position})

    async def upload(self, file: bytes, name: str = "photo.jpg") -> Json:
        return await self.ask("POST", "/merchant/loyalty/pictures", files={"file": (name, file)})

    async def try_terms(self, *, key: str | None = None, **draft: Any) -> Json:
        return await self.post("/merchant/loyalty/program/preview", draft, key=key or new_key())

    async def preview(self, preview: Json | str) -> Json:
        return await self.get(f"/merchant/loyalty/program/previews/{id_of(preview)}")

    async def _change(self, card: Card | str, what: str, body: Json, key: str | None) -> Json:
        return await self.post(f"/{self.audience}/loyalty/cards/{id_of(card)}/{what}", body, key=key or new_key())


def _if_match(row: Json) -> dict[str, str]:
    return {"if-match": f'"{row["version"]}"'}


class PlatformOffice(Office):
    audience = "admin"

    async def restore(
        self, card: Card | str, points: int, reason: str = "Was in hospital", *, key: str | None = None
    ) -> Json:
        return await self._change(card, "restore-points", {"points": points, "reason": reason}, key)
