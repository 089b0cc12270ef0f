"""What operators write: it works, or the process stops with one sentence that names the setting and tells no secret."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from click import Context, Group
from click.testing import CliRunner

import frontend.main
import frontend.settings
import workers.main
from backend.cli import orion as cli
from backend.core import startup
from backend.core.platform_settings import CATEGORIES, decode_platform, given_platform_values
from backend.core.settings import Settings, load_settings
from environment.reading import SettingsError, decode
from environment.values import LIST_MAX
from tests.conftest import Servers
from tests.world.ports import own_port

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Kanari3nv0gel"
"""Stands in every value, and in no sentence."""
LOGIN = f"orion_app:{CANARY}"

REFUSED = [
    ("ENVIRONMENT", f"prod{CANARY}"),
    ("LOG_LEVEL", CANARY),
    ("BACKEND_PORT", f"80{CANARY}"),
    ("POOL_SIZE", f"{CANARY}8"),
    ("SMTP_USE_TLS", CANARY),
    ("SECRET_KEYS", ","),
    ("SECRET_KEYS", f"{CANARY}\n,two\nlines"),
    ("SECRET_KEYS", f"{CANARY}\udcff"),
    ("DATABASE_URL", f"mysql://{LOGIN}@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}/or@ion@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}#1@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}?x=1@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}[@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}%@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}%FF@db/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db:{CANARY}/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@one,,two/orion"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@one,two/orion?port=1,2,3"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db/orion?sslmode={CANARY}"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db/orion?ssl=true"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db/orion?connect_timeout={CANARY}"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db/orion?target_session_attrs=standby"),
    ("DATABASE_URL", f"postgresql://{LOGIN}@db/orion?sslrootcert=system&sslmode=require"),
    ("DATABASE_URL", f"postgresql://db/orion?user=a&password=abc&{CANARY}"),
    ("DATABASE_URL", f"postgresql://db/orion?sslpassword=abc&{CANARY}=2026"),
    ("DATABASE_OWNER_URL", f"postgresql://{LOGIN} @db/orion"),
    ("REDIS_URL", f"http://:{CANARY}@cache"),
    ("REDIS_URL", f":{CANARY}@cache:6379"),
    ("REDIS_URL", f"redis://:{CANARY}/x@cache"),
    ("REDIS_URL", f"redis://:{CANARY}#@cache"),
    ("REDIS_URL", f"redis://:{CANARY}@cache/{CANARY}"),
    ("REDIS_URL", f"redis://:{CANARY}@cache:port"),
    ("REDIS_URL", f"redis://:{CANARY}@cache?db={CANARY}"),
    ("REDIS_URL", f"redis://:{CANARY}@cache?ssl_ca_certs=/{CANARY}"),
    ("REDIS_URL", f"rediss://:{CANARY}@cache?ssl_cert_reqs={CANARY}"),
    ("REDIS_URL", f"redis://:{CANARY}@cache?decode_responses=true"),
    ("REDIS_URL", f"redis://cache?password=abc&{CANARY}=2026"),
    ("REDIS_URL", f"redis://cache?port={CANARY}"),
    ("REDIS_URL", f"redis://:{CANARY}@?host=cache"),
    ("REDIS_URL", f"rediss://:{CANARY}@cache?ssl_cert_reqs=none&ssl_check_hostname=yes"),
    ("REDIS_URL", f"rediss://:{CANARY}@cache?ssl_certfile=/etc/orion.pem"),
    ("METRICS_TOKEN", f"{CANARY} and more"),
    ("SENDGRID_API_KEY", f"SG.{CANARY}\nSG.2"),
    ("SENDGRID_API_KEY", f"SG.{CANARY}é"),
    ("SMTP_USER", f"{CANARY}\norion"),
    ("SMTP_PASSWORD", f"{CANARY}\nx"),
    ("APPLE_WALLET_KEY_PASSWORD", f"{CANARY}\nx"),
    ("TRUSTED_PROXIES", CANARY),
    ("TRUSTED_PROXIES", f"10.0.0.0/8,{CANARY}.example"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("PUBLIC_URL", f"{CANARY}.example"),
    ("PUBLIC_URL", f"https://cards.example/{CANARY}"),
    ("PUBLIC_URL", f"https://me:{CANARY}@cards.example"),
    ("PUBLIC_URL", f"https://cards.example?{CANARY}"),
    ("PUBLIC_URL", f"https://cards example:{CANARY}"),
    ("BACKEND_PUBLIC_URL", f"https://api.example#{CANARY}"),
    ("BACKEND_URL", f"ftp://{CANARY}"),
    ("BACKEND_HOST", f"http://{CANARY}"),
    ("GOOGLE_WALLET_ORIGINS", f"https://a.example,{CANARY}"),
    ("GOOGLE_WALLET_ORIGINS", f"https://a.example/{CANARY}"),
    ("APNS_PUSH_TYPE", CANARY),
    ("APNS_URL", f"https://:{CANARY}@apns"),
    ("DEFAULT_LOGO_URL", f"file:///{CANARY}"),
    ("EMAIL_PROVIDER", CANARY),
    ("EMAIL_FROM_ADDRESS", f"{CANARY} <cards@orion.example>"),
    ("EMAIL_FROM_NAME", f"Orion\nBcc: {CANARY}@orion.example"),
    ("EMAIL_REPLY_TO", CANARY),
    ("SMTP_HOST", f"smtp://{CANARY}"),
]
TAKEN = [
    ("DATABASE_URL", "postgres://db/orion"),
    ("DATABASE_URL", "postgresql+asyncpg://orion_app:secret@db/orion"),
    ("DATABASE_URL", "postgresql://orion_app:%40%2F%3F%23%25%5B%20%C3%A9@db/orion"),
    ("DATABASE_URL", "postgresql://one:5433,[::1]:5434,three/orion?port=5435"),
    ("DATABASE_URL", "postgresql://%2Frun%2Fpostgresql/orion"),
    ("DATABASE_URL", "postgresql:///orion?host=/run/postgresql&user=orion_app"),
    ("DATABASE_URL", "postgresql://db/orion?sslmode=verify-full&sslrootcert=system&connect_timeout=3"),
    ("DATABASE_URL", "postgresql://db/orion?sslmode=require&channel_binding=prefer&application_name=till"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "redis://cache"),
    ("REDIS_URL", "redis://cache:6379/"),
    ("REDIS_URL", "redis://orion:p%40ss%2Fword@cache:6379/2"),
    ("REDIS_URL", "rediss://cache?ssl_cert_reqs=none&db=3"),
    ("REDIS_URL", "unix://:password@/run/valkey.sock?db=1"),
    ("TRUSTED_PROXIES", "10.0.0.7, fd00::/8 ,"),
    ("PUBLIC_URL", "https://Cards.Example:8443/"),
    ("GOOGLE_WALLET_ORIGINS", " https://a.example , http://localhost:8080/ ,"),
    ("BACKEND_HOST", "2001:db8::25"),
    ("EMAIL_FROM_NAME", "Café Aurora"),
]
TOGETHER = [
    ({"EMAIL_PROVIDER": "sendgrid"}, "SENDGRID_API_KEY"),
    ({"SMTP_HOST": "smtp.example", "SMTP_USER": CANARY, "SMTP_PASSWORD": CANARY}, "EMAIL_PROVIDER"),
    ({"SENDGRID_API_KEY": CANARY}, "EMAIL_PROVIDER"),
    ({"EMAIL_PROVIDER": "smtp", "SMTP_USE_TLS": "true", "SMTP_USE_SSL": "true"}, "SMTP_USE_TLS"),
    ({"EMAIL_PROVIDER": "smtp", "SMTP_USER": CANARY}, "SMTP_USER"),
    ({"EMAIL_PROVIDER": "smtp", "SMTP_PASSWORD": CANARY}, "SMTP_USER"),
]
PEM = f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n{'x' * 2000}\n-----END PRIVATE KEY-----"
PASTED = [
    {"GOOGLE_WALLET_ISSUER_ID": "42", "GOOGLE_WALLET_SERVICE_ACCOUNT_FILE": f'{{"private_key": "{CANARY}"}}'},
    {"GOOGLE_WALLET_ISSUER_ID": "42", "GOOGLE_WALLET_SERVICE_ACCOUNT_FILE": PEM},
    {"GOOGLE_WALLET_ISSUER_ID": "42", "GOOGLE_WALLET_SERVICE_ACCOUNT_FILE": f"~{CANARY}/key.json"},
    {"APPLE_WALLET_DIR": PEM},
    {"APPLE_WALLET_DIR": f"/{CANARY}"},
    {"APNS_CA_FILE": CANARY},
    {"APNS_CA_FILE": PEM},
    {"DATABASE_URL": f"postgresql:///orion?host=/run&sslrootcert={CANARY}"},
    {"DATABASE_URL": f"postgresql:///orion?host=/run&sslcert=/etc/passwd&sslpassword={CANARY}"},
    {"REDIS_URL": f"rediss://cache?ssl_ca_certs={CANARY}"},
    {"REDIS_URL": f"rediss://cache?ssl_certfile=/etc/passwd&ssl_keyfile={CANARY}"},
    {"REDIS_URL": f"rediss://:{CANARY}@cache?ssl_certfile=/etc/passwd&ssl_keyfile=/etc/passwd"},
]
FOR_THE_FRONTEND = {"ENVIRONMENT", "LOG_LEVEL", "PUBLIC_URL", "BACKEND_URL", "SECRET_KEYS"}
VERBS = [
    ("backend",), ("migrate", "up"), ("migrate", "down", "-1"), ("migrate", "status"), ("seed",),
    ("users", "create-admin", "a@b.example", "--password", "long enough for us"), ("users", "list"),
    ("users", "invite", "a@b.example"), ("users", "reset", "a@b.example"),
    ("users", "deactivate", "a@b.example"), ("users", "activate", "a@b.example"), ("wallets", "check"),
    ("wallets", "sync"), ("points", "expire"), ("points", "warn"), ("ledger", "audit"), ("audit", "verify"),
    ("audit", "list"), ("webhooks", "list"), ("devices", "list", "--merchant", "x"),
    ("outbox", "list"), ("outbox", "release", "--all"),
    ("devices", "revoke", "0198c0de-0000-7000-8000-000000000001", "--merchant", "x", "--reason", "x"),
    ("ledger", "unfreeze", "X", "--reason", "x"), ("settings", "list"), ("settings", "get", "smtp_port"),
    ("settings", "set", "smtp_port=25"), ("settings", "unset", "smtp_port"), ("settings", "rotate-keys"),
    ("settings", "confirm-escrow", "a safe"),
    ("maintenance", "on"), ("maintenance", "off"), ("maintenance", "status"), ("doctor",), ("status",),
    ("customers", "mark-test", "X"), ("cleanup", "--test-data"),
    ("keys", "list", "--merchant", "x"), ("keys", "revoke", "ok_live_x", "--merchant", "x"),
    ("templates", "seed"), ("templates", "check"), ("mail", "test", "zoe@example.com"),
    ("explain", "user", "a@b.example"), ("explain", "mail", "0198c0de-0000-7000-8000-000000000001"),
    ("explain", "webhook", "0198c0de-0000-7000-8000-000000000001"), ("explain", "pass", "issuer.card"),
    ("explain", "card", "BDFHKLNPRSTVXGCJ"), ("explain", "transaction", "0198c0de-0000-7000-8000-000000000001"),
]  # fmt: skip
OVER_HTTP = {("devices", "simulate")}
"""They work from any machine, without settings."""
WITHOUT_SETTINGS = {"openapi", "i18n", "assets", "dev", "translate", "psql", "frontend", "worker"}
"""`dev`, `translate` and `psql` are for developers only; the last two are processes, below."""


@pytest.fixture(scope="module")
def addresses() -> dict[str, str]:
    """Where nothing else listens on this machine."""
    return {f"{name}_PORT": str(own_port()) for name in ("BACKEND", "FRONTEND")}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, addresses: dict[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("ORION_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORION_ENVIRONMENT", "test")
    set_environment(monkeypatch, addresses)


def set_environment(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"ORION_{name}", value)


def assert_one_sentence(text: str, *names: str) -> None:
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert any(f"ORION_{name}" in text for name in names), text
    assert lines[0].endswith("."), text
    assert CANARY not in text
    assert "PRIVATE KEY" not in text


def told_by_worker_and_frontend(*, is_page: bool) -> Iterator[str]:
    for main in (workers.main.main, frontend.main.main) if is_page else (workers.main.main,):
        with pytest.raises(SystemExit) as ended:
            main()
        yield str(ended.value.code)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_value_that_cannot_be_meant_stops_every_process_with_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, {name: value})
    for verb in (("backend",), ("migrate", "up")):
        # A command that took its settings would have to become another process, or look for its database.
        result = CliRunner().invoke(cli.orion, list(verb))
        assert result.exit_code == 1
        assert_one_sentence(result.output, name)
    for sentence in told_by_worker_and_frontend(is_page=name in FOR_THE_FRONTEND):
        assert_one_sentence(sentence, name)


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_a_value_as_others_take_it_is_taken(name: str, value: str) -> None:
    assert value_of(name, {f"ORION_{name}": value})


def value_of(name: str, environ: dict[str, str]) -> object:
    """What becomes of a value, fixed at start or not."""
    settings, key = load_settings(environ), name.lower()
    categories = msgspec.structs.astuple(decode_platform(given_platform_values(environ), is_production=False))
    return next(getattr(each, key) for each in (settings, *categories) if hasattr(each, key))


MOUNTED = (
    "METRICS_TOKEN", "SENDGRID_API_KEY", "SMTP_USER", "SMTP_PASSWORD", "APPLE_WALLET_KEY_PASSWORD", "SECRET_KEYS",
    "GOOGLE_WALLET_ISSUER_ID", "GOOGLE_WALLET_SERVICE_ACCOUNT_FILE", "APPLE_WALLET_DIR", "APNS_CA_FILE",
)  # fmt: skip


@pytest.mark.parametrize("name", MOUNTED)
def test_a_mounted_value_ends_before_its_line_does(name: str) -> None:
    others = {"ORION_EMAIL_PROVIDER": "sendgrid" if name.startswith("SENDGRID") else "smtp"}
    others |= {"ORION_SMTP_USER": "orion", "ORION_SMTP_PASSWORD": "p"} if name.startswith("SMTP") else {}
    assert value_of(name, others | {f"ORION_{name}": f" {CANARY}\n"}) == CANARY


@pytest.mark.parametrize(("told", "named"), TOGETHER)
def test_mail_settings_that_contradict_each_other_are_refused(
    told: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, told)
    for sentence in told_by_worker_and_frontend(is_page=False):
        assert_one_sentence(sentence, named)


def test_where_a_worker_cannot_show_its_metrics_names_the_setting_that_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        set_environment(monkeypatch, {"WORKER_METRICS_PORT": str(other.getsockname()[1])})
        (taken,) = told_by_worker_and_frontend(is_page=False)
    set_environment(monkeypatch, {"BACKEND_HOST": "no-such-host.invalid"})
    (nowhere,) = told_by_worker_and_frontend(is_page=False)
    assert_one_sentence(taken, "WORKER_METRICS_PORT")
    assert_one_sentence(nowhere, "BACKEND_HOST")


@pytest.mark.parametrize("told", PASTED)
def test_a_secret_pasted_where_its_path_belongs_is_never_printed(
    told: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url, "SECRET_KEYS": "k"}
    set_environment(monkeypatch, servers | told)
    name = list(told)[-1]
    result = CliRunner().invoke(cli.orion, ["backend"])
    assert result.exit_code == 1
    assert_one_sentence(result.output, name)
    for sentence in told_by_worker_and_frontend(is_page=False):
        assert_one_sentence(sentence, name)


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_server_can_be_verified_only_by_authorities_that_are_named(
    mode: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    address = f"postgresql://{LOGIN}@127.0.0.1:1/orion?sslmode={mode}"
    set_environment(monkeypatch, {"DATABASE_URL": address, "REDIS_URL": settings.redis_url, "SECRET_KEYS": "k"})
    for verb in (("backend",), ("migrate", "up")):
        result = CliRunner().invoke(cli.orion, list(verb))
        assert_one_sentence(result.output, "DATABASE_URL")
        assert "needs sslrootcert: a file of authorities to trust, or system" in result.output


@pytest.fixture
async def cramped(servers: Servers, superuser: asyncpg.Connection) -> AsyncIterator[str]:
    """Somebody who may have two connections at once."""
    await superuser.execute("CREATE ROLE cramped LOGIN CONNECTION LIMIT 2; GRANT orion_app TO cramped")
    yield servers.postgres.url("cramped", "town")
    await superuser.execute("DROP ROLE cramped")


def test_more_connections_than_the_database_allows_are_refused_by_their_setting(
    cramped: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"DATABASE_URL": cramped, "REDIS_URL": settings.redis_url, "SECRET_KEYS": "k", "POOL_SIZE": "3"}
    set_environment(monkeypatch, told)
    for verb in (("backend",), ("points", "warn")):
        result = CliRunner().invoke(cli.orion, list(verb))
        assert result.exit_code == 1
        assert_one_sentence(result.output, "POOL_SIZE")
    for sentence in told_by_worker_and_frontend(is_page=False):
        assert_one_sentence(sentence, "POOL_SIZE")


def test_every_verb_is_among_those_looked_at() -> None:
    context = Context(cli.orion)
    commands = {name: cli.orion.get_command(context, name) for name in cli.orion.list_commands(context)}
    assert set(commands) == {verb[0] for verb in VERBS} | WITHOUT_SETTINGS
    groups = {name: command for name, command in commands.items() if isinstance(command, Group)}
    for name in groups.keys() - WITHOUT_SETTINGS:
        looked_at = {verb[:2] for verb in VERBS} | OVER_HTTP
        assert {(name, verb) for verb in groups[name].commands} == {verb for verb in looked_at if verb[0] == name}


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize(
    "told",
    [
        {},
        {"DATABASE_URL": f"postgresql://{LOGIN}@127.0.0.1:1/orion", "REDIS_URL": f"redis://:{CANARY}@127.0.0.1:1"},
        {"DATABASE_URL": f"postgresql://{LOGIN}@127.0.0.1:1/orion?sslmode=requir", "REDIS_URL": "redis://127.0.0.1:1"},
    ],
    ids=["nothing set", "servers away", "a bad address"],
)
def test_every_verb_says_in_one_sentence_why_it_cannot_work(
    verb: tuple[str, ...], told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # `orion backend` waits for its database: tests/core/test_starting.py.
    monkeypatch.setattr(startup, "PATIENCE_SECONDS", 0)
    set_environment(monkeypatch, told | ({"SECRET_KEYS": "k"} if told else {}))
    result = CliRunner().invoke(cli.orion, list(verb))
    assert result.exit_code == 1, result.output
    assert_one_sentence(result.output, "DATABASE_URL", "REDIS_URL")


@pytest.mark.slow
@pytest.mark.parametrize("words", [("backend",), ("worker",), ("migrate", "up"), ("frontend",)], ids=" ".join)
def test_a_real_process_ends_with_one_line_and_exit_1(
    words: tuple[str, ...], tmp_path: Path, addresses: dict[str, str]
) -> None:
    told = addresses | {
        "DATABASE_URL": f"postgresql://{LOGIN}@127.0.0.1:1/orion",
        "REDIS_URL": "redis://",
        "SECRET_KEYS": "k",
    }
    # Backend and worker wait for a database that is away.
    is_needed = words == ("migrate", "up")
    told["PUBLIC_URL"] = "https://cards.example" if is_needed else f"https://me:{CANARY}@cards.example"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ORION_", "COV_"))}
    environment = clean | {f"ORION_{name}": value for name, value in told.items()} | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "backend.cli", *words],
        env=environment | {"ORION_ENVIRONMENT": "test"}, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert_one_sentence(ended.stderr, "DATABASE_URL", "PUBLIC_URL")


@pytest.mark.parametrize("kind", [Settings, *CATEGORIES.values(), frontend.settings.Settings])
def test_no_text_is_longer_than_anybody_needs(kind: type[msgspec.Struct]) -> None:
    """A choice has its own words."""
    for field in msgspec.structs.fields(kind):
        if isinstance(field.default, str | Path):
            with pytest.raises(SettingsError) as refused:
                decode(kind, {field.name: "x" * (LIST_MAX + 1)})
            assert refused.value.code in {"too_long", "one_of"}, field.name
