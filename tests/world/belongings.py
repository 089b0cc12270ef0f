"""Real values for the parameters of addresses: what a shop owns, and names that belong to nobody."""

from urllib.parse import urlsplit
from uuid import UUID, uuid4

from tests.world.caller import Json
from tests.world.office import Office, PlatformOffice
from tests.world.pictures import a_picture
from tests.world.shop import Shop
from tests.world.till import id_of

Values = dict[str, str]
NAMES: Values = {
    "language": "en",
    "provider": "apple",
    "category": "limits",
    "key": "earn_per_minute",
    "pass_type": "pass.example.orion",
    "device": "a-phone",
    "file_name": "logo.png",
}
TEMPLATE = {"merchant": "loyalty_enrollment", "admin": "test_email"}
SAMPLE: Json = {"subject": "Hello", "body": "<p>Hello</p>"}


async def belongings_of(shop: Shop, admin: PlatformOffice) -> Values:
    """By name of a parameter: a card with a booking, a hold, a merge, a reward, a preview, a picture and an email."""
    office, card = Office.of(shop.claire), await shop.a_card(points=700, email=f"{uuid4().hex}@example.com")
    sale = await shop.anna.earn(card, cents=100)
    reservation = await shop.anna.reserve(card, shop.rewards[100])
    merge = await office.merge(await shop.a_card(), await shop.a_card())
    links = shop.services.links
    return NAMES | {
        "card_id": card["id"],
        "card_code": card["code"],
        "transaction_id": id_of(sale["transaction"]),
        "hold_id": id_of(reservation["hold"]),
        "merge_id": merge["merge_id"],
        "reward_id": shop.rewards[100],
        "preview_id": id_of(await office.try_terms()),
        "picture": (await office.upload(a_picture()))["hash"],
        "store_code": shop.hub,
        "token": last_part(links.url(shop.merchant_id, UUID(card["id"]), 0)),
        "code": TEMPLATE["merchant"],
        "id": (await admin.post("/admin/loyalty/wallets/sync", {}))["run_id"],
        "mail_id": str(uuid4()),
        "serial": str(uuid4()),
    }


def last_part(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
