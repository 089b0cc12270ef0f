"""`compose.yaml` in production: each command starts from what the image installs, with exactly its environment."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import jsonschema
import msgspec
import pytest

from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.valkey import EmbeddedValkey
from frontend.kit.assets import Assets
from tests.deploy.caddy import open_caddy
from tests.deploy.compose import DOT_ENV, compose, environment_of, started, until_it_answers
from tests.deploy.tools import PROJECT
from tests.world.memory import quick_folder
from tests.world.patience import PATIENCE_SECONDS
from tests.world.ports import own_port

ONCE = {"migrate", "templates", "assets"}
RUNNING = {"backend", "frontend", "worker", "doctor"}
KEY = "4be1a7d05c93f28e6b70d1c94f3a825e"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install .` puts on a machine, as the image does."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=PROJECT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_what_only_development_needs_is_not_installed(installed: Path) -> None:
    assert (PROJECT / "backend" / "dev").is_dir()
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if "dev" in path.parts}
    assert found == set()
    left_out = (PROJECT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {"backend/dev", "frontend/dev", "i18n/dev"} <= set(left_out)


def test_it_is_what_compose_takes() -> None:
    """By the schema of Compose itself, as check-jsonschema 0.39 carries it (github.com/compose-spec, Apache 2.0)."""
    schema = msgspec.json.decode((PROJECT / "tests" / "deploy" / "compose-spec.json").read_bytes())
    judge = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in judge.iter_errors(compose())] == []
    assert not judge.is_valid(compose() | {"service": {}})


def test_caddy_is_the_only_public_door_and_nothing_of_ours_writes_or_gains_rights() -> None:
    services = compose()["services"]
    public = {
        name for name, service in services.items() for port in service.get("ports", []) if "127.0.0.1" not in port
    }
    assert public == {"caddy"}
    ours = {name: service for name, service in services.items() if service.get("image") == "orion"}
    assert set(ours) == ONCE | RUNNING
    for name, service in services.items():
        assert service["logging"]["options"] == {"max-size": "20m", "max-file": "10"}, name
        if name != "mailpit":
            assert "no-new-privileges:true" in service["security_opt"], name
            assert service["mem_limit"], name
    for name, service in ours.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert name in ONCE or service["healthcheck"], name
    assert not any("DATABASE" in name or "REDIS" in name for name in environment_of(ours["frontend"]))


def test_secrets_are_files_and_each_service_has_those_that_it_reads(tmp_path: Path) -> None:
    subprocess.run([PROJECT / "deploy" / "secrets.sh"], cwd=tmp_path, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(compose()["secrets"])
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    subprocess.run([PROJECT / "deploy" / "secrets.sh"], cwd=tmp_path, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    assert len(set(made.values())) == len(made)
    for service in compose()["services"].values():
        read = {
            value.removeprefix("/run/secrets/")
            for value in environment_of(service).values()
            if value.startswith("/run/secrets/")
        }
        assert read == set(service.get("secrets", []))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    ports = {name: own_port() for name in ("BACKEND", "FRONTEND")}
    with (
        quick_folder(tmp_path) as folder,
        EmbeddedPostgres(folder / "pg") as postgres,
        EmbeddedValkey(folder / "valkey") as valkey,
    ):
        secrets = {
            "secret_keys": KEY,
            "metrics_token": KEY[::-1],
            "database_url": postgres.app_url,
            "database_owner_url": postgres.owner_url,
        }
        for name, value in secrets.items():
            (tmp_path / name).write_text(f"{value}\n")
        yield {
            **{f"/run/secrets/{name}": str(tmp_path / name) for name in secrets},
            "/srv/orion": str(tmp_path / "static"),
            "redis://valkey:6379/0": valkey.url,
            "0.0.0.0": "127.0.0.1",
            "8001": str(own_port()),
            "http://backend:8000": f"http://127.0.0.1:{ports['BACKEND']}",
            **{f"ORION_{name}_PORT": str(port) for name, port in ports.items()},
        }


@pytest.mark.slow
def test_every_command_of_compose_starts_with_what_compose_gives_it(
    elsewhere: dict[str, str], installed: Path, tmp_path: Path
) -> None:
    services = compose()["services"]
    with ExitStack() as stack:
        for name in ("migrate", "templates", "assets"):
            with started(services[name], elsewhere, installed) as process:
                said, _ = process.communicate(timeout=PATIENCE_SECONDS)
                assert process.returncode == 0, said
        http = stack.enter_context(httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False))
        # One after the other: three that start at once take each other's time.
        for name in ("backend", "frontend"):
            process = stack.enter_context(started(services[name], elsewhere, installed))
            until_it_answers(process, http, f"{at(elsewhere, name)}/health/ready")
        worker = stack.enter_context(started(services["worker"], elsewhere, installed))
        assert worker.stdout is not None
        assert any("worker_started" in line for line in worker.stdout)
        assert "orion_build_info" in http.get(f"http://127.0.0.1:{elsewhere['8001']}/metrics").text
        doctor = stack.enter_context(started(services["doctor"], elsewhere, installed))
        behind_caddy(elsewhere, tmp_path)
        assert doctor.poll() is None


def at(elsewhere: dict[str, str], name: str) -> str:
    return f"http://127.0.0.1:{elsewhere[f'ORION_{name.upper()}_PORT']}"


def behind_caddy(elsewhere: dict[str, str], folder: Path) -> None:
    """TLS, and who is reached from outside at which name."""
    places = {
        "CADDY_FRONTEND": at(elsewhere, "frontend").removeprefix("http://"),
        "CADDY_BACKEND": at(elsewhere, "backend").removeprefix("http://"),
        "CADDY_ASSETS": elsewhere["/srv/orion"],
    }
    pages, api = DOT_ENV["ORION_PUBLIC_URL"], DOT_ENV["ORION_BACKEND_PUBLIC_URL"]
    with open_caddy(environment_of(compose()["services"]["caddy"]) | places, folder) as caddy:
        page = caddy.get(f"{pages}/sign-in")
        assert page.status_code == 200
        assert "max-age=31536000" in page.headers["strict-transport-security"]
        assert "__Host-" in page.headers["set-cookie"]
        style = Assets().url("css/orion.css")
        assert style in page.text
        (folder / "static" / "static" / "by-caddy.txt").write_text("By Caddy itself.")
        assert caddy.get(f"{pages}/static/by-caddy.txt").text == "By Caddy itself."
        served = caddy.get(pages + style, **{"Accept-Encoding": "br"})
        assert (served.status_code, served.headers["content-encoding"]) == (200, "br")
        assert "immutable" in served.headers["cache-control"]
        assert served.headers["content-type"].startswith("text/css")
        assert caddy.get(f"{pages}/static/css/of-tomorrow.css").status_code == 404
        program = caddy.get(f"{api}/api/v1/storefront/loyalty/NOWHERE/program")
        assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
        for inside in ("/metrics", "/health/ready"):
            assert caddy.get(api + inside).status_code == 404
