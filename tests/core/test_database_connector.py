"""One way to the database for every lane: addresses as libpq takes them, against a PostgreSQL that speaks TLS."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from msgspec.structs import replace
from sqlalchemy import text

from backend.core import database
from backend.core.connectivity import StartRefused, reach_database
from backend.core.database import ACQUIRE_SECONDS, DIALECT, engine_maker, open_pool, session_connector, till_connector
from backend.core.database_connector import Connect, connector
from backend.core.database_url import check_database_files
from backend.core.migrations import owner_engine
from backend.core.settings import Settings
from backend.dev.sandbox.apple.pki import SERVER, SERVER_KEY, Authority, pem
from environment.reading import SettingsError
from tests.doubles.tls_postgres import NOT_IN_THE_CERTIFICATE, PASSWORD, TlsPostgres
from tests.world.patience import until

pytestmark = pytest.mark.slow
RESCUED_SECONDS = 15
ABOUT_US = """
SELECT s.ssl, a.application_name, current_user::text
FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE pid = pg_backend_pid()
"""

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'orion_app'
"""

Ask = Callable[[str], Awaitable[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsPostgres]:
    with TlsPostgres(tmp_path_factory.mktemp("tls")) as server:
        yield server


@pytest.fixture(autouse=True)
def limits_of_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here they are what is tested; see `tests.world.patience`."""
    monkeypatch.setattr(database, "ACQUIRE_SECONDS", ACQUIRE_SECONDS)


@pytest.fixture
def silent() -> Iterator[str]:
    """A host that takes connections and never says a word, such as a firewall makes of one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


async def has_no_connection(pool: Any) -> bool:
    return bool(pool.get_size() == 0)


async def by_the_tills_lane(address: str) -> tuple[Any, ...]:
    connection = await till_connector(address)()
    try:
        return tuple(await connection.fetchrow(ABOUT_US))
    finally:
        await connection.close()


async def by_sessions(address: str) -> tuple[Any, ...]:
    return await _by_engine(engine_maker(session_connector(address))(DIALECT))


async def by_migrations(address: str) -> tuple[Any, ...]:
    return await _by_engine(owner_engine(address))


async def _by_engine(engine: Any) -> tuple[Any, ...]:
    try:
        async with engine.connect() as connection:
            return tuple((await connection.execute(text(ABOUT_US))).one())
    finally:
        await engine.dispose()


LANES = pytest.mark.parametrize("ask", [by_the_tills_lane, by_sessions, by_migrations])


@LANES
@pytest.mark.parametrize(
    "parameters",
    [
        {"sslmode": "require"},
        {"sslmode": "verify-ca", "sslrootcert": "its authority"},
        {"sslmode": "verify-full", "sslrootcert": "its authority"},
        {"sslmode": "prefer", "application_name": "till", "connect_timeout": "3"},
        {"sslmode": "require", "target_session_attrs": "read-write"},
        {},
    ],
    ids=lambda told: " ".join(told.values()) or "nothing",
)
async def test_every_lane_takes_an_address_as_libpq_does(
    ask: Ask, parameters: dict[str, str], postgres: TlsPostgres
) -> None:
    if "sslrootcert" in parameters:
        parameters = parameters | {"sslrootcert": str(postgres.authority)}
    is_encrypted, name, role = await ask(postgres.address(**parameters))
    assert is_encrypted
    assert (name, role) == (parameters.get("application_name", "orion"), "orion_app")


@LANES
async def test_every_lane_goes_on_to_the_next_host(ask: Ask, postgres: TlsPostgres, silent: str) -> None:
    for hosts in ("127.0.0.1:1,localhost", f"{silent},localhost"):
        assert (await ask(postgres.address(hosts, connect_timeout="1", sslmode="require")))[0]


@pytest.mark.parametrize(
    ("host", "told", "sentence"),
    [
        ("localhost", {"password": f"{PASSWORD}!"}, "refuses the user or the password"),
        ("localhost", {"sslmode": "disable"}, "refuses the user or the password"),
        ("localhost", {"database": "another"}, "is not on that server under that name"),
        ("localhost", {"sslmode": "verify-full", "sslrootcert": "another"}, "a certificate that is not trusted"),
        (NOT_IN_THE_CERTIFICATE, {"sslmode": "verify-full", "sslrootcert": "its"}, "a certificate that is not trusted"),
        ("localhost,localhost", {"database": "standby"}, "takes no writes on any of the hosts"),
        ("127.0.0.1:1", {}, "cannot be reached (ConnectionRefusedError)"),
    ],
)
async def test_what_keeps_us_from_the_database_is_one_sentence(
    host: str, told: dict[str, str], sentence: str, postgres: TlsPostgres, tmp_path: Path
) -> None:
    (tmp_path / "another.pem").write_bytes(pem(Authority.root().certificate))
    files = {"another": str(tmp_path / "another.pem"), "its": str(postgres.authority)}
    told = {name: files.get(value, value) if name == "sslrootcert" else value for name, value in told.items()}
    for lane in (till_connector, session_connector, lambda address: connector(address, {})):
        with pytest.raises(StartRefused) as refused:
            await reach_database("ORION_DATABASE_URL", postgres.address(host, **told), lane)
        said = str(refused.value)
        assert said.startswith("The database ")
        assert sentence in said
        assert said.endswith(": check ORION_DATABASE_URL.")
        assert PASSWORD not in said


async def test_a_name_that_is_not_in_the_certificate_will_do_where_only_its_authority_is_asked_for(
    postgres: TlsPostgres,
) -> None:
    address = postgres.address(NOT_IN_THE_CERTIFICATE, sslmode="verify-ca", sslrootcert=str(postgres.authority))
    assert (await by_the_tills_lane(address))[0]


async def test_a_server_without_tls_is_not_talked_to_where_tls_is_asked_for() -> None:
    """It answers the question with N, as the embedded one would on TCP."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        address = f"postgresql://127.0.0.1:{server.sockets[0].getsockname()[1]}/orion?sslmode=require"
        with pytest.raises(StartRefused, match="speaks no TLS, which sslmode asks for: check ORION_DATABASE_URL"):
            await reach_database("ORION_DATABASE_URL", address, till_connector)


async def test_a_file_that_cannot_be_used_is_named_before_anybody_connects(
    postgres: TlsPostgres, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").touch()
    its = str(postgres.authority)
    for told, sentence in (
        ({"sslrootcert": str(tmp_path / "gone.pem")}, "sslrootcert: there is no file"),
        ({"sslrootcert": str(tmp_path / "empty.pem")}, "holds no certificates"),
        ({"sslrootcert": its, "sslcert": its}, "sslcert: .* are no certificate with its key"),
    ):
        with pytest.raises(SettingsError, match=sentence):
            await reach_database("ORION_DATABASE_URL", postgres.address(sslmode="verify-full", **told), till_connector)


@LANES
async def test_a_file_in_the_operators_home_is_opened_where_it_was_looked_at(
    ask: Ask, postgres: TlsPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    bundle = "# Autorité de certification\n".encode() + postgres.authority.read_bytes()
    (tmp_path / "its.pem").write_bytes(bundle)
    address = postgres.address(sslmode="verify-full", sslrootcert="~/its.pem")
    check_database_files("ORION_DATABASE_URL", address)
    assert (await ask(address))[0]


async def test_a_bundle_that_ends_in_the_middle_of_a_certificate_is_refused(
    postgres: TlsPostgres, tmp_path: Path
) -> None:
    """The driver takes all of it or nothing."""
    whole = postgres.authority.read_bytes()
    (tmp_path / "its.pem").write_bytes(whole + whole[: len(whole) // 2] + b"\n-----END CERTIFICATE-----\n")
    with pytest.raises(SettingsError, match=r"its\.pem holds no certificates as PEM"):
        check_database_files("ORION_DATABASE_URL", postgres.address(sslrootcert=str(tmp_path / "its.pem")))


@pytest.mark.parametrize("lane", [till_connector, session_connector])
async def test_what_a_machine_that_is_gone_has_locked_is_free_before_its_work_is_taken_over(
    lane: Callable[[str], Connect], postgres: TlsPostgres
) -> None:
    """PostgreSQL waits for the rest of a statement without any other limit."""
    connection = await lane(postgres.address(sslmode="require"))()
    try:
        idle, interval, count = [
            int(await connection.fetchval(f"SHOW tcp_keepalives_{name}")) for name in ("idle", "interval", "count")
        ]
    finally:
        await connection.close()
    assert 0 < idle + interval * count < RESCUED_SECONDS


async def test_under_load_the_till_gets_past_a_host_that_is_silent(postgres: TlsPostgres, silent: str) -> None:
    """With the limits of production, and with more callers than connections: all of them wait for the first host."""
    address = postgres.address(f"{silent},localhost", sslmode="require", connect_timeout="10")
    pool = await open_pool(replace(Settings(), database_url=address, pool_size=2))
    try:
        async with pool.acquire() as connection:
            await connection.execute(END_OTHERS)
            connection.terminate()
        await until(partial(has_no_connection, pool))
        assert await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(6))) == [1] * 6
    finally:
        await pool.close()


async def test_with_the_systems_authorities_a_session_shows_its_certificate_too(
    postgres: TlsPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(postgres.authority))
    files = {"sslcert": str(postgres.cluster / SERVER), "sslkey": str(postgres.cluster / SERVER_KEY)}
    for told, shown in ((files, "/CN=localhost/O=Orion Sandbox"), ({}, None)):
        connection = await till_connector(postgres.address(sslrootcert="system", **told))()
        who = await connection.fetchval("SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        await connection.close()
        assert who == shown


@pytest.mark.parametrize("is_revoked", [False, True])
async def test_with_the_systems_authorities_a_revoked_certificate_is_refused_too(
    is_revoked: bool, postgres: TlsPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(postgres.authority))
    its = x509.load_pem_x509_certificate((postgres.cluster / SERVER).read_bytes())
    (tmp_path / "crl.pem").write_bytes(postgres.revocations(*([its] if is_revoked else [])))
    address = postgres.address(sslrootcert="system", sslcrl=str(tmp_path / "crl.pem"))
    if not is_revoked:
        assert (await by_the_tills_lane(address))[0]
        return
    with pytest.raises(StartRefused, match=r"a certificate that is not trusted \(certificate revoked\)"):
        await reach_database("ORION_DATABASE_URL", address, till_connector)
