import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY, Authority, pem
from tests.doubles.smtp import PostOffice, open_post_office


class Tls(NamedTuple):
    server: ssl.SSLContext
    trusting: ssl.SSLContext
    """A client that trusts the server's authority."""


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for `localhost` and 127.0.0.1."""
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = Authority.root()
    authority.server_files(folder)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    return Tls(server, ssl.create_default_context(cadata=pem(authority.certificate).decode()))


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office
