"""The payloads, checked against Google's published schema."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.schema import PayloadRefused, check, check_names
from backend.wallets.google.payloads import (
    PERSONAL,
    class_payload,
    fingerprint,
    message_payload,
    object_payload,
    shows,
    without_nones,
)
from backend.wallets.ports import NotifyReason
from i18n.locales import LANGUAGES, PSEUDO_LANGUAGE
from tests.world.caller import Json
from tests.world.passes import CODE, SOON, PlainImages, a_snapshot

ALIKE = {("fr", "Points")}
CALLBACK = "https://orion.example/api/v1/google/callback"


def an_object(program: Json | None = None, **facts: Any) -> Json:
    return object_payload(a_snapshot(program, **facts), PlainImages(), issuer_id=ISSUER_ID)


def a_class(callback_url: str | None = CALLBACK, **program: Any) -> Json:
    return class_payload(a_snapshot(program).program, PlainImages(), issuer_id=ISSUER_ID, callback_url=callback_url)


@pytest.mark.parametrize("language", [*LANGUAGES, PSEUDO_LANGUAGE])
@pytest.mark.parametrize("kind", ["stamps", "points", "hybrid"])
@pytest.mark.parametrize("state", ["active", "deactivated", "merged", "erased"])
def test_every_card_is_what_google_accepts(language: str, kind: str, state: str) -> None:
    for facts in (
        {},
        {"stamp_count": 10, "points_balance": 500},
        {"debt_points": 12, "next_expiry_at": SOON, "next_expiry_points": 30},
        {"customer_name": None, "next_reward": None},
    ):
        payload = an_object({"type": kind}, language=language, state=state, **facts)
        check_names("LoyaltyObject", payload)
        check("LoyaltyObject", without_nones(payload))


@pytest.mark.parametrize(
    "program",
    [
        {},
        {"type": "points", "stamp_reward": {}},
        {"terms_text": {}, "terms_url": None, "privacy_url": None, "stores": []},
        {"default_language": "lb"},
        {"terms_text": {"en": "x" * 5000}},
    ],
)
def test_every_program_is_what_google_accepts(program: Json) -> None:
    for callback_url in (CALLBACK, None):
        payload = a_class(callback_url, **program)
        check_names("LoyaltyClass", payload)
        check("LoyaltyClass", without_nones(payload))


def test_names_are_the_issuers_and_never_change() -> None:
    card = a_snapshot()
    payload = an_object()
    assert payload["id"] == f"{ISSUER_ID}.card_{card.card_id}"
    assert payload["classId"] == f"{ISSUER_ID}.prog_{card.program.program_id}" == a_class()["id"]


def test_a_class_always_asks_for_review() -> None:
    assert a_class()["reviewStatus"] == "UNDER_REVIEW"
    assert a_class()["multipleDevicesAndHoldersAllowedStatus"] == "ONE_USER_ALL_DEVICES"


def test_the_code_is_in_the_barcode_and_in_groups_beneath_it() -> None:
    assert an_object()["barcode"] == {"type": "QR_CODE", "value": CODE, "alternateText": "BDFH KLNP RSTV XGCJ"}


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("points", ("Points", 80), None), ("stamps", ("Stamps", 3), None), ("hybrid", ("Points", 80), ("Stamps", 3))],
)
def test_balances_are_numbers_under_their_names(
    kind: str, first: tuple[str, int], second: tuple[str, int] | None
) -> None:
    payload = an_object({"type": kind})
    told = [
        points and (points["label"], points["balance"]["int"])
        for points in (payload["loyaltyPoints"], payload["secondaryLoyaltyPoints"])
    ]
    assert told == [first, second]


def test_texts_are_in_the_cards_language_and_the_programs_where_there_is_no_other() -> None:
    french = json.dumps(an_object(language="fr"), ensure_ascii=False)
    assert "Un foulard offert" in french
    assert "Sac en toile" in french
    german = json.dumps(an_object(language="de"), ensure_ascii=False)
    assert "Un foulard offert" in german, "the program has no German, and speaks French"


def test_a_programs_texts_are_there_in_every_language() -> None:
    (terms,) = [module for module in a_class()["textModulesData"] if module["id"] == "terms"]
    assert terms["localizedBody"]["defaultValue"] == {"language": "fr", "value": "Un point par euro."}
    assert terms["localizedBody"]["translatedValues"] == [{"language": "en", "value": "One point per euro."}]
    languages = [each["language"] for each in terms["localizedHeader"]["translatedValues"]]
    assert [terms["localizedHeader"]["defaultValue"]["language"], *languages] == list(dict.fromkeys(("fr", *LANGUAGES)))


def localized_in(payload: Any) -> Iterator[Json]:
    """Every `LocalizedString` of a payload."""
    if isinstance(payload, dict):
        if "defaultValue" in payload:
            yield payload
        payload = list(payload.values())
    if isinstance(payload, list):
        for part in payload:
            yield from localized_in(part)


@pytest.mark.parametrize("default_language", LANGUAGES)
def test_what_all_cards_share_says_the_same_in_four_languages(default_language: str) -> None:
    texts = list(localized_in(a_class(default_language=default_language, terms_text={})))
    assert len(texts) == 6, "the logo, the names of two fields, the stores and two links"
    for text in texts:
        said = {each["language"]: each["value"] for each in (text["defaultValue"], *text["translatedValues"])}
        assert set(said) == set(LANGUAGES)
        assert text["defaultValue"]["language"] == default_language
        assert all(said.values())
        assert len(set(said.values())) > 1, said


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_text_of_a_card_is_english_for_whoever_reads_another_language(language: str) -> None:
    """Names, codes and links apart. Google writes the balance, in the language of the phone."""
    facts: Json = {"debt_points": 1200, "next_expiry_at": SOON, "next_expiry_points": 30, "points_balance": -1200}
    ours, theirs = an_object(**facts), an_object(language=language, **facts)
    assert [module["id"] for module in theirs["textModulesData"]] == ["stamp_reward", "reward", "expiry", "debt"]
    for there, english in zip(theirs["textModulesData"], ours["textModulesData"], strict=True):
        assert there["header"] != english["header"]
        assert there["body"] != english["body"]
        assert "1,2" not in there["body"]
    for field in ("loyaltyPoints", "secondaryLoyaltyPoints"):
        assert theirs[field]["label"] != ours[field]["label"] or (language, ours[field]["label"]) in ALIKE
    assert theirs["linksModuleData"]["uris"][0]["description"] != ours["linksModuleData"]["uris"][0]["description"]
    picture = theirs["heroImage"]["contentDescription"]["defaultValue"]
    assert picture["language"] == language
    assert picture["value"] != ours["heroImage"]["contentDescription"]["defaultValue"]["value"]
    for reason in NotifyReason:
        told = [
            message_payload(a_snapshot(language=each, **facts), reason, notifies=True)["message"]
            for each in ("en", language)
        ]
        assert told[0]["header"] != told[1]["header"]
        assert told[0]["body"] != told[1]["body"]


def test_terms_too_long_for_a_pass_are_linked_not_cut() -> None:
    payload = a_class(terms_text={"fr": "x" * 501})
    assert "x" * 20 not in json.dumps(payload)
    assert "https://fashion.example/terms" in json.dumps(payload)


def bodies(**facts: Any) -> dict[str, str]:
    return {module["id"]: module["body"] for module in an_object(**facts)["textModulesData"]}


def test_what_is_missing_for_a_reward_is_counted() -> None:
    assert bodies()["stamp_reward"] == "A free scarf after 7 more stamps."
    assert bodies(stamp_count=9)["stamp_reward"] == "A free scarf after 1 more stamp."
    assert bodies(stamp_count=10)["stamp_reward"] == "A free scarf is yours: show your card at the till."
    assert bodies(points_balance=80)["reward"] == "Tote bag after 20 more points."
    assert bodies(points_balance=99)["reward"] == "Tote bag after 1 more point."
    assert bodies(points_balance=100)["reward"] == "Tote bag is yours: show your card at the till."
    assert bodies(points_balance=60, debt_points=30)["reward"] == "Tote bag after 70 more points."
    assert bodies(points_balance=100, debt_points=30)["reward"] == "Tote bag is yours: show your card at the till."
    assert "reward" not in bodies(next_reward=None)


def test_points_that_end_soon_and_debts_are_told() -> None:
    told = bodies(next_expiry_at=SOON, next_expiry_points=30, debt_points=1)
    assert told["expiry"] == "30 points expire on 31 December 2026."
    assert told["debt"] == "1 point of a returned purchase is taken from the next ones you earn."
    assert {"expiry", "debt"}.isdisjoint(bodies())


def test_the_strip_shows_the_stamps_and_says_so_to_those_who_do_not_see_it() -> None:
    hero = an_object(stamp_count=12)["heroImage"]
    assert hero["sourceUri"]["uri"].endswith("stamps-10-of-10.png"), "there are only so many fields"
    assert an_object()["heroImage"]["contentDescription"]["defaultValue"]["value"] == "3 of 10 stamps"
    assert an_object({"type": "points"})["heroImage"] is None


@pytest.mark.parametrize("state", ["deactivated", "merged", "erased"])
def test_a_card_that_is_over_is_inactive_and_nameless(state: str) -> None:
    payload = an_object(state=state)
    assert payload["state"] == "INACTIVE"
    assert payload["accountName"] is None
    assert an_object()["accountName"] == "Marie Weber"


def test_an_erased_card_keeps_nothing_but_its_names_and_its_end() -> None:
    payload = an_object(state="erased")
    assert {key for key, value in payload.items() if value is not None} == {"id", "classId", "state"}
    assert set(PERSONAL) <= set(payload), "a key that is not there would stay at Google"


def test_every_card_says_everything_so_that_nothing_old_stays() -> None:
    keys = [set(an_object({"type": kind})) for kind in ("stamps", "points", "hybrid")]
    assert keys[0] == keys[1] == keys[2]
    assert keys[0] | {"messages"} == set(an_object(state="erased"))


def test_fingerprints_tell_contents_apart_and_nothing_else() -> None:
    payload = an_object()
    assert fingerprint(payload) == fingerprint(dict(reversed(payload.items())))
    assert fingerprint(payload) != fingerprint(an_object(stamp_count=4))


def test_reconciliation_compares_what_people_see_and_not_what_google_adds() -> None:
    payload = an_object()
    listed = without_nones(payload) | {"hasUsers": True, "kind": "walletobjects#loyaltyObject"}
    listed |= {key: listed[key] | {"kind": "something"} for key in ("loyaltyPoints", "barcode", "heroImage")}
    listed["textModulesData"] = [module | {"kind": "something"} for module in listed["textModulesData"]]
    assert shows(listed, payload)
    assert not shows(listed, an_object(code="XXXXXXXXXXXXXXXX")), "a code that was replaced"
    assert not shows(listed | {"heroImage": an_object(stamp_count=4)["heroImage"]}, payload)
    assert not shows(listed, an_object(next_reward=None)), "a text too many"
    assert not shows(listed, an_object(next_reward={"en": "Another reward"}))
    assert not shows(listed, an_object(stamp_count=4))
    assert not shows(listed, an_object(state="deactivated"))
    assert not shows(listed, an_object({"type": "points"})), "a balance too many"
    assert not shows({key: value for key, value in listed.items() if key != "loyaltyPoints"}, payload)


@pytest.mark.parametrize("reason", NotifyReason)
def test_a_message_can_ring_or_not(reason: NotifyReason) -> None:
    card = a_snapshot(next_expiry_at=SOON, next_expiry_points=30)
    for notifies, kind in ((True, "TEXT_AND_NOTIFY"), (False, "TEXT")):
        payload = message_payload(card, reason, notifies=notifies)
        check("AddMessageRequest", payload)
        assert payload["message"]["messageType"] == kind


GOOD_CLASS, GOOD_OBJECT = without_nones(a_class()), without_nones(an_object())
MISTAKES: dict[str, tuple[str, Json]] = {
    "state in lower case": ("LoyaltyObject", {"state": "active"}),
    "an id with a space": ("LoyaltyObject", {"id": f"{ISSUER_ID}.card 1"}),
    "an id without an issuer": ("LoyaltyObject", {"id": "card_1"}),
    "a color as Apple writes it": ("LoyaltyClass", {"hexBackgroundColor": "rgb(15, 92, 75)"}),
    "no logo": ("LoyaltyClass", {"programLogo": None}),
    "a logo without https": (
        "LoyaltyClass",
        {"programLogo": {"sourceUri": {"uri": "http://orion.example/logo.png"}}},
    ),
    "two balances at once": ("LoyaltyObject", {"loyaltyPoints": {"balance": {"int": 1, "string": "1"}}}),
    "a balance as text": ("LoyaltyObject", {"loyaltyPoints": {"balance": {"int": "80"}}}),
    "micros as a number": (
        "LoyaltyObject",
        {"loyaltyPoints": {"balance": {"money": {"micros": 1000000, "currencyCode": "EUR"}}}},
    ),
    "a misspelt key": ("LoyaltyObject", {"acountName": "Marie"}),
    "an old name of a barcode": ("LoyaltyObject", {"barcode": {"type": "qrCode", "value": CODE}}),
    "a plain text where a localized one belongs": (
        "LoyaltyClass",
        {"programLogo": {"sourceUri": {"uri": "https://a.example/i.png"}, "contentDescription": "Logo"}},
    ),
    "eleven text modules": (
        "LoyaltyObject",
        {"textModulesData": [{"id": f"m{number}", "body": "x"} for number in range(11)]},
    ),
    "a dot in a module's id": ("LoyaltyObject", {"textModulesData": [{"id": "a.b", "body": "x"}]}),
    "no review status": ("LoyaltyClass", {"reviewStatus": None}),
    "approval of one's own": ("LoyaltyClass", {"reviewStatus": "APPROVED"}),
    "a deprecated key": ("LoyaltyObject", {"version": "1"}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_double_refuses_what_google_refuses(mistake: str) -> None:
    schema, change = MISTAKES[mistake]
    good = GOOD_CLASS if schema == "LoyaltyClass" else GOOD_OBJECT
    check(schema, good)
    with pytest.raises(PayloadRefused):
        check(schema, without_nones(good | change))
