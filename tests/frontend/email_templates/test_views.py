"""The list and the editor of email texts, for administrators and for owners, against a fake backend."""

import json

from tests.frontend.canned import found
from tests.frontend.email_templates.canned import BODY, CODE, FAULTS, OWN_DETAIL, PREHEADER, SUBJECT, address
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import HTMX, Browser, Form
from tests.world.caller import Json

ADMIN, OFFICE = f"/admin/email-templates/{CODE}/en", f"/office/email-templates/{CODE}/en"
TEXT = {"subject": "Hello", "preheader": "", "body": "<h1>Hi</h1>\r\n<p>x</p> "}
TEXT = {"subject": "Hello", "preheader": "", "body": "<h1>Hi</h1>\r\n<p>x</p> "}
ENTERED: Form = TEXT | {"version": "3", "sample": "long_name"}


def last(backend: StaffBackend, method: str) -> tuple[str, dict[str, str], Json]:
    """Path, headers and body of the last call."""
    call = [call for call in backend.asked if call.method == method][-1]
    return call.url.path, dict(call.headers), json.loads(call.content or b"{}")


async def test_the_platforms_list_tells_the_state_of_every_language(ada: Browser) -> None:
    await ada.open("/admin/email-templates")
    assert "Emails to customers" in ada.text
    assert "Welcome, English: up to date edited" in ada.text
    assert "Welcome, Français: older than English newer text available" in ada.text
    assert "Welcome, Deutsch: not stored" in ada.text
    assert f'href="/admin/email-templates/{CODE}/fr"' in ada.page


async def test_an_owners_list_tells_what_is_their_own(claire: Browser) -> None:
    await claire.open("/office/email-templates")
    assert "Welcome, English: your text platform text has changed" in claire.text
    assert "Welcome, Français: platform text" in claire.text
    assert 'href="/office/email-templates" aria-current="page"' in claire.page


async def test_the_editor_shows_sources_variables_and_how_it_looks(ada: Browser) -> None:
    await ada.open(ADMIN)
    fields = ada.fields(ADMIN)
    assert (fields["subject"], fields["preheader"], fields["version"]) == (SUBJECT, PREHEADER, "3")
    assert "Subject Your Aurora card" in ada.text
    assert "card.code The code BDFH KLNP yes" in ada.text
    assert 'data-insert="{{ card.url }}"' in ada.page
    assert f'src="{ADMIN}/preview?sample=new&amp;scheme=light&amp;part=html"' in ada.page
    assert "Back to Orion’s text" in ada.text


async def test_saving_sends_the_sources_as_they_were_entered(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(ADMIN)
    response = await ada.send(ADMIN, **ENTERED)
    assert (response.status_code, response.headers["location"]) == (303, f"{ADMIN}?saved=yes")
    path, headers, body = last(backend, "PUT")
    assert (path, headers["if-match"]) == (f"/api/v1/admin/email-templates/{CODE}/en", '"3"')
    assert body == {"subject": "Hello", "preheader": "", "body": "<h1>Hi</h1>\n<p>x</p> "}
    await ada.open(f"{ADMIN}?saved=yes")
    assert "The text is saved. The next email uses it." in ada.text


async def test_faults_are_told_with_their_places_and_nothing_entered_is_lost(
    ada: Browser, backend: StaffBackend
) -> None:
    await ada.open(ADMIN)
    backend.answers[f"PUT {address('admin')}"] = refused(422, "template_invalid", errors=FAULTS)
    response = await ada.send(ADMIN, **ENTERED)
    assert response.status_code == 422
    assert "Body line 2, character 4 : No such variable." in ada.text
    assert "Subject (Long names) : Write it." in ada.text
    assert ada.fields(ADMIN)["subject"] == "Hello"
    assert "&lt;h1&gt;Hi&lt;/h1&gt;" in ada.page


async def test_a_text_that_somebody_else_has_saved_is_compared_before_it_is_replaced(
    claire: Browser, backend: StaffBackend
) -> None:
    await claire.open(OFFICE)
    backend.answers[f"PUT {address('merchant')}"] = refused(412, "stale", changed_by="Luc")
    response = await claire.send(OFFICE, **ENTERED)
    assert response.status_code == 412
    assert "Luc has saved this text while you were editing it." in claire.text
    assert f"<del>{SUBJECT}</del>" in claire.page
    assert "<ins>Hello</ins>" in claire.page
    assert (claire.fields(OFFICE)["version"], claire.fields(OFFICE)["subject"]) == ("1", "Hello")


async def test_an_owner_goes_back_to_the_platforms_text(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(OFFICE)
    assert "Back to the platform’s text" in claire.text
    response = await claire.submit(f"{OFFICE}/reset")
    assert response.headers["location"] == f"{OFFICE}?saved=yes"
    assert last(backend, "DELETE")[1]["if-match"] == '"1"'


async def test_what_is_the_platforms_cannot_be_reset(claire: Browser, backend: StaffBackend) -> None:
    inherited = {**{name: getattr(OWN_DETAIL, name) for name in OWN_DETAIL.__struct_fields__}, "own": []}
    backend.answers[f"GET {address('merchant')}"] = found(type(OWN_DETAIL)(**inherited))
    await claire.open(OFFICE)
    assert "Back to the platform’s text" not in claire.text


async def test_while_somebody_writes_only_what_is_known_of_it_is_asked(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(ADMIN)
    await ada.send(f"{ADMIN}/check", htmx=True, **ENTERED)
    assert "data-fine" in ada.page
    assert "<h1>Welcome</h1>" not in ada.page
    assert last(backend, "POST")[2]["sample"] == "long_name"
    backend.answers[f"POST {address('admin', '/preview')}"] = refused(422, "template_invalid", errors=FAULTS)
    await ada.send(f"{ADMIN}/check", htmx=True, **ENTERED)
    assert "data-fine" not in ada.page
    assert "line 2, character 4" in ada.text
    response = await ada.send(f"{ADMIN}/check", **ENTERED)
    assert response.headers["location"] == ADMIN


async def test_the_frame_has_a_policy_of_its_own_and_the_chosen_theme(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(ADMIN)
    shown = await ada.send(f"{ADMIN}/preview", **ENTERED, scheme="dark")
    policy = shown.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert "@media all {}" in shown.text
    assert '<a target="_blank" href="https://x">' in shown.text
    assert "@media not all {}" in (await ada.open(f"{ADMIN}/preview?sample=new")).text
    text = await ada.send(f"{ADMIN}/preview", **ENTERED, part="text")
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == "Hello\n\nBDFH"
    backend.answers[f"POST {address('admin', '/preview')}"] = refused(422, "template_invalid", errors=FAULTS)
    faulty = await ada.send(f"{ADMIN}/preview", **ENTERED)
    assert "line 2, character 4: No such variable." in ada.text
    assert "sandbox" in faulty.headers["content-security-policy"]


async def test_a_test_goes_out_and_what_was_entered_stays(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(ADMIN)
    await ada.send(f"{ADMIN}/test", **ENTERED)
    assert "A test is on its way to ada@orion.example." in ada.text
    assert ada.fields(ADMIN)["subject"] == "Hello"
    backend.answers[f"POST {address('admin', '/test')}"] = refused(429, "rate_limited")
    await ada.send(f"{ADMIN}/test", **ENTERED)
    assert "Sentence of rate_limited." in ada.text


async def test_the_history_compares_and_restores(ada: Browser, backend: StaffBackend) -> None:
    await ada.open(f"{ADMIN}/history")
    assert "in force" in ada.text
    assert "Version 2, 20 November 2026, 17:58, Orion" in ada.text
    await ada.open(f"{ADMIN}/history?version=2")
    assert "<ins>&lt;h1&gt;Hi&lt;/h1&gt;</ins>" in ada.page
    response = await ada.submit(f"{ADMIN}/restore")
    assert response.headers["location"] == f"{ADMIN}?saved=yes"
    path, headers, body = last(backend, "POST")
    assert (path.endswith("/restore"), headers["if-match"], body) == (True, '"3"', {"version": 2})
    backend.answers[f"POST {address('admin', '/restore')}"] = refused(422, "template_invalid", errors=FAULTS)
    await ada.open(f"{ADMIN}/history?version=2")
    refusal = await ada.submit(f"{ADMIN}/restore")
    assert (refusal.status_code, "No such variable." in ada.text) == (422, True)


async def test_an_owners_history_compares_only_what_was_their_own(claire: Browser) -> None:
    await claire.open(f"{OFFICE}/history?version=1")
    assert "<ins>Moien</ins>" in claire.page
    assert BODY not in claire.text


async def test_owners_and_administrators_see_their_own_pages_only(claire: Browser, backend: StaffBackend) -> None:
    response = await claire.open("/admin/email-templates", **HTMX)
    assert response.status_code == 403
