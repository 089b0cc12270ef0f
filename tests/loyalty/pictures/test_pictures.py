"""Pictures that an owner uploads: made safe, shown under the hash of their content."""

import hashlib
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any

import asyncpg
import pytest
from PIL import Image, ImageCms

from backend.core.clock import clock
from backend.loyalty.pictures.normalize import SIDE_MAX, normalize
from backend.loyalty.pictures.problems import PictureUnreadable
from tests.conftest import OpenShop, OwnTown
from tests.world.caller import refused
from tests.world.office import Office
from tests.world.pictures import a_picture
from tests.world.shop import Shop
from workers.jobs.purge import purge

SHOWN = "/storefront/loyalty/pictures/{}"
CAMERA, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825


def opened_picture(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body))


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office.of(shop.claire)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_an_uploaded_picture_is_shown_to_everybody_for_ever(shop: Shop, office: Office, kind: str) -> None:
    told = await office.upload(a_picture(kind))
    assert (told["media_type"], told["width"], told["height"]) == ("image/jpeg", 40, 30)
    answer = await shop.anna.but().send("GET", SHOWN.format(told["hash"]))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == told["hash"]
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_shines_through_stays_so() -> None:
    picture = normalize(a_picture(mode="RGBA", color=(10, 20, 30, 0)))
    assert picture.media_type == "image/png"
    assert opened_picture(picture.body).getpixel((0, 0)) == (10, 20, 30, 0)


def test_a_large_photo_is_scaled_down_and_turned_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = normalize(a_picture("JPEG", (3000, 1500), exif=exif))
    assert (picture.width, picture.height) == (SIDE_MAX // 2, SIDE_MAX)
    assert opened_picture(picture.body).size == (SIDE_MAX // 2, SIDE_MAX)


def test_where_a_photo_was_taken_is_not_stored() -> None:
    exif = Image.Exif()
    exif[CAMERA] = "Camera of Claire"
    exif.get_ifd(GPS)[1] = "N"
    file = a_picture("JPEG", exif=exif, comment=b"Rue du Fort") + b"<script>alert(1)</script>"
    picture = normalize(file)
    assert not opened_picture(picture.body).getexif()
    for secret in (b"Claire", b"Rue du Fort", b"script"):
        assert secret in file
        assert secret not in picture.body


def test_a_phones_wide_colors_become_those_of_the_web() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = opened_picture(normalize(a_picture("PNG", icc_profile=profile)).body)
    assert "icc_profile" not in plain.info


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        a_picture("GIF"),
        a_picture("PNG")[:60],
        a_picture("JPEG", (200, 200))[:200],
        a_picture("PNG", (5001, 4000), 1, mode="1"),
    ],
    ids=["empty", "text", "svg", "gif", "half a png", "half a jpeg", "more than 20 megapixels"],
)
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        normalize(file)


@pytest.mark.no_cover
def test_every_error_of_pillow_about_a_damaged_file_is_a_refusal() -> None:
    exif = Image.Exif()
    exif[CAMERA], exif[ORIENTATION] = "Camera", 6
    exif.get_ifd(GPS)[1] = "N"
    for file in (a_picture("JPEG", exif=exif), a_picture("PNG", exif=exif)):
        for position in range(len(file)):
            for value in (0, 1, 2, 4, 255):
                with suppress(PictureUnreadable):
                    normalize(file[:position] + bytes([value]) + file[position + 1 :])


def test_a_scan_in_gray_of_16_bits_keeps_its_grays() -> None:
    picture = normalize(a_picture(mode="I;16", color=256 * 100))
    assert opened_picture(picture.body).convert("L").getpixel((0, 0)) == pytest.approx(100, abs=2)


def test_a_picture_of_endless_scans_is_refused_at_once() -> None:
    """Eight megabytes of them would take half an hour."""
    file = a_picture("JPEG", progressive=True)
    scan = file[file.rindex(b"\xff\xda") : -2]
    normalize(file[:-2] + 5 * scan + file[-2:])
    with pytest.raises(PictureUnreadable):
        normalize(file[:-2] + 1000 * scan + file[-2:])


async def test_a_refused_file_is_told_so(office: Office) -> None:
    with refused("picture_unreadable", 422):
        await office.upload(b"not a picture")
    with refused("validation_failed", 422):
        await office.ask("POST", "/merchant/loyalty/pictures", files={})
    two = [("file", ("one.png", a_picture())), ("file", ("two.png", a_picture()))]
    for files in (two, {"other": ("one.png", a_picture())}, {"file": (None, b"text")}):
        with refused("validation_failed", 422):
            await office.ask("POST", "/merchant/loyalty/pictures", files=files)
    with refused("payload_too_large", 413):
        await office.upload(b"x" * (8 * 1024 * 1024 + 1))


async def test_the_same_picture_twice_is_stored_once(shop: Shop, office: Office, superuser: asyncpg.Connection) -> None:
    assert await office.upload(a_picture()) == await office.upload(a_picture())
    count = "SELECT count(*) FROM pictures WHERE merchant_id = $1"
    assert await superuser.fetchval(count, shop.merchant_id) == 1


async def test_an_unknown_picture_is_not_found(anonymous: Any) -> None:
    for name in ("0" * 64, "x", "%00"):
        with refused("picture_not_found", 404):
            await anonymous.get(SHOWN.format(name))


async def test_a_reward_shows_its_picture_at_the_till_and_to_customers(shop: Shop, office: Office) -> None:
    picture = (await office.upload(a_picture()))["hash"]
    added = await office.add_reward(picture=picture)
    assert added["picture"] == picture
    card = await shop.a_card()
    public = await shop.anna.but().get(f"/storefront/loyalty/{shop.hub}/program")
    for rewards in ((await shop.anna.program())["rewards"], (await shop.anna.show(card))["rewards"], public["rewards"]):
        assert [reward["picture"] for reward in rewards] == [None, None, picture]
    assert (await office.change_reward(added, picture=None))["picture"] is None


async def test_another_merchants_picture_cannot_be_used(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    picture = (await Office.of(theirs.claire).upload(a_picture()))["hash"]
    with refused("validation_failed", 422):
        await Office.of(mine.claire).add_reward(picture=picture)
    await Office.of(mine.claire).upload(a_picture())
    await Office.of(mine.claire).add_reward(picture=picture)


async def test_a_picture_that_nothing_shows_is_purged_after_a_day(own_town: OwnTown) -> None:
    async with own_town() as town:
        office = Office.of((await town.open_shop()).claire)

        async def kept() -> set[str]:
            return {row["hash"] for row in await town.superuser.fetch("SELECT hash FROM pictures")}

        used = (await office.upload(a_picture()))["hash"]
        archived = await office.archive(await office.add_reward(picture=used))
        unused = (await office.upload(a_picture(color=(1, 2, 3))))["hash"]
        await purge({"services": town.services})
        assert await kept() == {used, unused}
        clock.move(timedelta(days=1, seconds=1))
        await purge({"services": town.services})
        assert await kept() == {used}
        await office.restore_reward(archived)
