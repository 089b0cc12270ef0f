"""A person whose password or second factor changes is told by email, also when somebody else has changed it."""

import asyncpg
import pytest

from backend.audit.labels import ACTIONS
from backend.identity import notices
from backend.identity.notices import NOTICES, WITHOUT_NOTICE
from backend.messaging.templates.catalog.account_changed import ACCOUNT_CHANGED
from tests.identity.conftest import SignInAs
from tests.world import PASSWORD
from tests.world.account import Account
from tests.world.caller import Json
from tests.world.shop import Shop

STRONG = "Quagga-Ziegel-Fahrrad-7"


async def told(superuser: asyncpg.Connection, shop: Shop) -> list[Json]:
    """The emails to Claire about her account, in order."""
    rows = await superuser.fetch(
        "SELECT * FROM platform_mails WHERE recipient = $1 AND template_code = $2 ORDER BY created_at, id",
        shop.emails["claire"],
        ACCOUNT_CHANGED.code,
    )
    return [dict(row) for row in rows]


def test_every_change_of_an_account_has_its_email_from_its_first_day() -> None:
    known = {action for action in ACTIONS if action.startswith("account.")}
    assert known == NOTICES.keys() | WITHOUT_NOTICE


async def test_each_change_of_what_claire_signs_in_with_is_told(
    shop: Shop, claire: Account, superuser: asyncpg.Connection
) -> None:
    await claire.add_authenticator()
    await claire.add_passkey()
    await claire.post("/auth/me/recovery-codes")
    await claire.ask("DELETE", "/auth/me/authenticator")
    await claire.change_password(STRONG)
    mails = await told(superuser, shop)
    done = (
        "authenticator_set",
        "passkey_added",
        "recovery_codes_replaced",
        "authenticator_removed",
        "password_changed",
    )
    assert [mail["subject"].partition(": ")[2] for mail in mails] == [NOTICES[f"account.{what}"] for what in done]
    for mail in mails:
        assert "Where: Firefox · Windows" in mail["body_text"]
        assert "http://orion.test/forgotten" in mail["body_text"]
        assert STRONG not in mail["body_text"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Votre mot de passe a été modifié"),
        ("de", "Ihr Passwort wurde geändert"),
        ("lb", "Äert Passwuert gouf geännert"),
        ("en", "Your password was changed"),
    ],
)
async def test_it_is_in_the_persons_language(
    shop: Shop, claire: Account, superuser: asyncpg.Connection, language: str, sentence: str
) -> None:
    await claire.ask("PATCH", "/auth/me", json={"language": language})
    await claire.change_password(STRONG)
    (mail,) = await told(superuser, shop)
    assert (mail["language"], sentence in mail["subject"], sentence in mail["body_text"]) == (language, True, True)


async def test_what_is_refused_and_what_ends_a_session_sends_nothing(
    shop: Shop, account: SignInAs, superuser: asyncpg.Connection
) -> None:
    claire = await account("claire")
    assert (await claire.send("PUT", "/auth/me/password", json={"password": STRONG})).status_code == 403
    await claire.confirm()
    assert (await claire.send("PUT", "/auth/me/password", json={"password": "password"})).status_code == 422
    await claire.ask("DELETE", "/auth/me/sessions")
    assert await told(superuser, shop) == []


async def test_without_the_email_nothing_is_changed(
    claire: Account, account: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are one transaction: a thief cannot have the one without the other."""

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room for an email")

    monkeypatch.setattr(notices, "queue_platform_mail", fail)
    assert (await claire.send("PUT", "/auth/me/password", json={"password": STRONG})).status_code == 500
    await account("claire", password=PASSWORD)
