"""An owner says some things in emails to customers in other words than the platform."""

import json

import asyncpg
import pytest

from tests.conftest import OpenShop
from tests.messaging.template_editing.editor import Editor
from tests.world import ADA, PASSWORD
from tests.world.caller import Promises, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

WELCOME, LINK = "loyalty_enrollment", "loyalty_card_link"
BODY = '<h1>Hi</h1>\n<p><a class="button" href="{{ card.url }}">Card</a></p>'


@pytest.fixture
def claire(shop: Shop) -> Editor:
    return Editor.of_owner(shop.claire)


async def test_owners_see_emails_to_customers_only(claire: Editor) -> None:
    templates = await claire.templates()
    assert {template["category"] for template in templates} == {"loyalty"}
    with refused("email_template_not_found", 404):
        await claire.template("wallet_certificate_expiring")


async def test_what_an_owner_does_not_change_is_the_platforms(claire: Editor) -> None:
    inherited = await claire.template(WELCOME)
    saved = await claire.save(WELCOME, subject="Your card is here")
    assert (saved["subject"], saved["own"], saved["version"]) == ("Your card is here", ["subject"], 1)
    assert (saved["body"], saved["preheader"]) == (inherited["body"], inherited["preheader"])
    assert (await claire.coverage(WELCOME))["en"]["own"] == ["subject"]
    assert (await claire.coverage(WELCOME))["fr"]["own"] == []


async def test_text_that_equals_the_platforms_stays_the_platforms(claire: Editor) -> None:
    inherited = await claire.template(WELCOME)
    fields = ("subject", "preheader", "body")
    saved = await claire.save(WELCOME, **{name: inherited[name] for name in fields} | {"body": BODY})
    assert saved["own"] == ["body"]


async def test_an_owner_goes_back_to_the_platforms_text_and_restores_theirs(claire: Editor) -> None:
    await claire.save(WELCOME, subject="Your card is here", body=BODY)
    reset = await claire.reset(WELCOME)
    assert (reset["own"], reset["version"]) == ([], 2)
    assert reset["subject"] == "Your {{ merchant.name }} card"
    restored = await claire.restore(WELCOME, 1)
    assert (restored["own"], restored["body"], restored["version"]) == (["subject", "body"], BODY, 3)
    assert [(each["version"], each["subject"]) for each in await claire.history(WELCOME)] == [
        (3, "Your card is here"), (2, None), (1, "Your card is here"),
    ]  # fmt: skip
    with refused("template_version_not_found", 404):
        await claire.restore(WELCOME, 9)


async def test_one_merchants_text_is_not_anothers(opened: OpenShop) -> None:
    mine, theirs = Editor.of_owner((await opened()).claire), Editor.of_owner((await opened()).claire)
    await theirs.save(WELCOME, subject="Theirs")
    assert (await mine.template(WELCOME))["own"] == []
    assert await mine.history(WELCOME) == []


async def test_a_stale_form_is_refused_with_who_saved(claire: Editor, shop: Shop) -> None:
    await claire.save(WELCOME, subject="One")
    with refused("stale", 412) as said:
        await claire.save(WELCOME, subject="Two", version=0)
    assert said[0]["changed_by"]
    with refused("precondition_required", 428):
        await claire.ask("DELETE", f"/merchant/email-templates/{WELCOME}/en")


async def test_what_cannot_be_sent_is_not_saved(claire: Editor) -> None:
    with refused("template_invalid", 422) as said:
        await claire.save(WELCOME, body="<h1>Hi</h1>")
    assert said[0]["errors"][0]["code"] == "required_missing"
    with refused("template_invalid", 422):
        await claire.preview(WELCOME, body="<script>alert(1)</script>")


async def test_a_preview_and_a_test_show_the_merchants_own_name(
    claire: Editor, shop: Shop, superuser: asyncpg.Connection
) -> None:
    name = await superuser.fetchval("SELECT name FROM merchants WHERE id = $1", shop.merchant_id)
    preview = await claire.preview(WELCOME, subject="{{ merchant.name }}", body=BODY)
    assert (preview["subject"], name in preview["html"]) == (name, True)
    sent_to = await claire.test(LINK, "lb")
    row = await superuser.fetchrow("SELECT * FROM email_logs WHERE merchant_id = $1", shop.merchant_id)
    assert (row["recipient"], row["subject"].startswith("[Test] ")) == (sent_to["recipient"], True)
    assert (row["template_code"], row["card_id"]) == (LINK, None)


async def test_every_change_is_audited(claire: Editor, shop: Shop, superuser: asyncpg.Connection) -> None:
    await claire.save(WELCOME, subject="One")
    await claire.reset(WELCOME)
    entries = "SELECT * FROM audit_entries WHERE merchant_id = $1 ORDER BY id"
    rows = await superuser.fetch(entries, shop.merchant_id)
    assert [row["action"] for row in rows] == ["email_template.changed", "email_template.reset"]
    assert [json.loads(row["after"]) for row in rows] == [
        {"subject": "One", "template": f"{WELCOME}/en"},
        {"subject": None, "template": f"{WELCOME}/en"},
    ]
    assert rows[0]["subject_id"] == rows[1]["subject_id"]


async def test_only_owners_edit_their_texts(shop: Shop, anonymous: AnonymousCaller, promises: Promises) -> None:
    with refused("forbidden", 403):
        await shop.anna.get("/merchant/email-templates")
    signed_in = await anonymous.sign_in(ADA.email, PASSWORD)
    ada = Editor(anonymous.http, promises, signed_in["token"])
    with refused("forbidden", 403):
        await ada.get("/merchant/email-templates")
