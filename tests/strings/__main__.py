"""Finds out where each sentence shows, with pictures: `make strings`.

`python -m tests.strings upload --url https://weblate.example --project orion --component messages` takes the pictures
to Weblate; its token stands in WEBLATE_TOKEN, or after `--token`.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace

import httpx
import msgspec
from playwright.async_api import async_playwright
from rich.console import Console

from frontend.kit.assets import Assets
from i18n.catalogs.templates import number_sentences
from i18n.locales import SOURCE_LANGUAGE
from i18n.marks import is_marking
from i18n.translator import enable_marks
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.strings.folder import MAP, OUT, PICTURES, ROOT
from tests.strings.found import FoundStop, load_found
from tests.strings.page import make_page
from tests.strings.pieces import LIST, Upload, make_uploads
from tests.strings.places import map_strings, settled
from tests.strings.recording import load_recorded
from tests.strings.rendering import Gallery
from tests.strings.room import load_room
from tests.strings.specimens.lists import make_lists
from tests.strings.specimens.mails import make_mails
from tests.strings.strings_map import read_map, written
from tests.strings.weblate import UploadFailedError, Weblate, open_weblate

TESTS = ("tests/strings/walk/walk.py", "tests/frontend")
UNMARKED = ("test_strings.py", "test_strings_js.py", "test_vendor.py")
"""What it tests are the marks, or no texts."""
console = Console(highlight=False)


def main() -> None:
    asked = _parser().parse_args()
    if asked.verb == "upload":
        _upload(asked)
    else:
        _make()


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tests.strings", description=__doc__)
    upload = parser.add_subparsers(dest="verb").add_parser("upload", help="takes the pictures to Weblate")
    upload.add_argument("--url", required=True, help="of the server, without /api/")
    upload.add_argument("--token", default=os.environ.get("WEBLATE_TOKEN", ""))
    upload.add_argument("--project", required=True, help="its slug")
    upload.add_argument("--component", required=True, action="append", help="its slug; may be given several times")
    return parser


def _upload(asked: Namespace) -> None:
    uploads = msgspec.json.decode((OUT / LIST).read_bytes(), type=list[Upload])
    try:
        with open_weblate(asked.url, asked.token) as http:
            for component in asked.component:
                count = Weblate(http, asked.project, component).upload(uploads, OUT)
                console.print(f"{component}: {count} pictures")
    except (UploadFailedError, httpx.HTTPError) as failure:
        sys.exit(str(failure) or type(failure).__name__)


def _make() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    _walk()
    walked = load_found()
    shown = asyncio.run(_show({text.number for stop in walked for text in stop.texts if text.is_visible}))
    stops = [*walked, *shown]
    strings = map_strings(stops, load_room())
    MAP.write_bytes(written(settled(strings, read_map(MAP), stops)))
    _remove_unused({place.picture for place in strings.located.values()})
    archive = make_page(strings)
    make_uploads(strings)
    total = len(strings.located) + len(strings.unlocated)
    console.print(
        f"{len(strings.located)} of {total} sentences are located. For translators: {archive.relative_to(ROOT)}"
    )


def _walk() -> None:
    """Two processes: the machine of a developer has at least two cores."""
    options = ["-q", "-n", "2", "--dist", "worksteal", "-p", "tests.strings.recording", "-m", "not browser or slow"]
    ignored = [f"--ignore=tests/frontend/{name}" for name in UNMARKED]
    command = [sys.executable, "-m", "pytest", *options, *ignored, *TESTS]
    if subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False).returncode:
        sys.exit("The walks are incomplete; see above.")


async def _show(seen: set[int]) -> list[FoundStop]:
    enable_marks(number_sentences())
    is_marking.set(True)
    assets = Assets()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        gallery = Gallery(browser, assets, seen)
        await gallery.show_mails(make_mails(SOURCE_LANGUAGE))
        await gallery.show_recorded(load_recorded())
        await gallery.show_specimens(make_lists(assets, SOURCE_LANGUAGE, gallery.seen))
        await browser.close()
    return gallery.stops


def _remove_unused(used: set[str]) -> None:
    for picture in PICTURES.iterdir():
        if picture.name not in used:
            picture.unlink()


if __name__ == "__main__":
    main()
