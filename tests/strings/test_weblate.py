"""Pictures for Weblate, against a double that refuses what Weblate refuses."""

import io
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from i18n.context import GLUE
from tests.strings.pieces import Unit, Upload, make_uploads
from tests.strings.strings_map import Place, StringsMap
from tests.strings.weblate import UploadFailedError, Weblate, open_weblate

URL, TOKEN = "https://weblate.example", "wlu_token"
SLUGS = {"project_slug": "orion", "component_slug": "staff", "language_code": "en"}


class WeblateDouble:
    """Knows one translation with a few units, a page each."""

    def __init__(self, *units: Unit) -> None:
        self._units = list(units)
        self.screenshots: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/")
        if request.headers["authorization"] != f"Token {TOKEN}":
            return httpx.Response(401, json={"detail": "Invalid token."})
        if request.method == "GET":
            return self._listed(request, path)
        form = fields_of(request)
        if path == "screenshots/":
            return self._create(form)
        screenshot = self.screenshots[int(path.split("/")[1]) - 1]
        if path.endswith("/units/"):
            return self._associate(screenshot, form)
        screenshot["image"] = form["image"]
        return httpx.Response(200, json={"result": True})

    def _listed(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "screenshots/":
            return httpx.Response(200, json={"results": [_shown(each) for each in self.screenshots], "next": None})
        if path != "translations/orion/staff/en/units/":
            return httpx.Response(404, json={"detail": "Not found."})
        number = int(request.url.params.get("page", "1"))
        unit = self._units[number - 1]
        more = f"{URL}/api/{path}?page={number + 1}" if number < len(self._units) else None
        row = {"id": number, "source": [unit.source], "context": unit.context}
        return httpx.Response(200, json={"results": [row], "next": more})

    def _create(self, form: dict[str, Any]) -> httpx.Response:
        missing = [name for name in (*SLUGS, "name", "image") if not form.get(name)]
        if missing:
            return httpx.Response(400, json={name: ["This field is required."] for name in missing})
        if {name: form[name] for name in SLUGS} != SLUGS or len(form["name"]) > 200 or is_large(form["image"]):
            return httpx.Response(400, json={"errors": "no such translation, a long name or a large picture"})
        self.screenshots.append({"name": form["name"], "image": form["image"], "units": set()})
        shown = _shown(self.screenshots[-1]) | {"url": f"{URL}/api/screenshots/{len(self.screenshots)}/"}
        return httpx.Response(201, json=shown)

    def _associate(self, screenshot: dict[str, Any], form: dict[str, Any]) -> httpx.Response:
        number = int(form["unit_id"])
        if not 1 <= number <= len(self._units):
            return httpx.Response(400, json={"unit_id": "Unit matching query does not exist."})
        screenshot["units"].add(self._units[number - 1])
        return httpx.Response(200, json=_shown(screenshot))


def _shown(screenshot: dict[str, Any]) -> dict[str, Any]:
    translation = f"{URL}/api/translations/orion/staff/en/"
    return {"name": screenshot["name"], "translation": translation, "url": f"{URL}/api/screenshots/1/"}


def is_large(image: bytes) -> bool:
    with Image.open(io.BytesIO(image)) as opened:
        return max(opened.size) > 2000


def fields_of(request: httpx.Request) -> dict[str, Any]:
    kind, body = request.headers["content-type"], request.read()
    if kind == "application/x-www-form-urlencoded":
        return dict(httpx.QueryParams(body.decode()))
    told = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = {str(part.get_param("name", header="content-disposition")): part for part in told.iter_parts()}
    contents: dict[str, Any] = {name: part.get_payload(decode=True) for name, part in parts.items()}
    return {name: content if parts[name].get_filename() else content.decode() for name, content in contents.items()}


SAVE, FIND = Unit("", "Save"), Unit("button", "Find")
LATE = Unit("", "At the end")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    for name, height in (("form.jpg", 800), ("list.jpg", 4500)):
        Image.new("RGB", (1280, height)).save(tmp_path / "pictures" / name)
    return tmp_path


@pytest.fixture
def uploads(folder: Path) -> list[Upload]:
    located = {
        "Save": Place("the form", "/form", "form.jpg", (8, 8, 80, 16), []),
        f"button{GLUE}Find": Place("the list", "/list", "list.jpg", (8, 8, 80, 16), []),
        "At the end": Place("the list", "/list", "list.jpg", (8, 4400, 80, 16), []),
    }
    return make_uploads(StringsMap(located, {}), folder)


@pytest.fixture
def double() -> WeblateDouble:
    return WeblateDouble(SAVE, FIND, LATE)


@pytest.fixture
def http(double: WeblateDouble) -> Iterator[httpx.Client]:
    with open_weblate(URL, TOKEN, httpx.MockTransport(double)) as opened:
        yield opened


def test_a_long_picture_is_cut_into_those_that_weblate_takes(uploads: list[Upload]) -> None:
    assert uploads == [
        Upload("the form", "pictures/form.jpg", [SAVE]),
        Upload("the list, part 1", "pieces/list-1.jpg", [FIND]),
        Upload("the list, part 3", "pieces/list-3.jpg", [LATE]),
    ]


def test_each_picture_is_uploaded_with_its_sentences(
    uploads: list[Upload], folder: Path, double: WeblateDouble, http: httpx.Client
) -> None:
    assert Weblate(http, "orion", "staff").upload(uploads, folder) == 3
    assert [(each["name"], each["units"]) for each in double.screenshots] == [
        ("the form", {SAVE}),
        ("the list, part 1", {FIND}),
        ("the list, part 3", {LATE}),
    ]


def test_the_next_upload_replaces_pictures_and_adds_none(
    uploads: list[Upload], folder: Path, double: WeblateDouble, http: httpx.Client
) -> None:
    weblate = Weblate(http, "orion", "staff")
    weblate.upload(uploads[:1], folder)
    Image.new("RGB", (1280, 900)).save(folder / "pictures" / "form.jpg")
    weblate.upload(uploads[:1], folder)
    assert [each["image"] for each in double.screenshots] == [(folder / "pictures" / "form.jpg").read_bytes()]


def test_pictures_without_a_sentence_of_the_component_stay_here(
    uploads: list[Upload], folder: Path, http: httpx.Client
) -> None:
    foreign = [Upload("another", "pictures/form.jpg", [Unit("", "Unknown")])]
    assert Weblate(http, "orion", "staff").upload(foreign, folder) == 0


def test_what_weblate_says_is_told(uploads: list[Upload], folder: Path, double: WeblateDouble) -> None:
    with (
        open_weblate(URL, "wrong", httpx.MockTransport(double)) as http,
        pytest.raises(UploadFailedError, match=r"401.*Invalid token"),
    ):
        Weblate(http, "orion", "staff").upload(uploads, folder)
    with (
        open_weblate(URL, TOKEN, httpx.MockTransport(double)) as http,
        pytest.raises(UploadFailedError, match="translations/orion/unknown/en/units/ with 404"),
    ):
        Weblate(http, "orion", "unknown").upload(uploads, folder)
