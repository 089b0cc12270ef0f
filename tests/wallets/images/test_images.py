"""Images on passes: drawn once, under URLs whose content never changes."""

import asyncio
import hashlib
import io
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from msgspec.structs import replace
from PIL import Image

from backend.core.colors import BLACK, WHITE, Color, ink_on, parsed
from backend.core.keys import KeyRing
from backend.services import Services
from backend.wallets.apple.assets import PassAssets
from backend.wallets.images import actions, pictures
from backend.wallets.images.actions import HINTS, PassImages
from backend.wallets.images.draw import draw
from backend.wallets.ports import ProgramSnapshot
from tests.world.caller import refused
from tests.world.till import AnonymousCaller

API = "https://passes.orion.test"
PROGRAM = ProgramSnapshot(
    merchant_id=UUID(int=1),
    program_id=UUID(int=2),
    merchant_name="Émile & Fils",
    name="Club",
    card_name="Club",
    card_color="#414FD2",
    logo_url=None,
    type="stamps",
    stamps_target=6,
    stamp_reward={},
    terms_text={},
    terms_url=None,
    privacy_url=None,
    default_language="fr",
    timezone="Europe/Luxembourg",
    stores=[],
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the images that were drawn."""
    names: list[str] = []

    def note(picture: pictures.Picture) -> bytes:
        names.append(picture.name)
        return draw(picture)

    monkeypatch.setattr(actions, "draw", note)
    return names


def images(services: Services, **told: Any) -> PassImages:
    """As in another process: with an empty cache."""
    return PassImages(services.sessions, services.redis, services.key_ring, api_url=API, **told)


def program(color: str, **told: Any) -> ProgramSnapshot:
    """With a color of its own, so that nothing is drawn yet."""
    return replace(PROGRAM, card_color=color, **told)


def path(url: str) -> str:
    return urlsplit(url).path.removeprefix("/api/v1")


async def test_an_apple_pass_gets_icon_logo_and_strip_at_every_scale(services: Services) -> None:
    assets = await PassAssets(images(services)).of(program("#101010"), 2)
    sizes = {asset.name: Image.open(io.BytesIO(asset.entry.body)).size for asset in assets}
    assert sizes == {
        f"{name}{suffix}.png": (width * scale, height * scale)
        for name, (width, height) in {"icon": (38, 38), "logo": (50, 50), "strip": (375, 144)}.items()
        for suffix, scale in {"": 1, "@2x": 2, "@3x": 3}.items()
    }
    for asset in assets:
        assert asset.sha1 == hashlib.sha1(asset.entry.body).hexdigest()
        assert Image.open(io.BytesIO(asset.entry.body)).format == "PNG"


async def test_a_design_is_drawn_once_for_all_passes_and_all_processes(services: Services, drawn: list[str]) -> None:
    first, ours = PassAssets(images(services)), program("#111111")
    await asyncio.gather(*(first.of(ours, 3) for _ in range(5)))
    assert len(drawn) == 9
    await PassAssets(images(services)).of(ours, 3)
    assert len(drawn) == 9
    await first.of(ours, 4)
    assert len(drawn) == 12, "only the strips are new"


async def test_a_lost_hint_costs_a_drawing_and_changes_nothing(services: Services, drawn: list[str]) -> None:
    ours = program("#121212")
    before = await PassAssets(images(services)).of(ours, 1)
    await services.redis.delete(HINTS)
    assert await PassAssets(images(services)).of(ours, 1) == before
    assert len(drawn) == 18


async def test_pictures_are_kept_under_the_hash_of_their_content(services: Services) -> None:
    kept = await images(services).keep(pictures.hero(program("#131313"), 2))
    assert kept.hash == hashlib.sha256(kept.body).hexdigest()
    row = await services.pool.fetchrow("SELECT media_type, body FROM pass_images WHERE hash = $1", kept.hash)
    assert tuple(row) == ("image/png", kept.body)


def test_every_number_of_stamps_looks_different_and_more_than_the_target_like_the_target() -> None:
    shown = [draw(pictures.strip(PROGRAM, count, 1)) for count in range(7)]
    assert len(set(shown)) == 7
    assert pictures.strip(PROGRAM, 9, 1) == pictures.strip(PROGRAM, 6, 1)


@pytest.mark.parametrize("target", [1, 2, 7, 10, 13, 50])
def test_any_number_of_stamps_finds_room(target: int) -> None:
    """The left third of a strip stays free for the number."""
    ours = replace(PROGRAM, stamps_target=target, card_color="#FFFFFF")
    full = Image.open(io.BytesIO(draw(pictures.strip(ours, target, 2)))).convert("L")
    empty = Image.open(io.BytesIO(draw(pictures.strip(replace(ours, type="points"), 0, 2)))).convert("L")
    dark = [
        (x, y)
        for x in range(0, 750, 3)
        for y in range(0, 288, 3)
        if full.getpixel((x, y)) < 100 < empty.getpixel((x, y))  # type: ignore[operator]  # gray: one number
    ]
    assert len(dark) > 100
    assert min(x for x, _ in dark) >= 300 - 3
    assert 21 <= min(y for _, y in dark) <= max(y for _, y in dark) <= 267, "in the middle, which every phone shows"


def test_a_points_program_has_no_stamps_to_show() -> None:
    ours = replace(PROGRAM, type="points")
    assert pictures.strip(ours, 3, 1) == pictures.strip(ours, 0, 1) != pictures.strip(PROGRAM, 0, 1)


def test_the_same_picture_is_the_same_bytes() -> None:
    assert draw(pictures.hero(PROGRAM, 2)) == draw(pictures.hero(PROGRAM, 2))


@pytest.mark.parametrize(
    ("name", "letter"),
    [("Émile", "E"), ("œuvre", "U"), ("7 Days", "7"), ("Ǻrhus", "A"), ("日本", ""), ("", ""), ("«Aïda»", "A")],
)
def test_a_logo_is_the_merchants_initial_where_there_is_one_to_draw(name: str, letter: str) -> None:
    ours = replace(PROGRAM, merchant_name=name)
    assert pictures.logo(ours, 1).letter == letter
    assert Image.open(io.BytesIO(draw(pictures.logo(ours, 1)))).getcolors(999) != [(2500, 0)]


@pytest.mark.parametrize(
    "color", ["#414FD2", "#F2C94C", "#777777", "#767676", "#FF0000", "#00FF00", "#FFFFFF", "#000000"]
)
def test_text_on_the_card_can_always_be_read(color: str) -> None:
    ground = parsed(color)
    assert contrast(ink_on(ground), ground) >= 4.5
    assert ink_on(ground) in {WHITE, BLACK}


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted(luminance(color) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    channels = [value / 255 for value in color]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    "picture",
    [
        pictures.hero(PROGRAM, 3),
        pictures.hero(replace(PROGRAM, type="points"), 3),
        pictures.google_logo(PROGRAM),
        pictures.google_logo(replace(PROGRAM, merchant_name="日本")),
        pictures.strip(PROGRAM, 6, 3),
    ],
)
def test_a_name_says_everything_there_is_to_draw(picture: pictures.Picture) -> None:
    assert pictures.named(picture.name) == picture


async def test_google_fetches_the_stamps_from_a_public_address(services: Services, http: httpx.AsyncClient) -> None:
    url = images(services).strip_url(program("#141414"), 2)
    answer = await http.get(url)
    assert url.startswith(f"{API}/api/v1/storefront/loyalty/images/hero-141414-2of6-1032x336-v1-")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(answer.content)).size == (1032, 336)
    assert (await http.get(url)).content == answer.content


async def test_an_address_shows_one_picture_for_ever_to_everybody_and_another_design_has_another_one(
    services: Services, http: httpx.AsyncClient
) -> None:
    """Google caches by URL and fetches without a sign-in, so a changed image needs a new URL."""
    ours = program("#181818")
    designs = [
        pictures.hero(ours, 2),
        pictures.hero(ours, 3),
        pictures.hero(replace(ours, stamps_target=9), 2),
        pictures.hero(replace(ours, card_color="#191919"), 2),
        pictures.google_logo(ours),
        pictures.google_logo(replace(ours, merchant_name="Zoé & Fils")),
        pictures.google_logo(replace(ours, card_color="#191919")),
    ]
    shown: dict[str, bytes] = {}
    for design in designs:
        url = images(services)._url(design)
        answer = await http.get(url)
        assert answer.status_code == 200
        assert "authorization" not in answer.request.headers
        assert "cookie" not in answer.request.headers
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await http.get(url)).content == answer.content == draw(design)
        shown[url] = answer.content
    assert len(shown) == len(set(shown.values())) == len(designs)
    renamed = replace(ours, name="Other", terms_text={"fr": "Autres."}, stores=["Belval"])
    assert images(services).strip_url(renamed, 2) in shown, "what it does not show does not change it"


async def test_a_picture_is_also_found_by_the_hash_of_its_content(services: Services, http: httpx.AsyncClient) -> None:
    kept = await images(services).keep(pictures.google_logo(program("#151515")))
    answer = await http.get(f"{API}/api/v1/storefront/loyalty/images/{kept.hash}.png")
    assert answer.content == kept.body


def test_the_address_of_a_picture_is_known_before_it_is_drawn_and_stays(services: Services, drawn: list[str]) -> None:
    one, other = images(services), images(services)
    assert one.strip_url(PROGRAM, 2) == other.strip_url(PROGRAM, 2) != one.strip_url(PROGRAM, 3)
    assert drawn == []


def test_the_merchants_own_logo_goes_before_the_installations_and_ours(services: Services) -> None:
    theirs, default = "https://aurora.example/logo.png", "https://orion.example/logo.png"
    with_default = images(services, default_logo_url=default)
    assert with_default.logo_url(replace(PROGRAM, logo_url=theirs)) == theirs
    assert with_default.logo_url(PROGRAM) == default
    assert (
        images(services).logo_url(PROGRAM).startswith(f"{API}/api/v1/storefront/loyalty/images/icon-414fd2-E-660x660")
    )


async def test_nobody_makes_us_draw_what_we_have_not_offered(
    services: Services, anonymous: AnonymousCaller, drawn: list[str]
) -> None:
    good = path(images(services).strip_url(program("#161616"), 2))
    wrong = [
        good.replace("2of6", "3of6"),
        good.replace("1032x336", "9032x9336"),
        good.replace("-v1-", "-v2-"),
        good.removesuffix(".png"),
        f"{good[:-20]}.png",
        good.replace(good[-8:], "zzzz.png"),
        "/storefront/loyalty/images/hero.png",
        f"/storefront/loyalty/images/{'0' * 64}.png",
        "/storefront/loyalty/images/é.png",
    ]
    for address in wrong:
        with refused("not_found", 404):
            await anonymous.get(address)
    assert drawn == []


async def test_addresses_outlive_a_new_key(services: Services) -> None:
    ours = program("#171717")
    old = images(services).strip_url(ours, 1)
    rotated = PassImages(
        services.sessions, services.redis, KeyRing(["a new key", *services.settings.keys]), api_url=API
    )
    assert rotated.strip_url(ours, 1) != old
    assert await rotated.find(path(old).rpartition("/")[2].removesuffix(".png")) is not None
