"""Static files: third-party files match their checksums, nothing is loaded from elsewhere, size budgets hold."""

import re
from pathlib import Path

import pytest

from frontend.kit.assets import Assets
from frontend.vendor import FOLDER, MANIFEST, NOTICE, load_manifest, notice, sha256

FRONTEND = Path(__file__).parents[2] / "frontend"
STATIC = FRONTEND / "static"
TEMPLATES = sorted(FRONTEND.rglob("*.html"))
FILES = [file for package in load_manifest() for file in package["file"]]
OWN_CSS = STATIC / "css" / "orion.css"
OWN_JS = tuple(
    path
    for path in sorted((STATIC / "js").glob("*.js"))
    if path.stem not in {"camera", "copy", "email_editor", "passkeys", "session", "sw"}
)
"""Scripts of every page. Camera and passkeys come on first use, the service worker after the page."""
HTMX, FONT = FOLDER / "htmx.min.js", FOLDER / "inter-latin.woff2"
ICONS = FOLDER / "icons.svg"


def weight(*paths: Path) -> int:
    """Bytes over the wire."""
    assets = Assets()
    return sum(len(assets.by_url[assets.url(path.relative_to(STATIC).as_posix())].packed("br")[1]) for path in paths)


def test_remarks_do_not_travel() -> None:
    assets = Assets()
    for name in ("js/till.js", "js/orion.js", "css/orion.css"):
        assert not re.search(r"^\s*(//|/\*)", assets.text(name), re.MULTILINE), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["to"])
def test_a_vendored_file_is_the_one_recorded(file: dict[str, str]) -> None:
    assert sha256(FOLDER / file["to"]) == file["sha256"]


def test_every_file_in_the_vendor_folder_is_listed() -> None:
    listed = {FOLDER / file["to"] for file in FILES} | {MANIFEST, NOTICE}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == listed


def test_every_package_names_its_version_license_and_tarball() -> None:
    for package in load_manifest():
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])
        assert package["license"]


def test_the_notice_is_the_one_the_manifest_asks_for() -> None:
    assert NOTICE.read_text("utf-8") == notice(load_manifest())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(FRONTEND)))
def test_no_page_loads_anything_from_elsewhere(template: Path) -> None:
    loads = r"""<(?:script|img|link|iframe|source|use|video)\b[^>]*?(?:src|href|srcset)\s*=\s*["']?\s*(?:https?:)?//"""
    assert not re.search(loads, template.read_text("utf-8"), re.IGNORECASE)


def test_the_style_sheet_loads_nothing_from_elsewhere() -> None:
    assert not re.search(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//", OWN_CSS.read_text("utf-8"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(FRONTEND)))
def test_every_icon_a_page_draws_is_in_the_sprite(template: Path) -> None:
    drawn = set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", template.read_text("utf-8")))
    assert drawn <= set(re.findall(r'<symbol id="([a-z0-9-]+)"', ICONS.read_text("utf-8")))


@pytest.mark.parametrize(
    ("paths", "budget"),
    [
        ((OWN_CSS,), 8 * 1024),
        (tuple(STATIC / "css" / f"{name}.css" for name in ("orion", "customer", "pass")), 8 * 1024),
        (tuple(STATIC / "css" / f"{name}.css" for name in ("orion", "office")), 8 * 1024),
        ((STATIC / "css" / "email_editor.css", STATIC / "js" / "email_editor.js"), 2 * 1024),
        (OWN_JS, 8 * 1024),
        ((HTMX,), 16 * 1024),
        ((FONT,), 50_000),
        ((OWN_CSS, *OWN_JS, HTMX, FONT, ICONS), 100 * 1024),
    ],
    ids=[
        "css",
        "css of the card's page",
        "css of office and platform",
        "editor of email texts",
        "own scripts",
        "htmx",
        "font",
        "everything the till loads first",
    ],
)
def test_what_a_page_loads_stays_within_its_budget(paths: tuple[Path, ...], budget: int) -> None:
    assert weight(*paths) <= budget


def test_own_scripts_evaluate_nothing_and_say_nothing() -> None:
    for script in (STATIC / "js").glob("*.js"):
        source = script.read_text("utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|setTimeout\(\s*[\"'`]", source), script.name
        assert not re.search(r"""(textContent|innerText|ariaLabel)\s*=\s*["'`][^"'`]*[A-Za-z]{2}""", source), (
            script.name
        )
