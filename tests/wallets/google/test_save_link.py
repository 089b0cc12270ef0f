"""The save link: short, signed, and valid for an hour."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from google.auth import jwt
from msgspec.structs import replace

from backend.core.settings import Settings, SettingsError
from backend.wallets.google import save_link
from backend.wallets.google.account import Account
from backend.wallets.google.save_link import LENGTH_MAX, SaveLinks, check_save_links, save_origins
from tests.doubles.google import Google
from tests.world.caller import Json

CARD, PROGRAM = "3388.card_1", UUID(int=2)


async def claims_of(google: Google, url: str) -> Json:
    token = url.rsplit("/", 1)[1]
    (keys,) = google.fake.tokens.known.values()
    claims: Json = jwt.decode(token, certs=keys, audience="google")  # type: ignore[no-untyped-call]  # google.auth has no types
    return claims


async def test_a_link_names_the_card_and_tells_nothing_about_it(
    google: Google, account: Account, plain_settings: Settings
) -> None:
    now = datetime.now(UTC)
    url = await SaveLinks(account, plain_settings).url(program_id=PROGRAM, object_name=CARD, now=now)
    claims = await claims_of(google, url)
    issuer = account.issuer_id
    assert claims["iss"] == account.email
    assert claims["typ"] == "savetowallet"
    assert claims["origins"] == ["http://orion.test"]
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["payload"] == {"loyaltyObjects": [{"id": CARD, "classId": f"{issuer}.prog_{PROGRAM}"}]}
    header = jwt.decode_header(url.rsplit("/", 1)[1])  # type: ignore[no-untyped-call]  # google.auth has no types
    assert header["kid"] == account.key_id


async def test_a_link_is_far_shorter_than_google_allows(account: Account, plain_settings: Settings) -> None:
    many = ",".join(f"https://shop-number-{number}.example" for number in range(10))
    links = SaveLinks(account, replace(plain_settings, google_wallet_origins=many))
    url = await links.url(program_id=PROGRAM, object_name=CARD, now=datetime.now(UTC))
    assert len(url.rsplit("/", 1)[1]) <= LENGTH_MAX


async def test_a_link_that_would_be_too_long_is_never_made(account: Account, plain_settings: Settings) -> None:
    many = ",".join(f"https://shop-number-{number}.example" for number in range(60))
    links = SaveLinks(account, replace(plain_settings, google_wallet_origins=many))
    with pytest.raises(AssertionError, match="characters"):
        await links.url(program_id=PROGRAM, object_name=CARD, now=datetime.now(UTC))


async def test_links_are_signed_beside_the_event_loop(
    account: Account, plain_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    encode = jwt.encode

    def watched(*arguments: Any) -> bytes:
        threads.append(threading.current_thread())
        signed: bytes = encode(*arguments)  # type: ignore[no-untyped-call]  # google.auth has no types
        return signed

    monkeypatch.setattr(save_link, "jwt", SimpleNamespace(encode=watched))
    await SaveLinks(account, plain_settings).url(program_id=PROGRAM, object_name=CARD, now=datetime.now(UTC))
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_named_origins_win_over_our_own(plain_settings: Settings) -> None:
    assert save_origins(plain_settings) == ["http://orion.test"]
    named = replace(plain_settings, google_wallet_origins=" https://a.example , https://b.example,")
    assert save_origins(named) == ["https://a.example", "https://b.example"]


def test_origins_that_make_every_link_too_long_stop_the_start(account: Account, plain_settings: Settings) -> None:
    origins = [f"https://shop-number-{number}.example" for number in range(60)]
    check_save_links(account, replace(plain_settings, google_wallet_origins=",".join(origins[:10])))
    with pytest.raises(SettingsError, match=r"^ORION_GOOGLE_WALLET_ORIGINS makes save links of .* 1800: name fewer"):
        check_save_links(account, replace(plain_settings, google_wallet_origins=",".join(origins)))
