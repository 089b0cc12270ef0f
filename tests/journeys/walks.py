"""Walks through every page and every state. They use only keys and attributes, so that they work in any language."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from playwright.async_api import Page, expect

from backend.operations.task_runs.actions import Progress, run_now
from backend.wallets.jobs import SYNC_PASSES
from tests.journeys.stack import Stack
from tests.journeys.till import TillScreen, in_groups
from tests.messaging.template_editing.editor import Editor
from tests.world import PASSWORD
from tests.world.customer import CODE, NOT_ME, found
from tests.world.devices import a_tablet
from tests.world.emails import a_failed_email
from tests.world.invitations import mailed_token, new_email
from tests.world.keys import connect
from tests.world.office import Office
from tests.world.parked import park
from tests.world.pictures import a_picture
from tests.world.shop import Shop
from tests.world.tablet_queue import queue_of
from tests.world.till import Card
from tests.world.webhooks import WebhookOffice

PIN = "2468"
UNKNOWN_CODE = "BDFHKLNPRSTVXGCJ"
RECEIPT = "20261"
TOLD = "(secrets) => secrets.filter((secret) => document.documentElement.outerHTML.includes(secret))"
SEALED = ("session", "customer")
"""How the names of cookies begin that sign somebody in."""


@dataclass(frozen=True)
class Scene:
    """A shop with customers. Their names are Greek, to be distinguishable from the pages' own text."""

    stack: Stack
    shop: Shop
    full: Card
    """Everything a card can show: points, a full stamp card, several rewards to choose from."""
    fresh: Card
    past: Card
    """A card with every kind of transaction in its history."""


async def set_scene(stack: Stack, shop: Shop) -> Scene:
    await shop.give_pin("anna", PIN)
    full = await shop.a_card(points=650, stamps=9, first_name="Μαρία", last_name="Παπαδοπούλου")
    await shop.anna.stamp(full)
    fresh = await shop.a_card(points=40, stamps=1, first_name="Μαρία", last_name="Νικολάου")
    return Scene(stack, shop, full, fresh, await _a_card_with_a_past(shop))


Walk = Callable[[Page, Scene], AsyncIterator[str]]


async def stops(walk: Walk, page: Page, scene: Scene) -> AsyncIterator[str]:
    """Yields at each stop once the page is complete, style sheets included. No page tells a secret."""
    async for stop in walk(page, scene):
        await page.wait_for_load_state()
        assert await told_secrets(page, scene.stack) == [], stop
        yield stop


async def told_secrets(page: Page, stack: Stack) -> list[str]:
    """Keys and tokens of the processes, and the reader's own session."""
    cookies = [cookie["value"] for cookie in await page.context.cookies() if cookie["name"].startswith(SEALED)]
    told: list[str] = await page.evaluate(TOLD, [*stack.secrets, *cookies])
    return told


async def past_the_customers_pages(page: Page, scene: Scene) -> AsyncIterator[str]:
    button = page.locator("form button.big")
    await page.goto(f"/j/{scene.shop.hub}")
    await page.locator("details summary").first.click()
    yield "join"
    await page.locator("[name=email]").fill("nobody")
    await button.click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    yield "join, with mistakes"
    email = f"{uuid4().int}@example.com"
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=accept_terms]").check()
    await button.click()
    await expect(page.locator(".face-code")).to_be_visible()
    yield "join, done"
    await page.goto(f"/j/{scene.shop.outlet}")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=accept_terms]").check()
    await button.click()
    await expect(page.locator(".offer").first).to_be_visible()
    yield "join, mailed"
    await page.goto(scene.full["page_url"])
    await page.locator("details summary").last.click()
    yield "card"
    await page.locator("a[href*='/u/']").click()
    await expect(page.locator("main h1")).to_be_visible()
    yield "email choices, without consent"
    await page.goto("/u/no-such-link")
    yield "email choices, old link"
    await page.goto("/c/no-such-card")
    yield "card link, old"
    await page.goto("/c")
    yield "card link"
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=store_code]").fill(scene.shop.hub)
    await button.click()
    await expect(page.locator("form")).to_have_count(0)
    yield "card link, mailed"
    await page.goto("/j/NOWHERE")
    yield "join, unknown store"


async def past_the_own_account(page: Page, scene: Scene) -> AsyncIterator[str]:
    button, email = page.locator("main form button.big"), scene.full["customer"]["email"]
    await page.goto("/account")
    yield "account, sign-in without a store"
    await page.goto(f"/account?store={scene.shop.hub}")
    yield "account, sign-in"
    await page.locator("[name=email]").fill("nobody")
    await button.click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "account, with mistakes"
    await page.locator("[name=email]").fill(email)
    await button.click()
    await expect(page.locator("[name=code]")).to_be_focused()
    yield "account, code"
    mail = await scene.stack.mail_with_code(email)
    await page.locator("[name=code]").fill("12")
    await button.click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "account, wrong code"
    await page.locator("[name=code]").fill(found(CODE, mail))
    await button.click()
    await expect(page.locator("#signed-in")).to_be_visible()
    yield "account"
    await page.goto(f"/account/not-me/{found(NOT_ME, mail)}")
    yield "account, not me"
    await button.click()
    await expect(page.locator(".note")).to_be_visible()
    yield "account, not me, ended"
    await page.goto("/account")
    await expect(page.locator(".note.warn")).to_be_visible()
    yield "account, signed out"


async def past_the_doors(page: Page, scene: Scene) -> AsyncIterator[str]:
    await page.goto("/")
    yield "start"
    await page.goto("/sign-in")
    yield "sign-in"
    await page.locator("[name=email]").fill(scene.shop.emails["claire"])
    await page.locator("[name=password]").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.locator("#says .note")).to_be_visible()
    yield "sign-in, refused"
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".figure-cards")).to_be_visible()
    await page.goto("/sign-in/store")
    yield "choice of store"
    await page.goto("/forgotten")
    yield "forgotten password"
    await page.goto("/reset/no-such-link")
    yield "new password, old link"
    await page.goto("/profile")
    yield "profile"
    await page.goto("/profile/authenticator")
    await expect(page).to_have_url(re.compile("/profile/confirm"))
    yield "confirmation"
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("svg.qr")).to_be_visible()
    yield "authenticator app"
    await page.goto("/profile/passkeys")
    yield "new passkey"
    await page.goto("/profile/password")
    yield "own password"
    await page.locator("[name=password]").fill("short")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    yield "own password, refused"
    await page.goto("/profile/pin")
    yield "own PIN"
    await page.locator("[name=pin]").fill("12")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    yield "own PIN, refused"
    await page.goto("/nowhere")
    yield "not found"
    await page.goto("/offline")
    yield "offline"


async def past_the_till(page: Page, scene: Scene) -> AsyncIterator[str]:
    till = await _at_the_till(page, scene)
    yield "till, ready"
    await till.open(scene.fresh)
    yield "till, card"
    await page.locator(".menu summary").click()
    yield "till, menu"
    await page.locator(".menu summary").click()
    await till.amount.focus()
    await till.type("12,505")
    await till.press("Enter")
    await expect(page.locator("#amount-says span")).to_be_visible()
    yield "till, refusal of a field"
    await till.amount.fill("4150")
    await till.press("Enter")
    await expect(page.locator("[name=confirmed]")).to_be_visible()
    yield "till, doubtful amount"
    await till.amount.fill("")
    await till.press("+")
    await expect(till.stamps).to_contain_text("2")
    yield "till, stamped"
    await till.press("+")
    await expect(till.says.locator(".note")).to_be_visible()
    yield "till, refusal"
    await page.locator(".phone summary").click()
    yield "till, code for the phone"
    await till.open(scene.full)
    await page.locator(".choices summary").click()
    yield "till, full card and rewards"
    await page.locator(".choices [data-digit='1']").click()
    await expect(page.locator(".handover[role=alert]")).to_be_visible()
    yield "till, hand over"
    await page.context.clear_cookies(name="session")
    await till.type("12,50")
    await till.press("Enter")
    await expect(page.locator("#over-email")).to_be_focused()
    yield "till, sign-in over the page"


async def past_the_tools_of_the_till(page: Page, scene: Scene) -> AsyncIterator[str]:
    till = await _at_the_till(page, scene)
    await till.type("Μαρία")
    await till.press("Enter")
    await expect(page.locator(".match")).to_have_count(2)
    yield "till, several matches"
    await till.press("/")
    await till.type("Ωμέγα")
    await till.press("Enter")
    await expect(page.locator("#missing")).to_be_visible()
    yield "till, no match"
    await till.scan(UNKNOWN_CODE)
    await expect(page.locator("#missing")).to_be_visible()
    await expect(page.locator("#missing ~ form")).to_have_count(0)
    yield "till, unknown code"
    await till.press("F4")
    await expect(page.locator("#enroll")).to_be_visible()
    await expect(page.locator("[name=email]")).to_be_focused()
    await till.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "till, enroll"
    await till.press("F8")
    await till.at_first_row()
    await till.press("Enter")
    await expect(page.locator("details.booking[open]")).to_be_visible()
    yield "till, bookings"
    await till.press("F2")
    await expect(page.locator("#camera")).to_be_visible()
    yield "till, camera"
    await till.press("Escape", "F9")
    await expect(page.locator("#unlock-pin")).to_be_focused()
    yield "till, locked"
    await page.reload()
    await expect(page.locator("#unlock-pin")).to_be_focused()
    await till.type("1111")
    await till.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "locked page, wrong PIN"


async def past_the_history_of_a_card(page: Page, scene: Scene) -> AsyncIterator[str]:
    till, card = await _at_the_till(page, scene), scene.past
    await till.open(card)
    await expect(page.locator("[name^='quantity.']")).to_have_value("2")
    yield "till, set aside"
    await till.press("F7")
    await expect(page.locator("#why .reason").first).to_be_visible()
    await page.locator("#why details summary").first.click()
    yield "till, why this balance"
    await till.press("F6")
    await expect(page.locator("[data-row]").first).to_be_focused()
    sale = page.locator("details.booking:has([name=amount])").first
    await sale.locator("summary.line").click()
    yield "till, history of the card"
    await sale.locator("[name=amount]").fill("99999")
    await sale.locator("[data-digit='1']").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    yield "till, return refused"
    await till.press("F8")
    await page.locator(".receipt > summary").click()
    receipt = page.locator("[name=order_reference]")
    await receipt.fill("4711")
    await receipt.press("Enter")
    await expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    yield "till, unknown receipt"
    await receipt.fill(RECEIPT)
    await receipt.press("Enter")
    await expect(page.locator("#return")).to_be_focused()
    yield "till, return by receipt"
    await page.goto(f"/till/cards/{card['id']}/explanation")
    yield "till, why this balance, a page"


async def past_a_limit(page: Page, scene: Scene) -> AsyncIterator[str]:
    await Office.of(scene.shop.claire).set_fraud_limits(
        {"scope": "card", "measure": "stamps", "window_minutes": 60, "maximum": 0}
    )
    till = await _at_the_till(page, scene)
    await till.open(scene.fresh)
    await till.press("+")
    await expect(till.says.locator(".note")).to_be_visible()
    yield "till, limit reached"
    await page.locator("#says + details summary").press("Enter")
    await page.locator("[name='override.email']").fill(scene.shop.emails["anna"])
    await page.locator("[name='override.pin']").fill("1111")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_focused()
    yield "till, limit not lifted"


async def past_the_office(page: Page, scene: Scene) -> AsyncIterator[str]:
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    yield "office"
    await page.locator(".menu summary").click()
    yield "office, menu"
    await page.locator(".menu summary").click()
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.locator(".fold summary").click()
    yield "office, navigation"
    await page.goto("/admin")
    yield "no access"


async def past_the_marketing(page: Page, scene: Scene) -> AsyncIterator[str]:
    plan, any_version = "/merchant/loyalty/marketing-plan", {"if-match": "*"}
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/marketing")
    yield "marketing"
    await page.locator("[name=reengagement_days]").fill("5")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    yield "marketing, with mistakes"
    await Office.of(scene.shop.claire).ask("PATCH", plan, json={"reengagement_days": 60}, headers=any_version)
    await page.locator("[name=reengagement_days]").fill("90")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note.warn")).to_be_visible()
    yield "marketing, changed meanwhile"
    await page.locator("form.card button.primary").click()
    await expect(page.locator(".note.ok")).to_be_visible()
    yield "marketing, saved"


async def past_the_rewards(page: Page, scene: Scene) -> AsyncIterator[str]:
    office, name = Office.of(scene.shop.claire), {"en": "Μαντήλι", "fr": "Φουλάρι"}
    picture = await office.upload(a_picture())
    period = {"starts_on": "2030-06-01", "ends_on": "2030-06-30"}
    store_ids = [str(scene.shop.store_ids[scene.shop.hub])]
    scarf = await office.add_reward(name, 1200, picture=picture["hash"], stock=5, store_ids=store_ids, **period)
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/rewards")
    await expect(page.locator(".reward")).to_have_count(3)
    yield "rewards"
    await page.locator("#query").fill("Ωμέγα")
    await expect(page.locator(".reward")).to_have_count(0)
    yield "rewards, none found"
    await page.goto("/office/rewards/new")
    yield "reward, new"
    await page.locator("#stock").fill("-1")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(3)
    yield "reward, with mistakes"
    await page.goto(f"/office/rewards/{scarf['id']}")
    yield "reward"
    await office.change_reward(scarf, points_required=900)
    await page.locator("#value").fill("12")
    await page.keyboard.press("Enter")
    await expect(page.locator("[role=alert] dl > div")).to_have_count(2)
    yield "reward, changed meanwhile"
    await page.goto(f"/office/rewards/{scarf['id']}")
    await page.locator("form[action$='/archive'] button").click()
    await expect(page.locator(".reward")).to_have_count(1)
    yield "rewards, archived"
    await page.locator(".reward a").click()
    await expect(page.locator("fieldset[disabled]")).to_be_visible()
    yield "reward, archived"


async def past_the_audit(page: Page, scene: Scene) -> AsyncIterator[str]:
    office = Office.of(scene.shop.claire)
    scarf = await office.add_reward({"en": "Μαντήλι"}, 1200)
    await office.change_reward(scarf, points_required=900, stock=3)
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/audit")
    await expect(page.locator(".email")).to_have_count(2)
    yield "audit"
    await page.locator(".email a").first.click()
    await expect(page.locator(".changes")).to_be_visible()
    yield "audit, entry"
    await page.goto("/office/audit?first=2020-01-01&last=2020-01-02")
    await expect(page.locator(".email")).to_have_count(0)
    yield "audit, none found"


async def past_the_email_texts(page: Page, scene: Scene) -> AsyncIterator[str]:
    path = "/office/email-templates/loyalty_enrollment/en"
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/email-templates")
    await expect(page.locator(".text-state").first).to_be_visible()
    yield "email texts"
    await page.goto(path)
    await page.locator("#subject").fill("{{ merchant.name }}: Η κάρτα σας")
    await page.locator(".button.primary").click()
    await expect(page.locator("[role=status] .note.ok")).to_be_visible()
    yield "email text, saved"
    await page.locator("#body").fill("<p>{{ customer.nme }}")
    await expect(page.locator("#checked .faults li")).to_have_count(3)
    yield "email text, with mistakes"
    await page.locator(".button.primary").click()
    await expect(page.locator("[role=alert] .note.warn")).to_be_visible()
    yield "email text, refused"
    await page.goto(path)
    await Editor.of_owner(scene.shop.claire).save("loyalty_enrollment", subject="Καλώς ήρθατε")
    await page.locator("#preheader").fill("Η κάρτα σας")
    await page.locator(".button.primary").click()
    await page.locator("[role=alert] details summary").click()
    yield "email text, changed meanwhile"
    await page.goto(f"{path}/history?version=1")
    await expect(page.locator(".diff .removed").first).to_be_visible()
    yield "email text, history"


async def a_failed_run(scene: Scene) -> None:
    async def work(progress: Progress) -> None:
        for card in (scene.full, scene.fresh):
            progress.fail(card["id"], "google: refused: hexBackgroundColor")

    await run_now(scene.shop.services.sessions, SYNC_PASSES, work)


async def past_the_platform(page: Page, scene: Scene) -> AsyncIterator[str]:
    await a_failed_run(scene)
    await park(scene.shop, "post_letter: KeyError")
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile .badge")).to_have_count(2)
    yield "platform"
    await page.goto("/admin/readiness")
    await expect(page.locator(".step").first).to_be_visible()
    yield "readiness of the platform"
    await page.goto(f"/admin/readiness?merchant={scene.shop.code}")
    yield "readiness of a merchant"
    await page.locator("[name=merchant]").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "readiness, unknown merchant"
    async for stop in _past_the_background_work(page):
        yield stop
    await page.goto("/admin/wallets")
    await expect(page.locator(".start")).to_be_visible()
    yield "wallets"
    await page.locator(".start summary").click()
    await page.locator("[name=scope][value=card]").check()
    await page.locator(".start .button.primary").click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "wallets, refusal of a field"
    await page.locator(".menu summary").click()
    yield "platform, menu"
    await page.locator(".menu summary").click()
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.locator(".fold summary").click()
    yield "platform, navigation"
    await page.goto(f"/admin/passes?code={scene.full['code']}")
    await page.locator("main details summary").first.click()
    yield "passes"
    await page.locator("[name=code]").fill(UNKNOWN_CODE)
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "passes, unknown card"
    await page.goto("/admin/email-templates")
    await expect(page.locator(".text-state").first).to_be_visible()
    yield "email texts of the platform"
    await page.goto("/admin/email-templates/wallet_certificate_expiring/de")
    yield "email text of the platform"
    await page.goto(f"/admin/audit?merchant={scene.shop.code}")
    yield "audit of a merchant"


async def _past_the_background_work(page: Page) -> AsyncIterator[str]:
    await page.goto("/admin/jobs")
    await page.locator("#expire_points summary").click()
    await page.locator("#expire_points [name=merchant_code]").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "tasks, refusal of a field"
    await page.goto("/admin/jobs/runs?task=sync_wallet_passes&state=partly_done")
    yield "runs"
    await page.locator(".email a").first.click()
    await expect(page.locator(".failures a").first).to_be_visible()
    yield "run, with failures"
    await page.goto("/admin/jobs/waiting?reaction=post_letter")
    await page.locator(".run summary").first.click()
    yield "what waits"


async def past_the_settings(page: Page, scene: Scene) -> AsyncIterator[str]:
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile").first).to_be_visible()
    for category in ("email", "wallets", "security", "limits", "privacy", "branding"):
        await page.goto(f"/admin/settings/{category}")
        yield f"settings, {category}"
    await page.locator("#platform_name").fill("Παπαδοπούλου")
    await page.locator("#settings .button.primary").click()
    await expect(page.locator("[name=confirmed]")).to_be_visible()
    yield "settings, review"
    await page.goto("/admin/settings/email")
    await page.locator("#smtp_port").fill("0")
    await page.locator("#settings .button.primary").click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "settings, refusal of a field"
    await page.goto("/admin/settings/email")
    await page.locator("#smtp_port").fill("1")
    await page.locator(".head .button.primary").click()
    await expect(page.locator("#test .note")).to_be_visible()
    yield "settings, connection test"
    await page.goto("/mail")
    yield "mails"
    await page.locator(".list a").first.click()
    yield "mail"


async def past_the_emails(page: Page, scene: Scene) -> AsyncIterator[str]:
    await a_failed_email(scene.shop)
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile").first).to_be_visible()
    await page.goto("/admin/emails")
    yield "emails"
    await page.locator("[name=merchant]").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "emails, unknown merchant"
    await page.goto("/admin/emails?status=failed")
    await page.locator(".email a").first.click()
    await expect(page.locator(".timeline")).to_be_visible()
    yield "email"
    await page.locator("form[action$=resend] button").click()
    await expect(page.locator("[role=status] .note")).to_be_visible()
    yield "email, sent as a new one"
    await page.goto("/admin/emails?recipient=nobody@example.com")
    yield "emails, none"


async def past_no_answer(page: Page, scene: Scene) -> AsyncIterator[str]:
    till = await _at_the_till(page, scene)
    await till.type("Μαρία")
    with scene.stack.silent_backend():
        # As without scripts: the whole page is requested.
        await page.locator("#find").evaluate("form => form.submit()")
        await expect(page.locator("main [name=query][type=hidden]")).to_be_attached()
    yield "finder, no answer"


async def _past_the_tablets(page: Page, shop: Shop) -> AsyncIterator[str]:
    tablet = await a_tablet(shop, name="Ταμπλέτα")
    await tablet.heartbeat(pending_count=3, battery_percent=17)
    await page.goto("/office/devices")
    yield "tablets"
    await page.goto("/office/devices/offline-rules")
    await page.locator("form[action$=own] button").click()
    await expect(page.locator(".note.ok")).to_be_visible()
    yield "tablets without a network"
    await page.goto("/office/devices/new")
    yield "tablet, new"
    await page.goto(f"/office/devices/{tablet.state.device_id}")
    yield "tablet"
    await page.locator("form[action$=code] button").click()
    await expect(page.locator("svg.qr")).to_be_visible()
    yield "tablet, its code"
    await page.goto("/pair")
    yield "tablet, wrongly scanned"


async def past_the_review(page: Page, scene: Scene) -> AsyncIterator[str]:
    shop = scene.shop
    tablet = await a_tablet(shop, name="Ταμπλέτα")
    await _sign_in(page, shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/review")
    yield "review, nothing waits"
    queue = queue_of(shop, str(tablet.state.device_id))
    queue.sold(scene.full, 2550, ago=timedelta(days=29))
    await queue.hand_in()
    await page.goto("/office/review")
    await expect(page.locator("[name=reason]")).to_have_count(1)
    yield "review"
    await page.locator("button[value=dismiss]").click()
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    yield "review, without a reason"
    await page.locator("[name=reason]").fill("Παλιό")
    await page.locator("button[value=dismiss]").click()
    await expect(page.locator(".note.ok")).to_be_visible()
    yield "review, dismissed"


async def past_the_people(page: Page, scene: Scene) -> AsyncIterator[str]:
    shop, any_version = scene.shop, {"if-match": "*"}
    await _sign_in(page, shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/staff/permissions")
    yield "permissions"
    await page.goto("/office/staff/invite")
    await page.locator("[name=email]").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "invitation, with mistakes"
    email = new_email()
    await page.locator("main [type=checkbox]").first.check()
    await page.locator("[name=email]").fill(email)
    await page.keyboard.press("Enter")
    await expect(page.locator(".note.ok")).to_be_visible()
    yield "staff"
    await page.goto("/office/staff?query=nobody")
    yield "staff, none"
    async for stop in _past_the_tablets(page, shop):
        yield stop
    anna = f"/merchant/staff/{shop.user_ids['anna']}"
    await page.goto(f"/office/staff/{shop.user_ids['anna']}")
    yield "member"
    await shop.claire.ask("PATCH", anna, json={"role": "merchant_owner"}, headers=any_version)
    await page.locator("form.editor button.primary").click()
    await expect(page.locator(".note.warn")).to_be_visible()
    yield "member, changed meanwhile"
    await shop.claire.ask("PATCH", anna, json={"role": "store_member"}, headers=any_version)
    await page.goto(f"/invitation/{await mailed_token(shop.services, email)}")
    yield "own invitation"
    await page.locator("form button.primary").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    yield "own invitation, with mistakes"
    await page.goto("/invitation/unknown")
    yield "own invitation, ended"


async def past_the_api_keys(page: Page, scene: Scene) -> AsyncIterator[str]:
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/api")
    yield "API keys, none"
    await connect(scene.shop, name="Ταμείο", at=[scene.shop.outlet], ended=timedelta(days=1))
    await page.goto("/office/api/new")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("main [name=name]").fill("Κατάστημα")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note.warn")).to_be_visible()
    yield "new API key, with mistakes"
    await page.locator("[name=permissions]").first.check()
    await page.locator("form.editor button.primary").click()
    # A browser without a window refuses what a click permits elsewhere.
    await page.context.grant_permissions(["clipboard-write"])
    await page.locator("[data-copy]").click()
    await expect(page.locator("[data-copied]")).to_be_visible()
    yield "secret of an API key"
    await page.goto("/office/api")
    yield "API keys"
    await page.locator(".email a").first.click()
    await expect(page.locator("form.editor")).to_be_visible()
    yield "API key"
    await page.locator("main a[href$=rotate]").click()
    await expect(page.locator("[name=overlap_hours]")).to_be_visible()
    yield "new secret of an API key"


async def past_the_administrators(page: Page, scene: Scene) -> AsyncIterator[str]:
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile").first).to_be_visible()
    await page.goto("/admin/users")
    await page.locator(".email details summary").first.click()
    yield "administrators"
    await page.locator("[name=email]").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    yield "administrators, with mistakes"
    await page.goto("/admin/users/permissions")
    yield "permissions of administrators"


async def past_the_merchants(page: Page, scene: Scene) -> AsyncIterator[str]:
    merchant, wrong = f"/admin/merchants/{scene.shop.code}", page.locator("[aria-invalid=true]").first
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile").first).to_be_visible()
    await page.goto("/admin/merchants")
    yield "merchants"
    await page.goto("/admin/merchants/new")
    await page.keyboard.press("Enter")
    await expect(wrong).to_be_visible()
    yield "merchant, new, with mistakes"
    await page.goto(merchant)
    await page.locator("[name=reason]").fill("no")
    await page.keyboard.press("Enter")
    await expect(wrong).to_be_visible()
    await page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    yield "merchant, with mistakes"
    await page.goto(f"{merchant}/features")
    await page.locator("form:has([name=store_id]) button").last.click()
    await expect(page.locator(".note.ok")).to_be_visible()
    yield "features"
    await page.goto(f"{merchant}/policy")
    await page.locator("[name=lockout_attempts]").fill("99")
    await page.keyboard.press("Enter")
    await expect(wrong).to_be_visible()
    yield "policy of a merchant, with mistakes"
    await page.locator("[name=lockout_attempts]").fill("3")
    await page.keyboard.press("Enter")
    await expect(page.locator("[name=confirmed]")).to_be_visible()
    yield "policy of a merchant, review"


async def past_an_act_on_behalf(page: Page, scene: Scene) -> AsyncIterator[str]:
    await _sign_in(page, "admin@orion.example")
    await expect(page.locator(".tile").first).to_be_visible()
    await page.goto(f"/admin/merchants/{scene.shop.code}")
    await page.locator("[name=reason]").fill("Ερώτηση 4711")
    await page.keyboard.press("Enter")
    await expect(page.locator(".acting")).to_be_visible()
    await page.goto("/office/stores")
    yield "stores, on behalf"
    await page.goto("/office/policy")
    change = {"lock_after_minutes": 9}
    await scene.shop.claire.ask("PATCH", "/merchant/policy", json=change, headers={"if-match": "*"})
    await page.locator("[name=lock_after_minutes]").fill("7")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note.warn")).to_be_visible()
    yield "policy, on behalf, changed meanwhile"


async def past_the_webhooks(page: Page, scene: Scene) -> AsyncIterator[str]:
    office = WebhookOffice.of(scene.shop.claire)
    await _sign_in(page, scene.shop.emails["claire"])
    await expect(page.locator(".by-store [data-label]")).to_have_count(14)
    await page.goto("/office/api/webhooks/new")
    await page.locator("form.editor button.primary").click()
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    yield "webhook, with mistakes"
    await page.locator("#url").fill("http://127.0.0.1:1/orion")
    await page.locator("[name=event_types]").first.check()
    await page.locator("form.editor button.primary").click()
    await expect(page.locator("#secret")).to_be_visible()
    yield "webhook, its secret"
    (endpoint,) = (await office.endpoints())["data"]
    delivery = await office.send_test(await office.rotate_secret(endpoint))
    await page.goto("/office/api/webhooks")
    yield "webhooks"
    await page.goto(f"/office/api/webhooks/{endpoint['id']}")
    yield "webhook"
    await page.goto(f"/office/api/webhooks/deliveries/{delivery['id']}")
    yield "webhook, delivery"


WALKS: list[Walk] = [
    past_the_settings,
    past_the_customers_pages,
    past_the_own_account,
    past_the_doors,
    past_the_till,
    past_the_tools_of_the_till,
    past_the_history_of_a_card,
    past_a_limit,
    past_no_answer,
    past_the_office,
    past_the_rewards,
    past_the_email_texts,
    past_the_marketing,
    past_the_audit,
    past_the_platform,
    past_the_emails,
    past_the_webhooks,
    past_the_review,
    past_the_people,
    past_the_api_keys,
    past_the_administrators,
    past_the_merchants,
    past_an_act_on_behalf,
]


async def _sign_in(page: Page, email: str) -> None:
    await page.goto("/sign-in")
    await page.locator("[name=email]").fill(email)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def _a_card_with_a_past(shop: Shop) -> Card:
    card = await shop.a_card(points=450, stamps=1, first_name="Ελένη", last_name="Αντωνίου")
    used = await shop.anna.redeem(card, shop.rewards[100], quantity=2)
    await shop.claire.void(used, quantity=1)
    sale = await shop.anna.earn(card, cents=3025, category_ids=shop.categories[:1], order_reference=RECEIPT)
    await shop.claire.void(sale, amount_cents=1000)
    await shop.claire.void(await shop.anna.stamp(card))
    await shop.anna.reserve(card, shop.rewards[100], quantity=2)
    return card


async def _at_the_till(page: Page, scene: Scene) -> TillScreen:
    till = TillScreen(page)
    await page.goto("/sign-in?next=/till")
    await page.locator("[name=email]").fill(scene.shop.emails["anna"])
    await page.locator("[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await till.is_ready()
    return till


def known_words(scene: Scene) -> list[str]:
    """Text entered by users, and text that is the same in every language; longest first."""
    shop = scene.shop
    cards = (scene.full, scene.fresh, scene.past)
    words = [shop.hub, shop.outlet, shop.hub[:3], shop.outlet[:3], *shop.emails.values()]
    words += [name.title() for name in shop.emails]
    words += [word for card in cards for word in (card["code"], in_groups(card["code"]), card["customer"]["email"])]
    return sorted(words, key=len, reverse=True)
