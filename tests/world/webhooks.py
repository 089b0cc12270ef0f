"""The owner's endpoints for events."""

from typing import Any

from tests.world.caller import Json
from tests.world.office import Office
from tests.world.till import id_of

EVERY_TYPE = (
    *("card.enrolled", "welcome_bonus.given", "points.earned", "stamp.added", "reward.ready", "reward.redeemed"),
    *("hold.created", "hold.released", "transaction.voided", "return.undone", "points.adjusted", "points.restored"),
    *("points.expiring", "points.expired", "card.replaced", "card.deactivated", "card.reactivated"),
    *("card.links_ended", "card.frozen", "card.unfrozen", "cards.merged", "merge.reversed", "customer.changed"),
    *("customer.erased", "consent.given", "consent.withdrawn"),
)
PATH = "/merchant/webhooks"


class WebhookOffice(Office):
    async def event_types(self) -> list[Json]:
        types: list[Json] = (await self.get(f"{PATH}/event-types"))["data"]
        return types

    async def endpoints(self, **asked: Any) -> Json:
        return await self.get(f"{PATH}/endpoints", params=asked)

    async def add_endpoint(self, url: str = "https://shop.example/orion", *types: str, **told: Any) -> Json:
        body = {"url": url, "event_types": list(types or EVERY_TYPE)} | told
        return await self.post(f"{PATH}/endpoints", body)

    async def endpoint(self, endpoint: Json | str) -> Json:
        return await self.get(f"{PATH}/endpoints/{id_of(endpoint)}")

    async def change_endpoint(self, endpoint: Json, **fields: Any) -> Json:
        """As it was seen: `endpoint` tells its version."""
        headers = {"if-match": f'"{endpoint["version"]}"'}
        return await self.ask("PATCH", f"{PATH}/endpoints/{id_of(endpoint)}", json=fields, headers=headers)

    async def delete_endpoint(self, endpoint: Json | str) -> None:
        await self.ask("DELETE", f"{PATH}/endpoints/{id_of(endpoint)}")

    async def rotate_secret(self, endpoint: Json | str, overlap_hours: int = 24) -> Json:
        return await self.post(f"{PATH}/endpoints/{id_of(endpoint)}/secret", {"overlap_hours": overlap_hours})

    async def end_former_secret(self, endpoint: Json | str) -> Json:
        return await self.ask("DELETE", f"{PATH}/endpoints/{id_of(endpoint)}/former-secret")

    async def deliveries(self, endpoint: Json | str, **asked: Any) -> list[Json]:
        """The newest first."""
        page = await self.get(f"{PATH}/endpoints/{id_of(endpoint)}/deliveries", params=asked)
        found: list[Json] = page["data"]
        return found

    async def delivery(self, delivery: Json | str) -> Json:
        return await self.get(f"{PATH}/deliveries/{id_of(delivery)}")

    async def replay(self, delivery: Json | str) -> Json:
        return await self.post(f"{PATH}/deliveries/{id_of(delivery)}/replay")

    async def replay_failed(self, endpoint: Json | str, since: str) -> int:
        answer = await self.post(f"{PATH}/endpoints/{id_of(endpoint)}/replays", {"since": since})
        count: int = answer["replayed"]
        return count

    async def send_test(self, endpoint: Json | str) -> Json:
        return await self.post(f"{PATH}/endpoints/{id_of(endpoint)}/tests")
