"""Real values for the parameters of addresses: what a shop and the platform own, and names that belong to nobody."""

import re
import secrets
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from backend.core.clock import clock
from backend.identity.models import PasswordReset
from backend.identity.queries import token_hash
from backend.operations.task_runs.actions import Progress, run_now
from tests.world.account import Account
from tests.world.caller import Json, new_key
from tests.world.devices import add_device
from tests.world.emails import a_failed_email
from tests.world.invitations import invite, mailed_token, new_email
from tests.world.keys import connect
from tests.world.office import Office, PlatformOffice
from tests.world.parked import park
from tests.world.pictures import a_picture
from tests.world.shop import Shop, hire_admin
from tests.world.tablet_queue import outcomes, queue_of
from tests.world.till import Card, id_of
from tests.world.webhooks import WebhookOffice

Values = dict[str, str]
NAMES: Values = {
    "language": "en",
    "task_name": "purge",
    "provider": "apple",
    "category": "limits",
    "feature": "loyalty",
    "pass_type": "pass.example.orion",
    "device": "a-phone",
    "file_name": "logo.png",
}
SAMPLE: Json = {"subject": "Hello", "body": "<p>Hello</p>"}
PIN, RULES = "482915", "/merchant/loyalty/offline-rules"
PARAMETER = re.compile(r"\{(\w+)\}")


class Belongings(NamedTuple):
    """By name of a parameter."""

    of_shop: Values
    of_platform: Values
    """Where an operation of administrators names no merchant."""
    of_links: dict[str, Values]
    """By part of the path: what an email names."""

    def at(self, path: str) -> Values:
        is_of_platform = "/admin/" in path and "{merchant_code}" not in path
        of_link = next((values for part, values in self.of_links.items() if part in path), {})
        return self.of_shop | (self.of_platform if is_of_platform else of_link)

    def address(self, path: str) -> str:
        """The path of the document with these values."""
        return PARAMETER.sub(lambda name: self.at(path)[name[1]], path.removeprefix("/api/v1"))


async def belongings_of(shop: Shop, super_admin: PlatformOffice) -> Belongings:
    """A card with bookings, a hold, a merge, a reward, a preview, a picture; a member, an invitation, a webhook …"""
    office, card = Office.of(shop.claire), await shop.a_card(points=700, email=new_email())
    account = Account(office.http, office._promises, (await shop.sign_in_again("claire")).token)
    await account.confirm()
    await account.add_passkey()
    told = {"category_ids": shop.categories[:1], "order_reference": "R-1"}
    sale = await shop.anna.earn(card, cents=100, key=(key := new_key()), **told)
    reservation = await shop.anna.reserve(card, shop.rewards[100])
    merge = await office.merge(await shop.a_card(), await shop.a_card())
    links, webhooks = shop.services.links, WebhookOffice.of(shop.claire)
    endpoint = await webhooks.add_endpoint()
    of_shop = {
        "merchant_code": shop.code,
        "store_code": shop.hub,
        "store_id": str(shop.store_ids[shop.hub]),
        "card_id": card["id"],
        "card_code": card["code"],
        "customer_id": card["customer"]["id"],
        "transaction_id": id_of(sale["transaction"]),
        "key": key,
        "hold_id": id_of(reservation["hold"]),
        "merge_id": merge["merge_id"],
        "reward_id": shop.rewards[100],
        "endpoint_id": id_of(endpoint),
        "delivery_id": id_of(await webhooks.send_test(endpoint)),
        "preview_id": id_of(await office.try_terms()),
        "picture": (await office.upload(a_picture(color=tuple(shop.merchant_id.bytes[-3:]))))["hash"],
        "token": last_part(links.url(shop.merchant_id, UUID(card["id"]), 0)),
        "code": "loyalty_enrollment",
        "user_id": str(shop.user_ids["luc"]),
        "invitation_id": id_of(await invite(office, email := new_email())),
        "entry_id": (await office.get("/merchant/audit"))["data"][0]["id"],
        "session_id": (await account.sessions())[0]["id"],
        "passkey_id": (await account.factors())["passkeys"][0]["id"],
        "serial": str(uuid4()),
        "staff_id": str(shop.user_ids["anna"]),
        "api_key_id": str((await connect(shop)).key_id),
    }
    of_shop |= await _of_tablet(shop, card)
    if shop.categories:
        of_shop["category_id"] = shop.categories[0]
    invited = {"token": await mailed_token(shop.services, email)}
    reset = {"token": await _reset_link(shop)}
    unsubscribing = {
        "token": last_part(shop.services.unsubscribe_links.url(shop.merchant_id, UUID(card["customer"]["id"])))
    }
    of_links = {"/storefront/invitations/": invited, "/password-resets/": reset, "/email-choices/": unsubscribing}
    return Belongings(NAMES | of_shop, await _of_platform(shop, super_admin), of_links)


async def _of_tablet(shop: Shop, card: Card) -> Values:
    """With a grant of Anna's, points that it holds, and a sale that came so late that a person has to decide."""
    rules = (await shop.claire.get(RULES))["rules"]
    every = [rule | {"operations": [*rule["operations"], "redeem"]} for rule in rules]
    await shop.claire.ask("PUT", RULES, json={"rules": every})
    tablet = queue_of(shop, id_of(await add_device(shop.claire, shop.hub)))
    await shop.give_pin("anna", PIN)
    grant = await tablet.check_pin("anna", PIN)
    allowance = await tablet.hold(card, 1)
    told = {"category_ids": shop.categories[:1], "order_reference": "R-2"}
    sale = tablet.sold(card, 100, ago=timedelta(days=20), body=told)
    assert outcomes(await tablet.hand_in()) == ["review"]
    (waiting,) = (await shop.claire.get("/merchant/devices/review"))["data"]
    return {
        "device_id": str(tablet.device_id),
        "grant_id": str(grant.view.id),
        "allowance_id": allowance["id"],
        "operation_id": sale["id"],
        "review_id": id_of(waiting),
    }


async def _reset_link(shop: Shop) -> str:
    """The last part of Luc's."""
    token = secrets.token_urlsafe(32)
    row = PasswordReset(
        user_id=shop.user_ids["luc"], token_hash=token_hash(token), expires_at=clock.now() + timedelta(hours=1)
    )
    async with shop.services.sessions.committing() as session:
        session.add(row)
    return token


async def nothing(_: Progress) -> None:
    """Ends at once: who watches it waits for nothing."""


async def _of_platform(shop: Shop, super_admin: PlatformOffice) -> Values:
    other = await hire_admin(shop.services, super_admin, "Eve")
    invitation = await invite(super_admin, new_email(), audience="admin", role="platform_admin")
    return {
        "code": "test_email",
        "key": "earn_per_minute",
        "id": str((await run_now(shop.services.sessions, "purge", nothing)).id),
        "event_id": str((await park(shop, "post_letter: KeyError"))[0]),
        "mail_id": str(await a_failed_email(shop)),
        "user_id": (await other.get("/auth/me"))["id"],
        "invitation_id": id_of(invitation),
        "entry_id": (await super_admin.get("/admin/audit"))["data"][0]["id"],
    }


def last_part(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]
