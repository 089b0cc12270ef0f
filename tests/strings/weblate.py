"""Takes the pictures to Weblate by its REST API: https://docs.weblate.org/en/latest/api.html#screenshots"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.strings.pieces import Unit, Upload

SECONDS = 60
"""Of a request: Weblate computes thumbnails before it answers."""
PAGE_SIZE = 1000
REFUSED = 400


class UploadFailedError(Exception):
    """One sentence with Weblate's answer."""


class Weblate:
    """One component of a project, with its sentences in the source language."""

    def __init__(self, http: httpx.Client, project: str, component: str, language: str = "en") -> None:
        self._http, self._place = http, f"{project}/{component}/{language}"
        self._slugs = {"project_slug": project, "component_slug": component, "language_code": language}

    def upload(self, uploads: list[Upload], folder: Path) -> int:
        """How many screenshots show sentences of this component. One of the same name gets the new picture."""
        units, known, count = self._units(), self._screenshots(), 0
        for upload in uploads:
            shown = [units[unit] for unit in upload.units if unit in units]
            if shown:
                url = self._put(upload, folder, known.get(upload.name))
                for unit_id in shown:
                    self._post(f"{url}units/", data={"unit_id": str(unit_id)})
                count += 1
        return count

    def _put(self, upload: Upload, folder: Path, known: str | None) -> str:
        """The address of the screenshot."""
        image = (Path(upload.image).name, (folder / upload.image).read_bytes(), "image/jpeg")
        if known:
            self._post(f"{known}file/", files={"image": image})
            return known
        made = self._post("screenshots/", data={"name": upload.name} | self._slugs, files={"image": image})
        return str(made["url"])

    def _units(self) -> dict[Unit, int]:
        listed = self._listed(f"translations/{self._place}/units/")
        return {Unit(unit["context"], unit["source"][0]): unit["id"] for unit in listed}

    def _screenshots(self) -> dict[str, str]:
        """Addresses by name."""
        ours = f"translations/{self._place}/"
        return {
            each["name"]: each["url"] for each in self._listed("screenshots/") if each["translation"].endswith(ours)
        }

    def _listed(self, path: str) -> Iterator[dict[str, Any]]:
        url: str | None = f"{path}?page_size={PAGE_SIZE}"
        while url:
            page = self._answer(self._http.get(_path(url)))
            yield from page["results"]
            url = page["next"]

    def _post(self, url: str, **request: Any) -> dict[str, Any]:
        return self._answer(self._http.post(_path(url), **request))

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        if response.status_code >= REFUSED:
            raise UploadFailedError(
                f"Weblate refuses {response.request.method} {response.request.url.path} with {response.status_code}: "
                f"{response.text[:300]}"
            )
        answer: dict[str, Any] = response.json()
        return answer


def _path(url: str) -> str:
    """Of an address that Weblate names: the token goes to no other server."""
    return httpx.URL(url).raw_path.decode().removeprefix("/api/")


def open_weblate(url: str, token: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """`url`: of the server, without `/api/`."""
    headers = {"Authorization": f"Token {token}"}
    return httpx.Client(base_url=f"{url.rstrip('/')}/api/", headers=headers, timeout=SECONDS, transport=transport)
