"""What administrators of the platform do with merchants."""

from typing import Any

from tests.world.caller import Caller, Json
from tests.world.shop import Shop


class MerchantDesk(Caller):
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
