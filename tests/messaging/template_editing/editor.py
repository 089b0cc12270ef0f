"""Somebody who edits the texts of emails over the API."""

from typing import Any, Self

from tests.world.caller import Caller, Json


class Editor(Caller):
    audience = "admin"

    @classmethod
    def of_owner(cls, owner: Caller) -> Self:
        editor = cls(owner.http, owner._promises, owner.token)
        editor.audience = "merchant"
        return editor

    async def templates(self) -> list[Json]:
        found: list[Json] = (await self.get(f"/{self.audience}/email-templates"))["data"]
        return found

    async def coverage(self, code: str) -> dict[str, Json]:
        template = next(each for each in await self.templates() if each["code"] == code)
        return {each["language"]: each for each in template["languages"]}

    async def template(self, code: str, language: str = "en") -> Json:
        found: Json = await self.get(self._path(code, language))
        return found

    async def save(self, code: str, language: str = "en", *, version: int | None = None, **text: Any) -> Json:
        """What is not named stays as it is; for a merchant, what the platform says."""
        seen = await self.template(code, language)
        kept = {name: seen[name] for name in ("subject", "preheader", "body")} if self.audience == "admin" else {}
        headers = self._if_match(seen["version"] if version is None else version)
        return await self._ask("PUT", code, language, json=kept | text, headers=headers)

    async def reset(self, code: str, language: str = "en", *, version: int | None = None) -> Json:
        seen = (await self.template(code, language))["version"] if version is None else version
        return await self._ask("DELETE", code, language, headers=self._if_match(seen))

    async def restore(self, code: str, earlier: int, language: str = "en") -> Json:
        seen = (await self.template(code, language))["version"]
        return await self._ask(
            "POST", code, language, "/restore", json={"version": earlier}, headers=self._if_match(seen)
        )

    async def history(self, code: str, language: str = "en") -> list[Json]:
        found: list[Json] = (await self.get(f"{self._path(code, language)}/versions"))["data"]
        return found

    async def preview(self, code: str, language: str = "en", *, sample: str = "new", **text: str) -> Json:
        return await self._try(code, language, "/preview", sample, text)

    async def test(self, code: str, language: str = "en", *, sample: str = "new", **text: str) -> Json:
        return await self._try(code, language, "/test", sample, text)

    async def _try(self, code: str, language: str, path: str, sample: str, text: Json) -> Json:
        seen = await self.template(code, language)
        whole = {name: seen[name] for name in ("subject", "preheader", "body")} | text
        return await self._ask("POST", code, language, path, json=whole | {"sample": sample})

    async def _ask(self, method: str, code: str, language: str, path: str = "", **request: Any) -> Json:
        answer: Json = await self.ask(method, self._path(code, language) + path, **request)
        return answer

    def _path(self, code: str, language: str) -> str:
        return f"/{self.audience}/email-templates/{code}/{language}"

    @staticmethod
    def _if_match(version: int) -> dict[str, str]:
        return {"if-match": f'"{version}"'}
