"""A merchant's logo on its passes, or the initial when the logo cannot be used."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

from backend.core.clock import clock
from backend.loyalty.programs.models import Program
from backend.services import Services
from backend.wallets.apple import logos as own_logos
from backend.wallets.apple.assets import PassAssets
from backend.wallets.apple.logos import FAILED_KEPT, KEPT, Logos, NoLogo, scale_logo
from backend.wallets.ports import ProgramSnapshot
from tests.conftest import LogLines
from tests.doubles.serving import serving
from tests.wallets.apple.conftest import PROGRAM, AppleWorld

RED = (200, 0, 0, 255)
ORIENTATION = 0x0112


def picture(size: tuple[int, int] = (320, 200), form: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB" if form == "JPEG" else "RGBA", size, RED[:3] if form == "JPEG" else RED).save(file, form)
    return file.getvalue()


def opened(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body)).convert("RGBA")


@dataclass
class Site:
    url: str = ""
    body: bytes = b""
    asked: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.asked += 1
        await self.may_answer.wait()
        length = [(b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": self.body})

    @property
    def program(self) -> ProgramSnapshot:
        return replace(PROGRAM, logo_url=f"{self.url}/logo.png")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    merchants = Site(body=picture())
    merchants.may_answer.set()
    async with serving(merchants) as url:
        merchants.url = url
        yield merchants


@pytest.fixture
async def logos() -> AsyncIterator[Logos]:
    """As in development: sites are on this machine."""
    opened = Logos(allows_loopback=True)
    yield opened
    await opened.close()


def color_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """Red, green and blue."""
    color = image.getpixel((x, y))
    assert isinstance(color, tuple)
    return color[:3]


def test_a_logo_from_a_phones_camera_stands_upright() -> None:
    """The camera stores the image lying on its side, with an EXIF orientation."""
    lying, note, file = Image.new("RGB", (200, 100), "white"), Image.Exif(), BytesIO()
    lying.paste((0, 0, 0), (0, 0, 20, 100))  # once it is turned to the right, this is its upper edge
    note[ORIENTATION] = 6
    lying.save(file, "JPEG", exif=note, quality=95)
    logo = opened(scale_logo(file.getvalue()).bodies[3])
    assert logo.size == (75, 150)
    assert max(color_at(logo, 37, 4)) < 60
    assert min(color_at(logo, 37, 140)) > 200


@pytest.mark.parametrize(("gray", "shown"), [(0, 0), (32896, 128), (65535, 255)])
def test_a_logo_of_sixteen_bits_keeps_its_shades(gray: int, shown: int) -> None:
    file = BytesIO()
    Image.new("I;16", (160, 50), gray).save(file, "PNG")
    assert opened(scale_logo(file.getvalue()).bodies[1]).getpixel((80, 25)) == (shown, shown, shown, 255)


async def test_a_pass_shows_its_merchants_own_logo(logos: Logos, site: Site, services: Services) -> None:
    assets = PassAssets(services.pass_images, logos)
    found = {asset.name: asset.entry.body for asset in await assets.of(site.program, 3)}
    assert [opened(found[name]).size for name in ("logo.png", "logo@2x.png", "logo@3x.png")] == [
        (80, 50),
        (160, 100),
        (240, 150),
    ]
    assert opened(found["logo@3x.png"]).getpixel((120, 75)) == RED
    initials = {asset.name: asset.entry.body for asset in await assets.of(PROGRAM, 3)}
    assert {name for name, body in found.items() if body != initials[name]} == {
        "logo.png",
        "logo@2x.png",
        "logo@3x.png",
    }


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("size", "shown"), [((1600, 100), (160, 10)), ((20, 20), (50, 50)), ((100, 900), (6, 50))])
def test_a_logo_fills_its_box_and_keeps_its_shape(form: str, size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert opened(scale_logo(picture(size, form)).bodies[1]).size == shown


def cut_note() -> bytes:
    """A picture whose EXIF block ends in the middle of its first number."""
    file = BytesIO()
    Image.new("RGB", (20, 20), RED[:3]).save(file, "PNG", exif=b"Exif\0\0MM\0*\0\0")
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture(form="GIF"),
        picture()[:80],
        picture((2001, 2001)),
        cut_note(),
    ],
    ids=["nothing", "SVG", "GIF", "half of it", "too large", "half of the camera's note"],
)
def test_what_is_no_picture_for_a_pass_is_none(body: bytes) -> None:
    with pytest.raises(NoLogo):
        scale_logo(body)


async def test_a_logo_is_fetched_once_a_day_however_many_passes_want_it(logos: Logos, site: Site) -> None:
    found = await asyncio.gather(*(logos.of(site.program) for _ in range(10)))
    assert (site.asked, len({id(logo) for logo in found})) == (1, 1)
    site.body = picture((50, 50))
    assert await logos.of(site.program) == found[0]
    clock.move(KEPT)
    assert await logos.of(site.program) == found[0], "nobody waits for the newer one"
    await asyncio.gather(*logos._fetching.values())
    assert (await logos.of(site.program) != found[0], site.asked) == (True, 2)


async def test_a_logo_that_cannot_be_fetched_is_told_and_tried_again_later(
    logos: Logos, site: Site, log_lines: LogLines
) -> None:
    site.body = b"no picture"
    assert [await logos.of(site.program) for _ in range(3)] == [None] * 3
    (told,) = [line for line in log_lines() if line["event"] == "logo_not_fetched"]
    assert (told["merchant_id"], site.asked) == (str(PROGRAM.merchant_id), 1)
    site.body = picture()
    clock.move(FAILED_KEPT)
    await logos.of(site.program)
    await asyncio.gather(*logos._fetching.values())
    assert await logos.of(site.program) is not None


async def test_a_logo_that_cannot_be_fetched_any_more_stays(logos: Logos, site: Site) -> None:
    before = await logos.of(site.program)
    site.body = b"no picture"
    clock.move(KEPT)
    await logos.of(site.program)
    await asyncio.gather(*logos._fetching.values())
    assert before is not None
    assert await logos.of(site.program) == before


async def test_a_slow_site_holds_no_pass_up(logos: Logos, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_logos, "WAIT_SECONDS_MAX", 0.05)
    site.may_answer.clear()
    assert await logos.of(site.program) is None
    site.may_answer.set()
    await asyncio.gather(*logos._fetching.values())
    assert await logos.of(site.program) is not None


async def test_outside_development_a_logo_on_our_own_machines_is_not_fetched(
    world: AppleWorld, site: Site, log_lines: LogLines
) -> None:
    await world.shop.change(Program, logo_url=site.program.logo_url)
    card = await world.shop.a_card()
    held = await world.add(world.phone(), card)
    assert opened(held.opened.files["logo.png"]).size == (50, 50), "its initial"
    assert site.asked == 0
    assert "logo_not_fetched" in str(log_lines())
