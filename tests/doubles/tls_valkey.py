"""A Valkey server with TLS, as hosting providers offer it; the embedded one listens only on a socket."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY
from backend.dev.servers.valkey import EmbeddedValkey
from tests.world.ports import own_port

KNOWN_BY_NAME, NOT_IN_THE_CERTIFICATE = "localhost", "127.0.0.2"


@asynccontextmanager
async def speaking_tls(valkey: EmbeddedValkey, folder: Path, *, asks: Path | None = None) -> AsyncIterator[int]:
    """Yields the port. `folder` contains the server's files; `asks` is the authority of the required client
    certificates.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=asks)
    context.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        its_reader, its_writer = await asyncio.open_unix_connection(urlsplit(valkey.url).path)
        await asyncio.gather(_pour(reader, its_writer), _pour(its_reader, writer))

    port, hosts = own_port(), ("127.0.0.1", NOT_IN_THE_CERTIFICATE)
    server = await asyncio.start_server(connected, hosts, port, ssl=context)
    try:
        yield port
    finally:
        server.close()
        await server.wait_closed()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
