"""The conversation with an SMTP server: encrypted, signed in, one connection for several mails."""

import dataclasses
from base64 import b64encode
from uuid import uuid4

import pytest
from msgspec.structs import replace

from backend.core.capabilities import encode_capability
from backend.core.mail_settings import MailSettings
from backend.messaging.providers.ports import DeliveryFailed, OutgoingMail, Route
from backend.messaging.providers.smtp import SmtpDelivery
from tests.doubles.mail_server import open_mail_server
from tests.doubles.smtp import PostOffice, open_post_office, text_of
from tests.messaging.conftest import Tls
from tests.messaging.mails import MAIL, by_smtp


async def code_of(way: SmtpDelivery, mail: OutgoingMail = MAIL) -> str:
    """Why it was not handed over."""
    with pytest.raises(DeliveryFailed) as failed:
        await way.send(mail)
    await way.close()
    return failed.value.fault.code


async def test_a_mail_arrives_as_it_was_meant(post_office: PostOffice) -> None:
    way = SmtpDelivery(by_smtp(post_office, email_reply_to="shop@example.com"))
    assert await way.send(MAIL) == "250 Taken"
    await way.close()
    (mail,) = post_office.mails
    assert (mail["To"], mail["Subject"], mail["Reply-To"]) == (MAIL.recipient, MAIL.subject, "shop@example.com")
    assert mail["From"].addresses[0].display_name == "Café Aurora"
    assert mail["Content-Language"] == "de"
    assert mail["Message-ID"] == f"<{MAIL.id}@orion.example>"
    assert mail.get_content().strip() == "Größe"


async def test_several_mails_share_one_connection_and_a_refused_one_does_not_spoil_it(post_office: PostOffice) -> None:
    way = SmtpDelivery(by_smtp(post_office))
    for _ in range(3):
        await way.send(MAIL)
    assert (len(post_office.mails), post_office.connections) == (3, 1)
    post_office.refused["zoe@example.com"] = "550 5.1.1 No such user"
    with pytest.raises(DeliveryFailed):
        await way.send(MAIL)
    post_office.refused.clear()
    await way.send(MAIL)
    await way.close()
    assert len(post_office.mails) == 4


async def test_a_connection_that_the_server_has_closed_meanwhile_is_opened_again(post_office: PostOffice) -> None:
    way = SmtpDelivery(by_smtp(post_office))
    await way.send(MAIL)
    post_office.hang_up()
    await way.send(MAIL)
    await way.close()
    assert (len(post_office.mails), post_office.connections) == (2, 2)


async def test_a_server_that_takes_no_more_mails_over_this_connection_gets_them_over_another(
    post_office: PostOffice,
) -> None:
    way = SmtpDelivery(by_smtp(post_office))
    await way.send(MAIL)
    post_office.replies["MAIL"] = "421 Too many messages in this connection"
    assert await code_of(way) == "rate_limited"
    assert post_office.connections == 2


@pytest.mark.parametrize("is_implicit", [False, True])
async def test_password_and_mail_travel_encrypted(tls: Tls, *, is_implicit: bool) -> None:
    async with open_post_office(tls=tls.server, is_implicit=is_implicit, has_login=True) as office:
        settings = by_smtp(
            office, smtp_user="cards", smtp_password="zaubér", smtp_use_ssl=is_implicit, smtp_use_tls=not is_implicit
        )
        way = SmtpDelivery(settings, tls.trusting)
        await way.send(MAIL)
        await way.close()
        assert office.logins == [(b"cards", "zaubér".encode())]
        assert way.route == Route("smtp", "127.0.0.1", office.port, "tls" if is_implicit else "starttls")


async def test_without_encryption_nothing_goes_to_another_machine(
    post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the name leads to decides, not the name."""
    monkeypatch.setattr("backend.messaging.providers.smtp._is_loopback", lambda _: False)
    way = SmtpDelivery(by_smtp(post_office, smtp_user="cards", smtp_password="secret"))
    assert await code_of(way) == "clear_text_refused"
    assert (post_office.mails, post_office.logins) == ([], [])


async def test_a_server_that_offers_no_encryption_gets_no_password(post_office: PostOffice) -> None:
    way = SmtpDelivery(by_smtp(post_office, smtp_use_tls=True, smtp_user="cards", smtp_password="secret"))
    assert await code_of(way) == "starttls_unsupported"


async def test_an_authority_that_we_do_not_know_and_a_name_that_is_not_the_servers_are_told_apart(tls: Tls) -> None:
    async with open_post_office(tls=tls.server) as office:
        settings = by_smtp(office, smtp_use_tls=True)
        assert await code_of(SmtpDelivery(settings)) == "certificate_untrusted"
    async with open_post_office(tls=tls.server, host="127.0.0.2") as office:
        settings = by_smtp(office, smtp_use_tls=True, smtp_host="127.0.0.2")
        assert await code_of(SmtpDelivery(settings, tls.trusting)) == "certificate_name"
        assert office.mails == []


async def test_tls_on_a_port_that_speaks_none_and_the_other_way_round(post_office: PostOffice, tls: Tls) -> None:
    assert await code_of(SmtpDelivery(by_smtp(post_office, smtp_use_ssl=True), tls.trusting)) == "tls_failed"
    async with open_post_office(tls=tls.server, is_implicit=True) as office:
        code = await code_of(SmtpDelivery(replace(by_smtp(office), smtp_timeout_seconds=1)))
        assert code in {"timeout", "connection_failed"}


async def test_a_wrong_password_is_told_without_it(tls: Tls) -> None:
    async with open_post_office(tls=tls.server, has_login=True) as office:
        office.accepts_login = False
        way = SmtpDelivery(by_smtp(office, smtp_use_tls=True, smtp_user="cards", smtp_password="secret"), tls.trusting)
        with pytest.raises(DeliveryFailed) as failed:
            await way.send(MAIL)
        assert failed.value.fault.code == "auth_refused"
        assert "secret" not in str(failed.value.fault)


async def test_a_server_without_login_is_told(post_office: PostOffice) -> None:
    way = SmtpDelivery(by_smtp(post_office, smtp_user="cards", smtp_password="secret"))
    assert await code_of(way) == "auth_unsupported"


async def test_letters_of_every_language_need_no_eight_bit_server() -> None:
    async with open_post_office(enable_SMTPUTF8=False) as office:
        way = SmtpDelivery(by_smtp(office))
        await way.send(dataclasses.replace(MAIL, recipient="zoe@exämple.com", body_html="<p>Größe</p>"))
        await way.close()
        ((_, recipients),) = office.envelopes
        assert recipients == ["zoe@xn--exmple-cua.com"]
        (mail,) = office.mails
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        assert text_of(mail, "html").strip() == "<p>Größe</p>"
        assert office.contents[0].isascii()


async def test_an_address_with_such_letters_needs_a_server_that_takes_them(post_office: PostOffice) -> None:
    mail = dataclasses.replace(MAIL, recipient="zoë@example.com")
    way = SmtpDelivery(by_smtp(post_office))
    await way.send(mail)
    await way.close()
    ((options, recipients),) = post_office.envelopes
    assert recipients == ["zoë@example.com"]
    assert "SMTPUTF8" in options
    assert "\r\nTo: zoë@example.com\r\n".encode() in post_office.contents[0]
    async with open_post_office(enable_SMTPUTF8=False) as office:
        assert await code_of(SmtpDelivery(by_smtp(office)), mail) == "smtputf8_unsupported"
        assert office.mails == []


@pytest.mark.parametrize("recipient", ["a@x..lu", "[@x.lu", "(c)@x.lu", "a\x01@x.lu", ":;@x.y", "\ud800@x.lu", ""])
async def test_what_is_no_address_is_not_sent(post_office: PostOffice, recipient: str) -> None:
    """Addresses taken before they were checked."""
    mail = dataclasses.replace(MAIL, recipient=recipient)
    assert await code_of(SmtpDelivery(by_smtp(post_office)), mail) == "address_invalid"


async def test_a_host_that_does_not_exist_and_a_port_where_nobody_listens() -> None:
    settings = replace(MailSettings(), email_provider="smtp", smtp_port=1)
    assert await code_of(SmtpDelivery(settings)) == "connection_refused"
    assert await code_of(SmtpDelivery(replace(settings, smtp_host="post.invalid"))) == "host_unknown"


@pytest.mark.parametrize("said", ["{password}", "AUTH PLAIN {plain}", "got {login}"])
async def test_a_server_that_repeats_the_password_does_not_put_it_into_the_log(tls: Tls, said: str) -> None:
    password = "correct horse battery"
    encoded = {
        "password": password,
        "plain": b64encode(f"\0cards\0{password}".encode()).decode(),
        "login": b64encode(password.encode()).decode(),
    }
    async with open_mail_server(tls=tls.server, AUTH=f"535 5.7.8 wrong: {said.format(**encoded)}") as server:
        settings = by_smtp(server, smtp_user="cards", smtp_password=password, smtp_use_tls=True)
        way = SmtpDelivery(settings, tls.trusting)
        with pytest.raises(DeliveryFailed) as failed:
            await way.send(MAIL)
        await way.close()
    reply = failed.value.fault.reply
    assert reply is not None
    assert reply.startswith("535 5.7.8 wrong: ")
    assert "[…]" in reply
    assert all(secret not in reply for secret in encoded.values())


async def test_a_refusal_that_quotes_a_private_link_is_kept_without_it(post_office: PostOffice) -> None:
    token = encode_capability(uuid4(), uuid4(), bytes(range(16)))
    post_office.replies["DATA"] = f"554 5.7.1 Listed: https://cards.example/c/{token}. See https://help.example/spam"
    way = SmtpDelivery(by_smtp(post_office))
    with pytest.raises(DeliveryFailed) as failed:
        await way.send(MAIL)
    await way.close()
    assert failed.value.fault.reply == "554 5.7.1 Listed: https://cards.example/c/[…]. See https://help.example/spam"
