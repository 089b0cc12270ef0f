"""The line between Orion and one of its servers: it can be cut, closed, silent, or cut at a certain word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from backend.core.settings import Settings
from tests.world.ports import own_port

BYTES = 65_536


class Moment(Enum):
    """When a line is cut at a word that Orion sends."""

    UNHEARD = "before the server hears it"
    UNANSWERED = "when the server has answered, and before Orion hears that"


@dataclass
class Line:
    port: int
    is_open: bool = True
    is_silent: bool = False
    """What either side says is lost, and nobody is told."""
    delay_seconds: float = 0.0
    """What either side says takes so long."""
    cuts_at: tuple[bytes, Moment] | None = None
    """Once, at a word. An empty one is in everything."""
    skips: int = 0
    """What Orion says so often is heard before."""
    cuts: int = 0
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)
    _has_answered: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self) -> None:
        """Every connection there is."""
        self.cuts += 1
        for writer in list(self._connections):
            writer.transport.abort()

    def close(self) -> None:
        """As when the server is away: connections are cut, and new ones end at once."""
        self.is_open = False
        self.cut()

    async def connect(self, socket: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.is_open:
            writer.transport.abort()
            return
        try:
            its_reader, its_writer = await asyncio.open_unix_connection(socket)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, its_writer}
        self._connections |= both
        both_ways = self._ask(reader, its_writer), self._answer(its_reader, writer)
        ways = [asyncio.create_task(way) for way in both_ways]
        try:
            # A process that is killed with something unread resets its end: the other one has to hear of it, too.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connections -= both
            for each in both:
                each.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(BYTES):
                if self.cuts_at is not None and self.cuts_at[0] in said and self._is_next():
                    (_, moment), self.cuts_at = self.cuts_at, None
                    if moment is Moment.UNANSWERED:
                        await self._let_it_be_done(said, writer)
                    self.cut()
                    return
                if not self.is_silent:
                    await self._pass_on(said, writer)

    async def _pass_on(self, said: bytes, writer: asyncio.StreamWriter) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        writer.write(said)
        await writer.drain()

    def _is_next(self) -> bool:
        self.skips -= 1
        return self.skips < 0

    async def _let_it_be_done(self, said: bytes, writer: asyncio.StreamWriter) -> None:
        """The server has done it when it answers; nobody hears the answer."""
        self.is_silent = True
        self._has_answered.clear()
        writer.write(said)
        await writer.drain()
        await self._has_answered.wait()
        self.is_silent = False

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(BYTES):
                if self.is_silent:
                    self._has_answered.set()
                    continue
                await self._pass_on(said, writer)


@asynccontextmanager
async def line_to(socket: str | Path) -> AsyncIterator[Line]:
    """To the server that listens at this socket."""
    line = Line(own_port())

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await line.connect(str(socket), reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", line.port)
    try:
        yield line
    finally:
        server.close()
        line.close()
        await server.wait_closed()


@asynccontextmanager
async def database_by_line(settings: Settings) -> AsyncIterator[tuple[Settings, Line]]:
    """The settings of somebody who reaches the embedded database by a line."""
    address = urlsplit(settings.database_url)
    (folder,) = parse_qs(address.query)["host"]
    async with line_to(Path(folder) / ".s.PGSQL.5432") as line:
        url = f"postgresql://{address.username}@127.0.0.1:{line.port}{address.path}"
        yield replace(settings, database_url=url), line


@asynccontextmanager
async def redis_by_line(settings: Settings) -> AsyncIterator[tuple[Settings, Line]]:
    address = urlsplit(settings.redis_url)
    async with line_to(address.path) as line:
        number = parse_qs(address.query).get("db", ["0"])[0]
        yield replace(settings, redis_url=f"redis://127.0.0.1:{line.port}/{number}"), line
