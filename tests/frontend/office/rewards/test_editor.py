"""An owner adds and changes rewards, against a fake backend."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.loyalty.pictures.schemas import PictureView
from frontend.kit.pictures import FORM_BYTES_MAX
from i18n.locales import LANGUAGES
from tests.frontend.canned import PICTURE, changed, found
from tests.frontend.office.rewards.canned import (
    ARCHIVE,
    CHANGE,
    CREATE,
    ONE,
    PAGE,
    RESTORE,
    SCARF,
    SCARF_PAGE,
    TEXT_LANGUAGES,
    UPLOAD,
)
from tests.frontend.staff_backend import ANNA_AT_THE_HUB, OUTLET, StaffBackend, owner, refused
from tests.frontend.staff_browser import Browser

NEW = f"{PAGE}/new"
SAVED = f"{PAGE}?saved={SCARF.id}"
FILE = {"picture_file": b"\x89PNG"}
ARCHIVED = changed(SCARF, state="archived", version=4)


def calls(backend: StaffBackend, method: str) -> list[httpx.Request]:
    """About rewards and pictures."""
    return [asked for asked in backend.asked if asked.method == method and "/merchant/" in asked.url.path]


def body(backend: StaffBackend, method: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(calls(backend, method)[-1].content)
    return told


async def test_a_reward_is_added(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(NEW)
    key = claire.hidden("idem")
    answer = await claire.submit(
        PAGE,
        name_fr="Écharpe",
        points_required="500",
        value="12,50",
        store_ids=[str(OUTLET.id)],
        starts_on="2026-12-01",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, SAVED)
    told = body(backend, "POST")
    assert (told["name"], told["points_required"], told["value_cents"]) == ({"fr": "Écharpe"}, 500, 1250)
    assert (told["store_ids"], told["starts_on"], told["is_active"]) == ([str(OUTLET.id)], "2026-12-01", True)
    assert calls(backend, "POST")[-1].headers["idempotency-key"] == key


async def test_the_main_language_of_the_merchant_comes_first(claire: Browser) -> None:
    await claire.open(NEW)
    order = [claire.page.index(f'id="name_{language}"') for language in TEXT_LANGUAGES]
    assert order == sorted(order)


async def test_an_example_is_a_start_and_an_unknown_one_is_an_empty_form(claire: Browser) -> None:
    await claire.open(f"{NEW}?example=1")
    assert claire.fields(PAGE)["points_required"] == "100"
    for example in ("7", "0", "-1", "abc", "9" * 5000):
        answer = await claire.open(f"{NEW}?example={example}")
        assert (answer.status_code, claire.fields(PAGE)["points_required"]) == (200, "")


async def test_a_mistake_keeps_the_entries_and_the_key(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(NEW)
    key = claire.hidden("idem")
    answer = await claire.submit(PAGE, name_fr='<b>"Écharpe"', points_required="many", store_ids=[str(OUTLET.id)])
    assert answer.status_code == 422
    assert claire.says("points_required") == "Enter a whole number from 1 to 1,000,000."
    kept = claire.fields(PAGE)
    assert (kept["name_fr"], kept["points_required"]) == ('<b>"Écharpe"', "many")
    assert (kept["store_ids"], kept["idem"]) == (str(OUTLET.id), key)
    assert "<b>" not in claire.page
    assert calls(backend, "POST") == []


async def test_what_the_backend_refuses_is_told_beside_its_field(claire: Browser, backend: StaffBackend) -> None:
    errors = [{"pointer": "/name/fr", "code": "required", "detail": "x"}]
    backend.answers[CREATE] = refused(422, "validation_failed", errors=errors)
    await claire.open(NEW)
    answer = await claire.submit(PAGE, name_en="Scarf", points_required="500")
    assert answer.status_code == 422
    assert claire.says("name_fr") == "Enter a name in the program’s main language."


async def test_a_refusal_of_the_whole_form_keeps_the_entries(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[CREATE] = refused(409, "program_missing")
    await claire.open(NEW)
    answer = await claire.submit(PAGE, name_fr="Écharpe", points_required="500")
    assert answer.status_code == 409
    assert "Sentence of program_missing." in claire.text
    assert claire.fields(PAGE)["name_fr"] == "Écharpe"


async def test_a_key_that_was_used_is_replaced(claire: Browser, backend: StaffBackend) -> None:
    """The owner went back in the browser and entered another reward into the same form."""
    await claire.open(NEW)
    key = claire.hidden("idem")
    backend.answers[CREATE] = refused(422, "idempotency_key_reused")
    await claire.submit(PAGE, name_fr="Sac", points_required="100")
    assert claire.fields(PAGE)["idem"] not in {"", key}


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_backend_that_is_away_keeps_the_entries(claire: Browser, backend: StaffBackend, is_new: bool) -> None:
    page, rule = (NEW, CREATE) if is_new else (SCARF_PAGE, CHANGE)
    action = PAGE if is_new else SCARF_PAGE
    await claire.open(page)
    before = claire.fields(action)
    backend.answers |= {rule: httpx.ConnectError("away"), ONE: httpx.ConnectError("away")}
    answer = await claire.submit(action, name_fr="Foulard", points_required="400")
    assert answer.status_code == 503
    assert "The server does not answer. Try again in a moment." in claire.text
    names = {"_csrf_token"}
    assert {name: value for name, value in claire.fields(action).items() if name not in names} == {
        name: value for name, value in before.items() if name not in names
    } | {"name_fr": "Foulard", "points_required": "400"}
    backend.answers |= {rule: found(SCARF)}
    assert (await claire.submit(action)).headers["location"] == SAVED


async def test_a_session_that_has_ended_leads_to_the_sign_in(claire: Browser, backend: StaffBackend) -> None:
    backend.answers |= {CREATE: refused(401, "session_expired"), ONE: refused(401, "session_expired")}
    await claire.open(NEW)
    answer = await claire.submit(PAGE, name_fr="Écharpe", points_required="500")
    assert answer.headers["location"].startswith("/sign-in")


async def test_a_person_who_may_not_change_rewards_is_told_so(claire: Browser, backend: StaffBackend) -> None:
    backend.answers |= {ONE: refused(403, "forbidden"), CREATE: refused(403, "forbidden")}
    assert (await claire.open(SCARF_PAGE)).status_code == 403
    assert "Sentence of forbidden." in claire.text
    await claire.open(NEW)
    assert (await claire.submit(PAGE, name_fr="Écharpe", points_required="500")).status_code == 403
    assert "Sentence of forbidden." in claire.text


@pytest.mark.parametrize("path", [NEW, SCARF_PAGE])
async def test_staff_have_no_rewards_to_change(anna: Browser, backend: StaffBackend, path: str) -> None:
    assert (await anna.open(path)).status_code == 403
    assert (await anna.send(PAGE, name_fr="Écharpe", points_required="500")).status_code == 403
    assert (await anna.send(f"{SCARF_PAGE}/archive", version="3")).status_code == 403
    assert calls(backend, "POST") == calls(backend, "PUT") == []


async def test_opening_and_saving_changes_nothing(claire: Browser, backend: StaffBackend) -> None:
    full = changed(
        SCARF,
        store_ids=[ANNA_AT_THE_HUB.id, OUTLET.id],
        starts_on=date(2026, 12, 1),
        limit_per_card=2,
        picture=PICTURE,
        is_active=False,
        state="paused",
    )
    backend.answers |= {ONE: found(full), CHANGE: found(full)}
    await claire.open(SCARF_PAGE)
    assert (await claire.submit(SCARF_PAGE)).headers["location"] == SAVED
    told, stored = body(backend, "PATCH"), json.loads(found(full).content)
    assert told == {field: stored[field] for field in told}
    assert "stock" not in told
    assert calls(backend, "PATCH")[-1].headers["if-match"] == '"3"'


@pytest.mark.parametrize("stores", [(), (ANNA_AT_THE_HUB,)], ids=["no store", "one store"])
async def test_with_one_store_there_is_no_choice_and_the_stores_stay(
    browser: Browser, claire: Browser, backend: StaffBackend, stores: tuple[Any, ...]
) -> None:
    """The reward is handed over at a store that is closed meanwhile; it must not be offered elsewhere by accident."""
    closed = changed(SCARF, store_ids=[OUTLET.id])
    backend.answers |= {"POST /auth/sign-in": found(owner(*stores), 201), ONE: found(closed), CHANGE: found(closed)}
    await browser.send("/sign-out")
    await browser.sign_in()
    await browser.open(SCARF_PAGE)
    assert "Only at these stores" not in browser.text
    await browser.submit(SCARF_PAGE, name_fr="Foulard")
    assert body(backend, "PATCH")["store_ids"] == [str(OUTLET.id)]


async def test_a_store_that_is_not_listed_stays_chosen(claire: Browser, backend: StaffBackend) -> None:
    closed = UUID(int=99)
    backend.answers[ONE] = found(changed(SCARF, store_ids=[OUTLET.id, closed]))
    await claire.open(SCARF_PAGE)
    await claire.submit(SCARF_PAGE)
    assert sorted(body(backend, "PATCH")["store_ids"]) == sorted([str(OUTLET.id), str(closed)])


async def test_a_picture_is_uploaded_and_shown(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[UPLOAD] = found(PictureView(PICTURE, "image/png", 40, 30), 201)
    await claire.open(NEW)
    await claire.submit(PAGE, name_fr="Écharpe", points_required="500", files=FILE)
    assert body(backend, "POST")["picture"] == PICTURE
    upload = calls(backend, "POST")[0]
    assert FILE["picture_file"] in upload.content
    assert b'filename="file"' in upload.content


async def test_a_picture_is_kept_when_another_field_is_wrong(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[UPLOAD] = found(PictureView(PICTURE, "image/png", 40, 30), 201)
    await claire.open(NEW)
    answer = await claire.submit(PAGE, name_fr="Écharpe", points_required="many", files=FILE)
    assert answer.status_code == 422
    assert f'src="/pictures/{PICTURE}"' in claire.page
    await claire.submit(PAGE, points_required="500")
    assert body(backend, "POST")["picture"] == PICTURE
    assert len(calls(backend, "POST")) == 2, "one upload, one reward"


async def test_a_new_picture_is_not_removed_with_the_old_one(claire: Browser, backend: StaffBackend) -> None:
    backend.answers |= {
        ONE: found(changed(SCARF, picture="b2" * 32)),
        UPLOAD: found(PictureView(PICTURE, "image/png", 40, 30), 201),
    }
    await claire.open(SCARF_PAGE)
    await claire.submit(SCARF_PAGE, remove_picture="on", files=FILE)
    assert body(backend, "PATCH")["picture"] == PICTURE
    await claire.open(SCARF_PAGE)
    await claire.submit(SCARF_PAGE, remove_picture="on")
    assert body(backend, "PATCH")["picture"] is None


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (413, "payload_too_large", "The picture is larger than 8 MB. Choose a smaller one."),
        (422, "picture_unreadable", "picture_unreadable. Sentence of picture_unreadable."),
    ],
)
async def test_a_file_that_is_no_picture_leaves_all_other_entries(
    claire: Browser, backend: StaffBackend, status: int, code: str, sentence: str
) -> None:
    backend.answers[UPLOAD] = refused(status, code)
    await claire.open(SCARF_PAGE)
    answer = await claire.submit(SCARF_PAGE, name_fr="Foulard", files=FILE)
    assert answer.status_code == 422
    assert claire.says("picture_file") == sentence
    assert claire.fields(SCARF_PAGE)["name_fr"] == "Foulard"
    assert calls(backend, "PATCH") == []


async def test_too_many_uploads_keep_the_entries(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[UPLOAD] = refused(429, "rate_limited", retry_after_seconds=40)
    await claire.open(NEW)
    answer = await claire.submit(PAGE, name_fr="Écharpe", points_required="500", files=FILE)
    assert answer.status_code == 429
    assert "Sentence of rate_limited." in claire.text
    assert claire.fields(PAGE)["name_fr"] == "Écharpe"


async def test_a_file_above_the_limit_of_a_form_gets_a_sentence(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(NEW)
    answer = await claire.submit(PAGE, files={"picture_file": b"\0" * FORM_BYTES_MAX})
    assert answer.status_code == 413
    assert "What you sent is too large. Go back and choose a smaller file." in claire.text
    assert calls(backend, "POST") == []


async def test_only_the_forms_with_a_picture_take_much(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(SCARF_PAGE)
    assert (await claire.send(f"{SCARF_PAGE}/archive", version="3", more="x" * 300_000)).status_code == 413
    assert calls(backend, "PUT") == []


async def test_a_file_in_the_place_of_a_text_is_no_text(claire: Browser) -> None:
    await claire.open(NEW)
    await claire.submit(PAGE, points_required="500", files={"name_fr": b"Scarf", "value": b"12"})
    assert claire.says("name_fr") == "Enter a name in at least one language."


async def test_somebody_has_saved_meanwhile_and_the_second_save_wins(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(SCARF_PAGE)
    meanwhile = changed(SCARF, version=4, name={"fr": "Foulard"}, stock=4, ends_on=date(2026, 12, 24), is_active=False)
    backend.answers |= {CHANGE: refused(412, "stale", changed_by="Luc"), ONE: found(meanwhile)}
    answer = await claire.submit(SCARF_PAGE, points_required="400")
    assert answer.status_code == 412
    assert "Luc has saved this reward while you were editing it. Your entries are not saved yet." in claire.text
    for difference in (
        "Name (Français) Now: Foulard",
        "Name (English) Now: empty",
        "Points Now: 500",
        "Last day Now: 24 Dec 2026",
        "Paused Now: yes",
    ):
        assert difference in claire.text
    assert "Stock Now:" not in claire.text
    backend.answers[CHANGE] = found(meanwhile)
    assert (await claire.submit(SCARF_PAGE)).headers["location"] == SAVED
    told = body(backend, "PATCH")
    assert calls(backend, "PATCH")[-1].headers["if-match"] == '"4"'
    assert (told["name"], told["points_required"]) == ({"fr": "Écharpe", "en": "Scarf"}, 400)
    assert "stock" not in told


async def test_the_same_form_sent_twice_ends_as_saved(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(SCARF_PAGE)
    saved = changed(SCARF, version=4, value_cents=500, stock=9)
    backend.answers |= {CHANGE: refused(412, "stale", changed_by="Claire"), ONE: found(saved)}
    assert (await claire.submit(SCARF_PAGE, value="5", stock="9")).headers["location"] == SAVED


async def test_a_picture_is_not_taken_for_removed(claire: Browser, backend: StaffBackend) -> None:
    """Somebody else has saved, too, but has left the picture."""
    backend.answers[ONE] = found(changed(SCARF, picture=PICTURE))
    await claire.open(SCARF_PAGE)
    meanwhile = changed(SCARF, picture=PICTURE, version=4)
    backend.answers |= {CHANGE: refused(412, "stale"), ONE: found(meanwhile)}
    assert (await claire.submit(SCARF_PAGE, remove_picture="on")).status_code == 412
    assert "Somebody else has saved this reward" in claire.text
    assert "Picture Now: another picture" in claire.text


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 5000])
async def test_a_version_that_is_none_is_taken_for_an_old_one(
    claire: Browser, backend: StaffBackend, version: str
) -> None:
    await claire.open(SCARF_PAGE)
    await claire.submit(SCARF_PAGE, version=version)
    assert calls(backend, "PATCH")[-1].headers["if-match"] == '"-1"'


async def test_a_reward_is_archived_and_taken_back(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(SCARF_PAGE)
    answer = await claire.submit(f"{SCARF_PAGE}/archive")
    assert answer.headers["location"] == f"{SAVED}&state=archived"
    assert calls(backend, "PUT")[-1].headers["if-match"] == '"3"'
    backend.answers[ONE] = found(ARCHIVED)
    await claire.open(SCARF_PAGE)
    assert "This reward is no longer offered." in claire.text
    assert claire.fields(SCARF_PAGE).keys() <= {"_csrf_token", "version", "stock_seen", "picture"}
    assert claire.fields(f"{SCARF_PAGE}/archive") == {}
    assert (await claire.submit(f"{SCARF_PAGE}/restore")).headers["location"] == SAVED
    assert calls(backend, "DELETE")[-1].headers["if-match"] == '"4"'


async def test_what_was_changed_meanwhile_is_shown_before_it_is_archived(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(SCARF_PAGE)
    meanwhile = changed(SCARF, version=4, points_required=400)
    backend.answers |= {ARCHIVE: refused(412, "stale", changed_by="Luc"), ONE: found(meanwhile)}
    assert (await claire.submit(f"{SCARF_PAGE}/archive")).status_code == 412
    assert "Luc has changed this reward in the meantime. Look at it before you decide." in claire.text
    assert claire.fields(SCARF_PAGE)["points_required"] == "400"
    backend.answers[ARCHIVE] = found(ARCHIVED)
    assert (await claire.submit(f"{SCARF_PAGE}/archive")).status_code == 303
    assert calls(backend, "PUT")[-1].headers["if-match"] == '"4"'


async def test_archiving_twice_ends_as_archived(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(SCARF_PAGE)
    backend.answers |= {ARCHIVE: refused(412, "stale"), ONE: found(ARCHIVED)}
    assert (await claire.submit(f"{SCARF_PAGE}/archive")).headers["location"] == f"{SAVED}&state=archived"
    backend.answers |= {RESTORE: refused(412, "stale"), ONE: found(SCARF)}
    assert (await claire.send(f"{SCARF_PAGE}/restore", version="3")).headers["location"] == SAVED


async def test_a_change_of_an_archived_reward_is_refused_with_its_entries(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(SCARF_PAGE)
    backend.answers |= {CHANGE: refused(409, "reward_archived"), ONE: found(ARCHIVED)}
    assert (await claire.submit(SCARF_PAGE, name_fr="Foulard")).status_code == 409
    assert "Sentence of reward_archived." in claire.text
    assert 'value="Foulard"' in claire.page
    assert "Offer it again" in claire.text


@pytest.mark.parametrize("place", ["nothing", "123", f"{UUID(int=77)}"])
async def test_an_unknown_reward_is_not_found(claire: Browser, backend: StaffBackend, place: str) -> None:
    backend.answers |= {ONE: refused(404, "reward_not_found"), CHANGE: refused(404, "reward_not_found")}
    assert (await claire.open(f"{PAGE}/{place}")).status_code == 404
    await claire.open(NEW)
    assert (await claire.send(f"{PAGE}/{place}", name_fr="Sac", points_required="5")).status_code == 404


async def test_a_form_without_its_token_is_refused(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(NEW)
    answer = await claire.send(PAGE, _csrf_token="x", name_fr="Sac", points_required="5")
    assert answer.status_code == 403
    assert calls(backend, "POST") == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_form_speaks_every_language(claire: Browser, language: str) -> None:
    for path in (NEW, SCARF_PAGE):
        answer = await claire.open(path, **{"Accept-Language": language})
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
