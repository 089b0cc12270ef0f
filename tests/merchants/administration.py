"""What administrators of the platform do with merchants."""

from typing import Any
from uuid import uuid4

from tests.world.caller import Caller, Json
from tests.world.shop import Shop
from tests.world.till import Till


class MerchantAdmin(Caller):
    async def policy(self, shop: Shop) -> Json:
        return await self.get(f"/admin/merchants/{shop.code}/policy")

    async def set_policy(self, shop: Shop, *, seen: Json | None = None, **rules: Any) -> Json:
        """`seen`: the policy as it was read; without it: as it is."""
        seen = seen or await self.policy(shop)
        told = {name: value for name, value in seen.items() if name not in {"version", "changed_at", "changed_by"}}
        headers = {"if-match": f'"{seen["version"]}"'}
        return await self.ask("PUT", f"/admin/merchants/{shop.code}/policy", json=told | rules, headers=headers)

    async def feature(self, shop: Shop, code: str = "loyalty") -> Json:
        features = (await self.get(f"/admin/merchants/{shop.code}/features"))["features"]
        return next(feature for feature in features if feature["code"] == code)

    async def switch(self, shop: Shop, at: str | None = None, *, to: bool | None, version: int | None = None) -> Json:
        """`at`: a store's code; without it: for the merchant. Without a version: the present one."""
        if version is None:
            feature = await self.feature(shop)
            places = feature["stores"] if at else [feature["merchant"]]
            version = next(place["version"] for place in places if not at or place["store"]["code"] == at)
        place = f"/stores/{shop.store_ids[at]}" if at else ""
        path = f"/admin/merchants/{shop.code}{place}/features/loyalty"
        return await self.ask("PUT", path, json={"is_enabled": to}, headers={"if-match": f'"{version}"'})

    async def open_merchant(self, tag: str | None = None, **told: Any) -> Json:
        """A bakery with one live store and a hybrid program."""
        tag = tag or uuid4().hex[:8]
        body = {
            "name": "Bäckerei Thill",
            "code": f"thill-{tag}",
            "language": "de",
            "contact_email": "hallo@thill.example",
            "store": {"name": "Thill Gare", "code": f"THILL{tag}".upper(), "is_live": True},
            "owner": {"email": f"lea.{tag}@thill.example", "name": "Léa Thill"},
            "program": "hybrid",
        }
        return await self.post("/admin/merchants", body | told)

    async def merchant(self, code: str) -> Json:
        return await self.get(f"/admin/merchants/{code}")

    async def merchants(self, query: str = "", **asked: Any) -> Json:
        return await self.get("/admin/merchants", params={"query": query} | asked)

    async def change(self, merchant: Json, **fields: Any) -> Json:
        headers = {"if-match": f'"{merchant["version"]}"'}
        return await self.ask("PATCH", f"/admin/merchants/{merchant['code']}", json=fields, headers=headers)

    async def open_store(self, code: str, store_code: str, **told: Any) -> Json:
        body = {"name": "Thill Belval", "code": store_code} | told
        return await self.post(f"/admin/merchants/{code}/stores", body)

    async def change_store(self, code: str, store: Json, **fields: Any) -> Json:
        headers = {"if-match": f'"{store["version"]}"'}
        return await self.ask("PATCH", f"/admin/merchants/{code}/stores/{store['id']}", json=fields, headers=headers)

    async def begin_on_behalf(self, shop: Shop, reason: str = "Ticket 4711: prices of rewards") -> Till:
        """Acts for the merchant."""
        answer = await self.post(f"/admin/merchants/{shop.code}/on-behalf", {"reason": reason})
        return Till(self.http, self._promises, answer["token"])

    async def invite(self, code: str, email: str, **told: Any) -> Json:
        return await self.post(f"/admin/merchants/{code}/invitations", {"email": email} | told)
