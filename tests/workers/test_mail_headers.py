"""Nothing that a merchant or a template says becomes a header of its own: read as the mail server gets it."""

from email.parser import BytesParser
from email.policy import compat32
from typing import Any

import asyncpg
import pytest

from backend.services import Services
from tests.doubles.smtp import PostOffice
from tests.workers.conftest import relay_and_send
from tests.world.shop import Shop

HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To", "Content-Type", "MIME-Version"),
    "Content-Language",
]
TRICKS = {
    "line end": "Bank\r\nBcc: all@evil.example\r\n\r\n<h1>Win</h1>",
    "line feed": "Bank\nBcc: all@evil.example",
    "control characters": "Bank\x01\x0b\x1f\x7f\x85Bcc: all@evil.example",
    "line separator": "Bank\u2028Bcc: all@evil.example",
    "encoded word": "=?utf-8?q?Bank=0D=0ABcc:_all@evil.example=0D=0A=0D=0AWin?=",
    "encoded word in base64": "=?utf-8?b?QmFuaw0KQmNjOiBhbGxAZXZpbC5leGFtcGxl?=",
    "encoded words side by side": "=?utf-8?q?Bank=0D?= =?utf-8?q?=0ABcc:_all@evil.example?=",
    "another sender": '"Bank" <ceo@bank.example>, "',
}


def raw_headers(office: PostOffice) -> Any:
    """Of the only mail, undecoded."""
    (content,) = office.contents
    return BytesParser(policy=compat32).parsebytes(content)


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
@pytest.mark.parametrize("place", ["merchant_name", "reply_to", "subject"])
async def test_no_text_becomes_a_header(
    working: dict[str, Services],
    shop: Shop,
    post_office: PostOffice,
    superuser: asyncpg.Connection,
    *,
    place: str,
    trick: str,
) -> None:
    """Past the API, which refuses most of it."""
    if place == "merchant_name":
        await superuser.execute("UPDATE merchants SET name = $1 WHERE id = $2", trick, shop.merchant_id)
    if place == "reply_to":
        await superuser.execute("UPDATE merchants SET contact_email = $1 WHERE id = $2", trick, shop.merchant_id)
    await shop.anna.enroll("otto@example.com")
    if place == "subject":
        await superuser.execute(
            "INSERT INTO email_template_overrides (merchant_id, id, code, language, subject, version, platform_version"
            ", saved_at) VALUES ($1, gen_random_uuid(), 'loyalty_enrollment', 'en', $2, 1, 0, now())",
            shop.merchant_id,
            trick,
        )
    await relay_and_send(working)
    mail = raw_headers(post_office)
    assert sorted(mail.keys()) == sorted(HEADERS if mail["Reply-To"] else set(HEADERS) - {"Reply-To"})
    assert mail["To"] == "otto@example.com"
    assert mail["From"].endswith("<cards@orion.example>")
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]
    assert [recipients for _, recipients in post_office.envelopes] == [["otto@example.com"]]
