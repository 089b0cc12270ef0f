"""An administrator edits the platform's texts over the API."""

import asyncio
import json

import asyncpg
import pytest

from backend.messaging.template_editing.schemas.trials import TemplateSampleText
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.templates.samples import PEOPLE
from backend.services import Services
from i18n.locales import LANGUAGES
from tests.messaging.template_editing.conftest import seeded
from tests.messaging.template_editing.editor import Editor
from tests.world import ADA
from tests.world.caller import outcome, refused
from tests.world.shop import Shop

WELCOME, LINK = "loyalty_enrollment", "loyalty_card_link"
BODY = '<h1>Hi</h1>\n<p><a class="button" href="{{ card.url }}">Card</a></p>'


async def test_without_stored_texts_the_declared_ones_are_shown_as_missing(ada: Editor) -> None:
    templates = await ada.templates()
    assert {template["code"] for template in templates} == set(TEMPLATES)
    assert {each["state"] for template in templates for each in template["languages"]} == {"missing"}
    template = await ada.template(WELCOME, "de")
    assert (template["version"], template["subject"]) == (0, "Ihre Karte von {{ merchant.name }}")


async def test_a_template_is_shown_with_its_variables_and_its_etag(ada: Editor) -> None:
    answer = await ada.but(accept_language="fr").send("GET", f"/admin/email-templates/{WELCOME}/de")
    assert answer.headers["etag"] == '"0"'
    url = next(each for each in answer.json()["variables"] if each["name"] == "card.url")
    assert (url["kind"], url["is_required"], url["may_be_empty"]) == ("url", True, False)
    assert url["meaning"] == "L’adresse de la page de la carte du client\N{NARROW NO-BREAK SPACE}; privée"
    assert url["example"] == "https://cards.example/c/sample"


async def test_a_saved_text_is_in_force_with_its_author_and_its_history(ada: Editor, services: Services) -> None:
    await seeded(services)
    saved = await ada.save(WELCOME, subject="Hello from {{ merchant.name }}", body=BODY)
    assert (saved["version"], saved["subject"], saved["body"]) == (2, "Hello from {{ merchant.name }}", BODY)
    english = (await ada.coverage(WELCOME))["en"]
    assert (english["is_edited"], english["saved_by"], english["state"]) == (True, ADA.name, "up_to_date")
    assert [(each["version"], each["saved_by"]) for each in await ada.history(WELCOME)] == [(2, ADA.name), (1, None)]


async def test_a_change_of_the_english_text_marks_the_others_older_until_they_are_saved(
    ada: Editor, services: Services
) -> None:
    await seeded(services)
    await ada.save(WELCOME, subject="Hello from {{ merchant.name }}")
    states = {language: each["state"] for language, each in (await ada.coverage(WELCOME)).items()}
    assert states == dict.fromkeys(LANGUAGES, "older_than_english") | {"en": "up_to_date"}
    await ada.save(WELCOME, "fr", subject="Bonjour de {{ merchant.name }}")
    assert (await ada.coverage(WELCOME))["fr"]["state"] == "up_to_date"
    await ada.reset(WELCOME)
    states = {language: each["state"] for language, each in (await ada.coverage(WELCOME)).items()}
    assert states == dict.fromkeys(LANGUAGES, "up_to_date") | {"fr": "older_than_english"}


async def test_a_stale_form_is_refused_with_who_saved(ada: Editor) -> None:
    await ada.save(WELCOME, subject="One")
    with refused("stale", 412) as said:
        await ada.save(WELCOME, subject="Two", version=0)
    assert (said[0]["version"], said[0]["changed_by"]) == (1, ADA.name)
    with refused("stale", 412):
        await ada.reset(WELCOME, version=0)
    with refused("precondition_required", 428):
        await ada.ask("DELETE", f"/admin/email-templates/{WELCOME}/en")
    assert (await ada.template(WELCOME))["subject"] == "One"


async def test_of_two_who_save_at_once_one_is_refused(ada: Editor) -> None:
    outcomes = await asyncio.gather(*(outcome(ada.save(WELCOME, subject=each, version=0)) for each in ("One", "Two")))
    assert sorted(outcomes) == ["booked", "stale"]


async def test_what_cannot_be_sent_is_not_saved_and_every_fault_has_its_place(ada: Editor) -> None:
    body = "<h1>Hi</h1>\n<p>{{ customer.nme }}</p>\n{% for x in y %}{% endfor %}"
    with refused("template_invalid", 422) as said:
        await ada.save(WELCOME, body=body)
    assert [(each["code"], each["line"], each["column"]) for each in said[0]["errors"]] == [
        ("statement_not_allowed", 3, 1), ("statement_not_allowed", 3, 17),
    ]  # fmt: skip
    with refused("template_invalid", 422) as said:
        await ada.save(WELCOME, body="<h1>Hi</h1>\n<p>{{ customer.nme }}</p>")
    faults = [(each["code"], each["pointer"], each["line"], each["column"]) for each in said[0]["errors"]]
    assert faults == [("unknown_variable", "/body", 2, 4), ("required_missing", "/body", 1, 1)]
    assert said[0]["errors"][1]["detail"] == "“card.url” must appear in the text."
    assert await ada.history(WELCOME) == []


async def test_a_text_that_fails_for_one_person_only_names_the_sample(ada: Editor) -> None:
    body = '{% if customer.first_name %}<h1>Hi</h1>{% endif %}<p><a href="{{ card.url }}">Card</a></p>'
    with refused("template_invalid", 422) as said:
        await ada.save(WELCOME, body=body)
    assert {each["sample"]: each["code"] for each in said[0]["errors"]} == {"no_first_name": "heading_missing"}


async def test_an_earlier_text_is_restored_as_the_newest_version(ada: Editor) -> None:
    await ada.save(WELCOME, subject="One")
    await ada.save(WELCOME, subject="Two")
    restored = await ada.restore(WELCOME, 1)
    assert (restored["version"], restored["subject"]) == (3, "One")
    with refused("template_version_not_found", 404):
        await ada.restore(WELCOME, 9)


async def test_a_preview_shows_the_unsaved_text_for_each_person(ada: Editor) -> None:
    text = {"subject": "{{ customer.first_name | default('You') }} & co", "body": BODY}
    named = await ada.preview(WELCOME, **text)
    assert (named["subject"], named["subject_length"], named["is_subject_long"]) == ("Marie & co", 10, False)
    assert '<html lang="en"' in named["html"]
    assert "Card\nhttps://cards.example/c/sample" in named["text"]
    assert named["size_bytes"] == len(named["html"].encode())
    assert (await ada.preview(WELCOME, sample="no_first_name", **text))["subject"] == "You & co"
    assert (await ada.preview(WELCOME, sample="long_name", subject="{{ merchant.name }}"))["is_subject_long"]
    assert await ada.history(WELCOME) == []
    with refused("template_invalid", 422):
        await ada.preview(WELCOME, body="<p>")


async def test_a_test_email_goes_to_who_asks_for_it_with_a_mark(ada: Editor, superuser: asyncpg.Connection) -> None:
    assert await ada.test(WELCOME, "de", subject="Neu", body=BODY) == {"recipient": ADA.email}
    (row,) = await superuser.fetch("SELECT * FROM platform_mails")
    assert (row["recipient"], row["subject"], row["language"]) == (ADA.email, "[Test] Neu", "de")
    assert (row["template_code"], row["status"]) == (WELCOME, "queued")
    for _ in range(4):
        await ada.test(WELCOME)
    with refused("rate_limited", 429):
        await ada.test(WELCOME)


async def test_every_change_of_the_platforms_texts_is_audited(ada: Editor, superuser: asyncpg.Connection) -> None:
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("DELETE FROM platform_audit_entries")
    await superuser.execute("SET session_replication_role = origin")
    before = (await ada.template(WELCOME))["subject"]
    await ada.save(WELCOME, subject="One")
    await ada.reset(WELCOME)
    rows = await superuser.fetch("SELECT * FROM platform_audit_entries ORDER BY id")
    assert [(row["action"], row["subject"]) for row in rows] == [
        ("email_template.changed", f"{WELCOME}/en"), ("email_template.reset", f"{WELCOME}/en"),
    ]  # fmt: skip
    assert json.loads(rows[0]["before"]) == {"subject": before}
    assert json.loads(rows[0]["after"]) == {"subject": "One"}


@pytest.mark.parametrize("path", ["loyalty_enrollment/xx", "nothing/en"])
async def test_an_unknown_template_or_language_does_not_exist(ada: Editor, path: str) -> None:
    with refused("email_template_not_found", 404):
        await ada.get(f"/admin/email-templates/{path}")


async def test_owners_do_not_edit_the_platforms_texts(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.claire.get("/admin/email-templates")


def test_the_samples_of_the_api_are_the_four_people() -> None:
    assert set(TemplateSampleText.__annotations__["sample"].__args__) == set(PEOPLE)
