"""The content of a pass, and that every phone accepts it."""

import hashlib
import io
import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from msgspec.structs import replace

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.dev.sandbox.apple import pkpass
from backend.dev.sandbox.apple.pki import PASS_TYPE, ROOT, TEAM, ApplePki, pem
from backend.dev.sandbox.apple.pkpass import OpenedPass, alerts, open_pkpass
from backend.dev.sandbox.apple.pkpass_rules import BrokenPass
from backend.services import Services
from backend.wallets.apple.archive import zip_files
from backend.wallets.apple.assets import Asset, PassAssets
from backend.wallets.apple.builder import PassBuilder
from backend.wallets.apple.certificates import PassCertificates, load_certificates
from backend.wallets.apple.pass_json import PassFacts, loyalty_pass
from backend.wallets.apple.pass_model import InvalidPass, LoyaltyPass, PassField
from backend.wallets.apple.signer import PassSigner, library_signature
from backend.wallets.ports import CardSnapshot, ProgramSnapshot
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGES
from tests.wallets.apple.conftest import PROGRAM

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ICON = b"\x89PNG icon"
ASSETS = [Asset.of(name, ICON) for name in ("icon.png", "icon@2x.png", "logo.png", "strip.png")]
CARD = CardSnapshot(
    card_id=UUID(int=3),
    version=4,
    state="active",
    code="BDFHKLNPRSTVXGCJ",
    customer_name="Zoé Muller",
    language="en",
    points_balance=1250,
    debt_points=0,
    stamp_count=3,
    next_expiry_at=None,
    next_expiry_points=0,
    next_reward={"en": "Voucher"},
    next_reward_points=2000,
    page_url="https://orion.example/c/token",
    program=PROGRAM,
)
ALIKE = {("fr", "Points")}
"""Labels that are the same in English and in this language."""
FACTS = PassFacts(
    pass_type=PASS_TYPE,
    team=TEAM,
    serial="5b0a1c0e-0000-4000-8000-000000000001",
    auth_token="0" * 32,
    web_service_url="https://passes.example/api/v1/apple",
    last_modified=NOW,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, pki: ApplePki) -> Path:
    return pki.write(tmp_path_factory.mktemp("passes"))


@pytest.fixture(scope="module")
def builder(folder: Path) -> PassBuilder:
    return PassBuilder(PassSigner(certificates_of(folder)), assets=None)  # type: ignore[arg-type]  # only build_now is called


def certificates_of(folder: Path) -> PassCertificates:
    told = {"environment": "test", "backend_public_url": "https://x.example", "apple_wallet_dir": str(folder)}
    certificates = load_certificates(replace(Settings(), **told), datetime.now(UTC))
    assert certificates is not None
    return certificates


class Maker:
    def __init__(self, builder: PassBuilder, folder: Path) -> None:
        self.builder, self.trusted = builder, folder / ROOT

    def bytes(self, **told: Any) -> bytes:
        return self.builder.build_now(card(**told), FACTS, ASSETS, NOW)

    def __call__(self, **told: Any) -> OpenedPass:
        return open_pkpass(self.bytes(**told), self.trusted)


@pytest.fixture
def made(builder: PassBuilder, folder: Path) -> Maker:
    return Maker(builder, folder)


def card(**told: Any) -> CardSnapshot:
    """Facts of the card, or of its program."""
    program = {name: told.pop(name) for name in list(told) if name in ProgramSnapshot.__struct_fields__}
    return replace(CARD, program=replace(PROGRAM, **program), **told)


def shown(opened: OpenedPass) -> dict[str, Any]:
    return {field["key"]: field["value"] for field in opened.fields()}


def places(opened: OpenedPass) -> dict[str, list[str]]:
    return {place: [field["key"] for field in fields] for place, fields in opened.content["storeCard"].items()}


def test_a_hybrid_card_shows_stamps_over_the_strip_and_points_in_the_corner(made: Maker) -> None:
    opened = made()
    assert {place: keys for place, keys in places(opened).items() if place != "backFields"} == {
        "headerFields": ["points"],
        "primaryFields": ["stamps"],
        "secondaryFields": ["reward"],
        "auxiliaryFields": ["customer"],
    }
    assert [shown(opened)[key] for key in ("points", "stamps", "reward", "customer")] == [
        "1,250",
        "3/10",
        "Free coffee",
        "Zoé Muller",
    ]


def test_a_stamp_card_says_how_many_are_missing(made: Maker) -> None:
    opened = made(type="stamps")
    assert (places(opened)["primaryFields"], places(opened)["headerFields"]) == (["stamps"], ["remaining"])
    assert (shown(opened)["remaining"], shown(opened)["news"]) == ("7", "You have 3 of 10 stamps.")
    full = made(type="stamps", stamp_count=12)
    assert (shown(full)["stamps"], shown(full)["remaining"]) == ("12/10", "0")
    assert full.field("reward") == {"key": "reward", "label": "Reward ready", "value": "Free coffee"}


def test_a_points_card_shows_points_and_the_next_reward(made: Maker) -> None:
    opened = made(type="points")
    assert (places(opened)["primaryFields"], shown(opened)["remaining"]) == (["points"], "750")
    assert (shown(opened)["reward"], shown(opened)["news"]) == ("Voucher", "You have 1,250 points.")
    assert "stamps" not in shown(opened)


def test_what_is_owed_is_counted_before_the_next_reward_until_the_balance_is_enough(made: Maker) -> None:
    assert shown(made(type="points", debt_points=30))["remaining"] == "780"
    assert shown(made(type="points", debt_points=30, points_balance=2000))["remaining"] == "0"


def test_the_back_tells_terms_privacy_the_page_and_what_is_next(made: Maker) -> None:
    expiry = datetime(2026, 12, 31, 23, tzinfo=UTC)
    told = shown(made(next_expiry_at=expiry, next_expiry_points=40, debt_points=1))
    assert told["terms"] == "One point for each euro.\n\nhttps://aurora.example/terms"
    assert told["privacy"] == "https://aurora.example/privacy"
    assert told["page"] == "https://orion.example/c/token"
    assert told["next_reward"] == "Voucher for 2,000 points"
    assert told["expiry"] == "40 points expire on 31 December 2026."
    assert told["debt"] == "1 point of a returned purchase is still to be earned back."
    assert (told["code"], told["stores"]) == ("BDFH KLNP RSTV XGCJ", "Gare\nBelval")


def test_what_there_is_nothing_to_say_of_is_not_there(made: Maker) -> None:
    told = shown(made(terms_text={}, terms_url=None, privacy_url=None, next_reward=None, customer_name=None))
    assert {"terms", "privacy", "next_reward", "expiry", "debt", "customer"} & set(told) == set()


def test_points_that_expire_soon_are_news(made: Maker) -> None:
    soon = made(next_expiry_at=NOW + timedelta(days=14), next_expiry_points=40)
    later = made(next_expiry_at=NOW + timedelta(days=15), next_expiry_points=40)
    assert "40 points expire on 6 December 2026." in shown(soon)["news"]
    assert "expire" not in shown(later)["news"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pass_is_made_in_the_customers_language(made: Maker, language: str) -> None:
    opened = made(language=language)
    assert shown(opened)["reward"] == {"fr": "Café offert"}.get(language, "Free coffee")
    assert shown(opened)["points"] == get_formatter(language).points(1250)
    terms = {"fr": "Un point par euro."}.get(language, "One point for each euro.")
    assert shown(opened)["terms"].startswith(terms)


def test_the_code_is_the_same_for_old_and_new_phones(made: Maker) -> None:
    content = made().content
    assert content["barcodes"] == [content["barcode"]]
    assert content["barcode"] == {
        "format": "PKBarcodeFormatQR",
        "message": "BDFHKLNPRSTVXGCJ",
        "messageEncoding": "iso-8859-1",
        "altText": "BDFH KLNP RSTV XGCJ",
    }


@pytest.mark.parametrize(
    ("color", "ground", "ink"),
    [
        ("#414FD2", "rgb(65, 79, 210)", "rgb(255, 255, 255)"),
        ("#f2c94c", "rgb(242, 201, 76)", "rgb(0, 0, 0)"),
        ("#000000", "rgb(0, 0, 0)", "rgb(255, 255, 255)"),
    ],
)
def test_colors_are_written_as_apple_reads_them_and_text_can_be_read(
    made: Maker, color: str, ground: str, ink: str
) -> None:
    content = made(card_color=color).content
    assert [content[name] for name in ("backgroundColor", "foregroundColor", "labelColor")] == [ground, ink, ink]


def test_a_pass_may_not_be_shared_and_does_not_shine(made: Maker) -> None:
    assert (made().content["sharingProhibited"], made().content["suppressStripShine"]) == (True, True)


def test_a_card_that_is_not_active_is_void_since_then(made: Maker) -> None:
    for state in ("deactivated", "merged"):
        content = made(state=state).content
        assert (content["voided"], content["expirationDate"]) == (True, "2026-11-22T10:00:00Z")
    assert {"voided", "expirationDate"} & set(made().content) == set()


def test_an_erased_card_has_nothing_personal_left(made: Maker) -> None:
    opened = made(state="erased", customer_name=None, points_balance=0, stamp_count=0)
    assert places(opened) == {"backFields": ["news"]}
    assert opened.content["voided"] is True
    for personal in (CARD.code, "BDFH", CARD.page_url, "Zoé"):
        assert personal not in str(opened.content)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"stamp_count": 3}, {"stamp_count": 4}),
        ({"points_balance": 1}, {"points_balance": 2}),
        ({"stamp_count": 9, "points_balance": 90}, {"stamp_count": 10, "points_balance": 110}),
        ({"stamp_count": 10}, {"stamp_count": 0}),
        ({}, {"state": "deactivated"}),
        ({}, {"next_expiry_at": NOW + timedelta(days=1), "next_expiry_points": 1}),
        ({"debt_points": 0, "points_balance": 5}, {"debt_points": 9, "points_balance": 0}),
    ],
)
def test_every_change_is_exactly_one_message(made: Maker, before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = made(**before), made(**after)
    (message,) = alerts(old, new)
    assert message == shown(new)["news"] != "Café Aurora: changed"
    speaking = [field["key"] for field in new.fields() if "changeMessage" in field]
    assert speaking == ["news"]


def test_a_change_of_the_words_alone_is_silent(made: Maker) -> None:
    assert alerts(made(), made(terms_text={"en": "Other terms."}, card_color="#000000")) == []


def test_pass_json_is_plain_utf8(made: Maker) -> None:
    content = made(customer_name='Zoé "Zed" O\'Neil \\ 😀').files["pass.json"]
    assert not content.startswith(b"\xef\xbb\xbf")
    assert 'Zoé \\"Zed\\" O\'Neil \\\\ 😀' in content.decode("utf-8")
    assert not re.search(rb",\s*[}\]]", content)


def test_no_field_says_what_phones_would_refuse(made: Maker) -> None:
    for field in made().fields():
        assert set(field) <= {"key", "label", "value", "changeMessage"}
        assert field.get("changeMessage") in {None, "%@"}


def test_the_manifest_names_every_file_and_the_signature_covers_it(made: Maker) -> None:
    opened = made()
    manifest = json.loads(opened.files["manifest.json"])
    assert manifest == {
        name: hashlib.sha1(body).hexdigest()
        for name, body in opened.files.items()
        if name not in {"manifest.json", "signature"}
    }
    assert {"pass.json", "icon.png", "strip.png"} <= set(manifest)


@pytest.mark.parametrize("language", ["en", "lb"])
async def test_a_pass_holds_its_own_files_only(
    made: Maker, builder: PassBuilder, services: Services, language: str
) -> None:
    assets = await PassAssets(services.pass_images).of(PROGRAM, 3)
    opened = open_pkpass(builder.build_now(card(language=language), FACTS, assets, NOW), made.trusted)
    pictures = {f"{name}{scale}.png" for name in ("icon", "logo", "strip") for scale in ("", "@2x", "@3x")}
    tables = {f"{language}.lproj/pass.strings" for language in LANGUAGES}
    assert set(opened.files) == {"pass.json", "manifest.json", "signature"} | pictures | tables
    with pytest.raises(InvalidPass, match="is not a file of a store card"):
        translated = loyalty_pass(card(), FACTS, NOW)
        translated.add_assets([*ASSETS, Asset.of("de.lproj/logo.txt", b"")])
        checked(translated)


@pytest.mark.parametrize("customers", LANGUAGES)
@pytest.mark.parametrize("phones", LANGUAGES)
def test_a_pass_speaks_the_language_of_the_phone(made: Maker, customers: str, phones: str) -> None:
    """Labels, numbers and sentences are as in a pass made in that language."""
    told: dict[str, Any] = {"debt_points": 30, "next_expiry_at": NOW + timedelta(days=3), "next_expiry_points": 1}
    shown_there = made(language=customers, **told).in_language(phones)
    native = made(language=phones, **told)
    assert shown_there.fields() == native.fields()
    assert shown_there.content["description"] == native.content["description"]


@pytest.mark.parametrize("customers", LANGUAGES)
def test_the_table_of_each_language_has_every_label_and_none_in_english(made: Maker, customers: str) -> None:
    """A phone ignores an empty table, and shows the second language of its owner for it."""
    opened = made(language=customers, debt_points=30, next_expiry_at=NOW + timedelta(days=3), next_expiry_points=1)
    tables = {name: pkpass.read_table(name, opened.files[name]) for name in opened.files if name.endswith(".strings")}
    assert set(tables) == {f"{language}.lproj/pass.strings" for language in LANGUAGES}
    labels = {field["label"] for field in opened.fields() if "label" in field}
    for name, table in tables.items():
        assert labels <= set(table), name
    english = tables["en.lproj/pass.strings"]
    alike = {
        (name[:2], english[label])
        for name, table in tables.items()
        for label in labels
        if table[label] == english[label]
    }
    assert {each for each in alike if each[0] != "en"} <= ALIKE


def test_a_program_that_says_something_else_is_translated_anew(made: Maker) -> None:
    """What all its passes share is kept for as long as it stays the same."""
    made(language="en")
    told: dict[str, Any] = {"terms_text": {"en": "New.", "fr": "Neuf."}, "card_name": "Gold card", "terms_url": None}
    opened = made(language="en", **told).in_language("fr")
    assert shown(opened)["terms"] == "Neuf."
    assert opened.content["description"] == "Gold card chez Café Aurora"


def test_a_phone_of_another_language_shows_the_customers(made: Maker) -> None:
    opened = made(language="de")
    assert opened.in_language("zh").fields() == opened.fields()


def test_a_reward_with_quotation_marks_and_a_text_of_many_lines_can_be_looked_up(made: Maker) -> None:
    reward = {"en": 'A "free" \\ coffee', "fr": 'Un café "offert"\\'}
    terms = {"en": "One.\n\n\tTwo \\n.", "fr": "Un.\nDeux."}
    opened = made(stamp_reward=reward, terms_text=terms).in_language("fr")
    assert shown(opened)["reward"] == reward["fr"]
    assert shown(opened)["terms"].startswith(terms["fr"])


@pytest.mark.parametrize("body", [b'"Points" = "Punkte";\n', '"Points" = Punkte'.encode("utf-16")])
def test_a_table_that_phones_would_read_as_empty_is_found(body: bytes) -> None:
    with pytest.raises(BrokenPass, match=r"UTF-16|no table"):
        pkpass.read_table("de.lproj/pass.strings", body)


def test_the_same_pass_is_the_same_bytes_up_to_its_signature(made: Maker) -> None:
    one, other = made.bytes(), made.bytes()
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(other)) as second:
        for name in set(first.namelist()) - {"signature"}:
            assert first.read(name) == second.read(name)
            assert first.getinfo(name).date_time == second.getinfo(name).date_time
        assert first.namelist() == second.namelist()


def test_the_signature_carries_its_time_and_both_certificates(made: Maker, pki: ApplePki) -> None:
    """The three attributes of Apple's samples, in DER order, and none for email."""
    opened = made()
    signature = opened.files["signature"]
    attributes = [bytes.fromhex(f"06092a864886f70d0109{number}") for number in ("03", "05", "04")]
    positions = [signature.index(attribute) for attribute in attributes]
    assert positions == sorted(positions)
    assert bytes.fromhex("06092a864886f70d01090f") not in signature, "no S/MIME capabilities"
    certificates = load_der_pkcs7_certificates(signature)
    assert pki.wwdr.certificate in certificates
    uses = opened.signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [use.dotted_string for use in uses] == ["1.3.6.1.5.5.7.3.2", "1.2.840.113635.100.4.14"]


def test_a_signature_is_byte_for_byte_what_the_library_would_have_made(folder: Path) -> None:
    """RSA signatures of equal content are equal. When the second changes between the two, both are made again."""
    clock.reset()
    certificates = certificates_of(folder)
    ours = PassSigner(certificates)
    for manifest in (b"", b"{}", b'{"pass.json":"0"}\n', bytes(5000)):
        tries = ((library_signature(certificates, manifest), ours.sign(manifest)) for _ in range(5))
        assert any(theirs == mine for theirs, mine in tries)


def test_threads_never_mix_two_peoples_passes(made: Maker) -> None:
    def build(number: int) -> tuple[int, bytes]:
        return number, made.bytes(customer_name=f"Person {number}", points_balance=number)

    with ThreadPoolExecutor(8) as threads:
        for number, archive in threads.map(build, range(160)):
            with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                content, manifest = opened.read("pass.json"), json.loads(opened.read("manifest.json"))
            assert f'"Person {number}"'.encode() in content
            assert manifest["pass.json"] == hashlib.sha1(content).hexdigest()


def test_a_double_that_takes_anything_would_prove_nothing(made: Maker) -> None:
    """The phone refuses what was tampered with."""
    good = made().files
    foreign = Path(made.trusted).with_name("foreign.pem")
    foreign.write_bytes(pem(ApplePki.make().root.certificate))
    spoilt: list[tuple[dict[str, bytes], str]] = [
        (good | {"pass.json": good["pass.json"].replace(b"3/10", b"9/10")}, "pass.json was changed"),
        ({name: body for name, body in good.items() if name != "icon.png"}, "icon.png is missing"),
        (good | {"thumbnail.png": b"x"}, "the manifest lists other files"),
        (good | {"manifest.json": good["manifest.json"] + b" "}, "the signature does not verify"),
    ]
    for files, reason in spoilt:
        with pytest.raises(BrokenPass, match=reason):
            open_pkpass(zip_files(files), made.trusted)
    with pytest.raises(BrokenPass, match="the signature does not verify"):
        open_pkpass(zip_files(good), foreign)


def unfit(value: Any) -> PassField:
    """With a value that the type does not allow."""
    return PassField("x", value)


WRONG: dict[str, tuple[Any, str]] = {
    "http": (lambda p: setattr(p, "webServiceURL", "http://x"), "webServiceURL is not https"),
    "v1": (lambda p: setattr(p, "webServiceURL", "https://x/v1"), "webServiceURL ends in /v1"),
    "short token": (lambda p: setattr(p, "authenticationToken", "abc"), "authenticationToken is too short"),
    "hex color": (lambda p: setattr(p, "backgroundColor", "#414FD2"), "backgroundColor is not rgb"),
    "no description": (lambda p: setattr(p, "description", ""), "description is missing"),
    "no serial": (lambda p: setattr(p, "serialNumber", ""), "serialNumber is missing"),
    "traversal": (lambda p: p.add_assets([Asset.of("../x.png", ICON)]), "is not a file of a store card"),
    "own manifest": (lambda p: p.add_assets([Asset.of("manifest.json", ICON)]), "is not a file of a store card"),
    "same key": (lambda p: p.passInformation.backFields.append(PassField("stamps", "x")), "the same key"),
    "two messages": (
        lambda p: p.passInformation.backFields.append(PassField("x", "x", change_message="%@")),
        "two fields have a changeMessage",
    ),
    "a message without value": (
        lambda p: setattr(p.passInformation, "backFields", [PassField("x", "x", change_message="News")]),
        "shows the value once",
    ),
    "two primaries": (
        lambda p: p.passInformation.primaryFields.append(PassField("x", "x")),
        "primaryFields holds more than a phone shows",
    ),
    "five in the second rows": (
        lambda p: setattr(p.passInformation, "auxiliaryFields", [PassField(f"a{n}", "x") for n in range(4)]),
        "secondary and auxiliary fields are more",
    ),
    "a decimal": (
        lambda p: p.passInformation.backFields.append(unfit(Decimal("1.5"))),
        "neither text nor a whole number",
    ),
    "no number": (
        lambda p: p.passInformation.backFields.append(unfit(float("nan"))),
        "neither text nor a whole number",
    ),
    "a date": (lambda p: p.passInformation.backFields.append(unfit(NOW)), "neither text nor a whole number"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_pass_that_phones_would_refuse_is_never_built(wrong: str) -> None:
    spoil, reason = WRONG[wrong]
    built = loyalty_pass(card(), FACTS, NOW)
    built.add_assets(ASSETS)
    checked(built)
    spoil(built)
    with pytest.raises(InvalidPass, match=reason):
        checked(built)


def checked(built: LoyaltyPass) -> None:
    built.validate(is_development=False)
    built.content()


def test_a_pass_without_an_icon_is_never_built() -> None:
    with pytest.raises(InvalidPass, match=r"icon.png is missing"):
        loyalty_pass(card(), FACTS, NOW).validate(is_development=False)


def test_in_development_the_web_service_may_be_plain_http() -> None:
    built = loyalty_pass(card(), FACTS, NOW)
    built.add_assets(ASSETS)
    built.webServiceURL = "http://127.0.0.1:8000/api/v1/apple"
    built.validate(is_development=True)
