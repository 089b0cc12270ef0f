"""The mail catcher plays the faults that an operator meets."""

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiosmtplib
import pytest

from backend.dev.servers.mail_catcher import blocked_neighbor, open_mail_catcher
from backend.dev.servers.mail_tls import TRUSTED, mail_tls_values, server_context
from tests.world.patience import PATIENCE_SECONDS
from tests.world.ports import own_block, own_port


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Of a mail catcher with STARTTLS that this process trusts."""
    for name, value in mail_tls_values(tmp_path / "tls").items():
        monkeypatch.setenv(name, value)
    server = await open_mail_catcher(0, tmp_path / "mail", server_context(tmp_path / "tls"))
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_it_offers_starttls_with_a_certificate_that_the_processes_trust(port: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=True, timeout=PATIENCE_SECONDS) as client:
        await client.login("anybody", "anything")


async def test_the_password_wrong_is_wrong(port: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=True, timeout=PATIENCE_SECONDS) as client:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError, match="535"):
            await client.login("anybody", "wrong")


async def test_a_recipient_that_is_a_code_is_refused_with_it(port: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=PATIENCE_SECONDS) as client:
        await client.mail("cards@orion.example")
        for code in (451, 550):
            with pytest.raises(aiosmtplib.SMTPRecipientRefused) as refused:
                await client.rcpt(f"{code}@example.com")
            assert refused.value.code == code


def test_the_bundle_also_has_what_this_machine_trusted_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mail_tls_values(tmp_path / "before")[TRUSTED]
    monkeypatch.setenv(TRUSTED, before)
    bundle = mail_tls_values(tmp_path / "after")[TRUSTED]
    assert Path(bundle).read_bytes().startswith(Path(before).read_bytes())
    context = ssl.create_default_context(cafile=bundle)
    assert len(context.get_ca_certs()) > len(ssl.create_default_context(cafile=before).get_ca_certs())


def test_beside_587_there_is_a_465_that_never_answers() -> None:
    block = own_block()
    with blocked_neighbor(block + 587) as blocked:
        assert blocked == block + 465
        with pytest.raises(TimeoutError):
            socket.create_connection(("127.0.0.1", blocked), timeout=0.3)
    with blocked_neighbor(own_port()) as blocked:
        assert blocked is None
