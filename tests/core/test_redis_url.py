"""One reading of Redis' address for till, worker and commands."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from backend.core.connectivity import StartRefused, reach_redis
from backend.core.queue import open_queue, open_redis
from backend.core.redis_url import redis_options
from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY, Authority, pem
from backend.dev.servers.valkey import EmbeddedValkey
from environment.reading import SettingsError
from tests.doubles.tls_valkey import KNOWN_BY_NAME, NOT_IN_THE_CERTIFICATE, speaking_tls
from workers.queues import QUEUES, make_workers

PASSWORD = "p@ss/w?rd#%"
ENCODED = "p%40ss%2Fw%3Frd%23%25"


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("redis://", {}),
        ("redis://cache.example/", {"host": "cache.example"}),
        ("redis://cache:6380/2", {"host": "cache", "port": 6380, "db": 2}),
        (f"redis://orion:{ENCODED}@cache", {"host": "cache", "username": "orion", "password": PASSWORD}),
        (f"unix://:{ENCODED}@/run/valkey.sock?db=3", {"path": "/run/valkey.sock", "db": 3, "password": PASSWORD}),
        ("rediss://cache", {"host": "cache", "ssl_check_hostname": True}),
        ("rediss://cache?ssl_cert_reqs=none", {"host": "cache", "ssl_cert_reqs": "none"}),
        ("rediss://cache?ssl_check_hostname=no", {"host": "cache", "ssl_check_hostname": False}),
    ],
)
async def test_till_and_worker_mean_the_same_by_an_address(address: str, meant: dict[str, object]) -> None:
    options = redis_options(address)
    assert {name: value for name, value in options.items() if name != "connection_class"} == meant
    clients: list[Redis] = [open_redis(address), open_queue(address)]
    clients += [worker.pool for worker in make_workers(address, {})]
    assert len(clients) == 2 + len(QUEUES)
    for client in clients:
        known = client.connection_pool.connection_kwargs
        assert {name: known[name] for name in meant} == meant
        assert "ssl_cert_reqs" in known or "ssl_check_hostname" in known or not address.startswith("rediss")


async def test_a_password_with_any_character_opens_it_for_till_and_worker(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey:
        async with Redis.from_url(valkey.url) as redis:
            await redis.config_set("requirepass", PASSWORD)
        address = valkey.url.replace("unix://", f"unix://:{ENCODED}@")
        await reach_redis(address, is_needed=True)
        till, worker = open_redis(address), open_queue(address)
        await till.set("seen", "by the till")
        assert await worker.get("seen") == b"by the till"
        await till.aclose()
        await worker.aclose(close_connection_pool=True)
        for wrong in (valkey.url, valkey.url.replace("unix://", "unix://:wrong@"), f"{address}?db=4711"):
            with pytest.raises(StartRefused, match=r"^Redis refuses the user, the password or"):
                await reach_redis(wrong)


async def test_a_redis_that_is_away_stops_those_who_need_it_and_neither_till_nor_worker() -> None:
    await reach_redis("redis://127.0.0.1:1")
    with pytest.raises(StartRefused, match=r"^Redis cannot be reached"):
        await reach_redis("redis://127.0.0.1:1", is_needed=True)


async def test_a_file_for_tls_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^ORION_REDIS_URL, ssl_ca_certs: there is no file"):
        await reach_redis(f"rediss://cache?ssl_ca_certs={tmp_path}/gone.pem")


async def test_a_redis_without_tls_is_told_from_one_that_is_away() -> None:
    """It waits for the rest of what it takes for a command."""

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        address = f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(
            StartRefused, match=r"^Redis gives no answer to TLS, which rediss:// asks for \(TimeoutError"
        ):
            await reach_redis(address, is_needed=True)
    with pytest.raises(StartRefused, match=r"^Redis cannot be reached"):
        await reach_redis("rediss://127.0.0.1:1", is_needed=True)


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
def its(tmp_path: Path) -> Path:
    """A folder with the files of a server, and with the authorities that are trusted."""
    authority = Authority.root()
    authority.server_files(tmp_path)
    (tmp_path / "its.pem").write_bytes(pem(authority.certificate))
    (tmp_path / "another.pem").write_bytes(pem(Authority.root().certificate))
    return tmp_path


async def test_till_and_worker_reach_a_redis_whose_certificate_is_trusted(
    valkey: EmbeddedValkey, its: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(its))
    async with speaking_tls(valkey, its) as port:
        for host, told in (
            (KNOWN_BY_NAME, f"ssl_ca_certs={its}/its.pem"),
            (NOT_IN_THE_CERTIFICATE, f"ssl_ca_certs={its}/its.pem&ssl_check_hostname=no"),
            (NOT_IN_THE_CERTIFICATE, "ssl_cert_reqs=none"),
            (KNOWN_BY_NAME, "ssl_ca_certs=~/its.pem"),
        ):
            address = f"rediss://{host}:{port}/1?{told}"
            await reach_redis(address, is_needed=True)
            till, worker = open_redis(address), open_queue(address)
            await till.set("seen", host)
            assert await worker.get("seen") == host.encode()
            await till.aclose()
            await worker.aclose(close_connection_pool=True)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        (KNOWN_BY_NAME, "ssl_ca_certs={}/another.pem"),
        (KNOWN_BY_NAME, ""),
        (NOT_IN_THE_CERTIFICATE, "ssl_ca_certs={}/its.pem"),
    ],
    ids=["another authority", "the system's authorities", "another name"],
)
@pytest.mark.parametrize("is_needed", [False, True], ids=["till", "worker"])
async def test_a_redis_whose_certificate_is_not_trusted_stops_the_till_and_the_worker(
    host: str, told: str, is_needed: bool, valkey: EmbeddedValkey, its: Path
) -> None:
    async with speaking_tls(valkey, its) as port:
        with pytest.raises(
            StartRefused, match=r"^Redis shows a certificate that is not trusted \(.+\): check ORION_REDIS_URL\.$"
        ):
            await reach_redis(f"rediss://{host}:{port}?{told.format(its)}", is_needed=is_needed)


async def test_a_redis_that_asks_for_a_certificate_is_shown_ours(valkey: EmbeddedValkey, its: Path) -> None:
    ours = f"ssl_certfile={its}/{SERVER}&ssl_keyfile={its}/{SERVER_KEY}"
    async with speaking_tls(valkey, its, asks=its / "its.pem") as port:
        address = f"rediss://{KNOWN_BY_NAME}:{port}?ssl_ca_certs={its}/its.pem"
        await reach_redis(f"{address}&{ours}", is_needed=True)
        with pytest.raises(StartRefused, match=r"^Redis gives no answer to TLS"):
            await reach_redis(address, is_needed=True)


async def test_what_answers_tls_with_other_words_stops_the_till_too() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"-ERR Protocol error\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        with pytest.raises(StartRefused, match=r"^Redis and we agree on no TLS \(.+\): check ORION_REDIS_URL\.$"):
            await reach_redis(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}")
