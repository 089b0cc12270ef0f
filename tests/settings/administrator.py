"""An administrator who changes settings."""

from typing import Any

from tests.world.caller import Caller, Json


class Administrator(Caller):
    async def category(self, name: str) -> Json:
        return await self.get(f"/admin/settings/{name}")

    async def setting(self, category: str, key: str) -> Json:
        found = await self.category(category)
        return next(setting for setting in found["settings"] if setting["key"] == key)

    async def save(
        self, category: str, *, version: int | None = None, reason: str | None = None, **values: Any
    ) -> Json:
        return await self._change("PATCH", f"/admin/settings/{category}", version, values, reason)

    async def check(self, category: str, *, version: int | None = None, **values: Any) -> Json:
        return await self._change("POST", f"/admin/settings/{category}/check", version, values, None)

    async def reset(self, category: str, key: str | None = None, *, version: int | None = None) -> Json:
        path = f"/admin/settings/{category}" + (f"/{key}" if key else "")
        return await self.ask("DELETE", path, headers=await self._if_match(category, version))

    async def _change(self, method: str, path: str, version: int | None, values: Json, reason: str | None) -> Json:
        headers = await self._if_match(path.split("/")[3], version)
        body = {"values": values} | ({"reason": reason} if reason else {})
        return await self.ask(method, path, json=body, headers=headers)

    async def _if_match(self, category: str, version: int | None) -> dict[str, str]:
        """Without a version: the present one."""
        seen = (await self.category(category))["version"] if version is None else version
        return {"if-match": f'"{seen}"'}
