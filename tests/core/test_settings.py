"""The environment, read once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.core.platform_settings import CATEGORIES, given_platform_values
from backend.core.settings import Settings, SettingsError, load_settings
from environment.names import FIELDS
from frontend.settings import Settings as FrontendSettings
from frontend.settings import load_settings as load_frontend

ALL = {*Settings.__struct_fields__, *(key for kind in CATEGORIES.values() for key in kind.__struct_fields__)}
COMPOSE = Path(__file__).parents[2] / "compose.yaml"
NOT_FOR_CONTAINERS = {
    "sandbox_url": "for development only",
    "backend_port": "published by Compose",
    "frontend_port": "published by Compose",
}

OF_THE_BACKUP = {"backups", "database_folder"}
"""Read by deploy/orion-backup, not by Orion."""
KEY = "4be1a7d05c93f28e6b70d1c94f3a825e"
PRODUCTION = {
    "ORION_ENVIRONMENT": "production",
    "ORION_DATABASE_URL": "postgresql://orion@db/orion",
    "ORION_REDIS_URL": "redis://redis",
    "ORION_SECRET_KEYS": KEY,
    "ORION_PUBLIC_URL": "https://cards.example",
}


FRONTEND = {
    "ORION_ENVIRONMENT": "production",
    "ORION_BACKEND_URL": "http://backend:8000",
    "ORION_SECRET_KEYS": KEY,
    "ORION_PUBLIC_URL": "https://cards.example",
}


def test_without_an_environment_it_is_a_development_installation() -> None:
    settings = load_settings({"HOME": "/root"})
    assert (settings.environment, settings.backend_port, settings.data_dir) == ("development", 8000, Path(".orion"))


def test_words_become_what_they_mean() -> None:
    settings = load_settings(
        {"ORION_BACKEND_PORT": "9000", "ORION_PUBLIC_DOCS": "true", "ORION_DATA_DIR": "/srv/my shop"}
    )
    assert (settings.backend_port, settings.public_docs, settings.data_dir) == (9000, True, Path("/srv/my shop"))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"ORION_SMPT_HOST": "x"}, "ORION_SMPT_HOST is not a setting of Orion: correct its name or remove it."),
        ({"ORION_backend_port": "1"}, "ORION_backend_port is not a setting of Orion: correct its name or remove it."),
        ({"ORION_BACKEND_PORT": "70000"}, "ORION_BACKEND_PORT must be a whole number from 1 to 65535."),
        ({"ORION_BACKEND_PORT": "many"}, "ORION_BACKEND_PORT must be a whole number from 1 to 65535."),
        ({"ORION_ENVIRONMENT": "prod"}, "ORION_ENVIRONMENT must be one of development, production, test."),
        ({"ORION_SMTP_USE_TLS": "maybe"}, "ORION_SMTP_USE_TLS must be true or false."),
        ({"ORION_STAMP_PER_MINUTE": "0"}, "ORION_STAMP_PER_MINUTE must be a whole number from 1 to 10000."),
        ({"ORION_STORED_ANSWERS_DAYS": "3"}, "ORION_STORED_ANSWERS_DAYS must be a whole number from 4 to 3650."),
        ({"ORION_PLATFORM_NAME": "x" * 61}, "ORION_PLATFORM_NAME must have at most 60 characters."),
        (
            {"ORION_SUPPORT_EMAIL": "Help <help@orion.example>"},
            "ORION_SUPPORT_EMAIL must be a mail address such as cards@orion.example, without a name before it.",
        ),
    ],
)
def test_a_mistake_stops_the_start_with_one_sentence_that_names_it(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "SECRET_KEYS", "PUBLIC_URL"])
def test_what_production_needs_is_asked_for(missing: str) -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != f"ORION_{missing}"}
    environ |= {"ORION_PUBLIC_URL": ""} if missing == "PUBLIC_URL" else {}
    with pytest.raises(SettingsError, match=f"^ORION_{missing} is required in production and is not set\\.$"):
        load_settings(environ)


def test_a_complete_production_environment_is_taken() -> None:
    settings = load_settings(PRODUCTION | {"ORION_DATABASE_OWNER_URL": "postgresql://owner@db/orion"})
    assert settings.keys == [KEY]
    assert settings.migration_url == "postgresql://owner@db/orion"
    assert load_settings(PRODUCTION).migration_url == "postgresql://orion@db/orion"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (f"{KEY},short", "each key needs at least 32 characters"),
        ("0" * 64, "can be guessed"),
        ("abcdefghijklmnopq" * 2, "can be guessed"),
        (f"changeme-{KEY}", "can be guessed"),
        (f"{KEY},{'ab' * 20}", "can be guessed"),
    ],
)
def test_a_weak_key_is_refused_in_production(keys: str, sentence: str) -> None:
    for load, told in ((load_settings, PRODUCTION), (load_frontend, FRONTEND)):
        with pytest.raises(SettingsError, match=sentence) as refused:
            load(told | {"ORION_SECRET_KEYS": keys})
        assert keys not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["PUBLIC_URL", "BACKEND_PUBLIC_URL", "APNS_URL", "GOOGLE_WALLET_API_URL", "PRIVACY_URL"]
)
def test_production_is_reached_and_calls_by_https_only(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^ORION_{name} must begin with https:// in production\\.$"):
        load_settings(PRODUCTION | {f"ORION_{name}": "http://cards.example"})


def test_the_pages_of_production_are_reached_by_https_only() -> None:
    with pytest.raises(SettingsError, match=r"^ORION_PUBLIC_URL must begin with https://"):
        load_frontend(FRONTEND | {"ORION_PUBLIC_URL": "http://cards.example"})


@pytest.mark.parametrize("missing", ["SECRET_KEYS", "PUBLIC_URL", "BACKEND_URL"])
def test_the_frontend_asks_for_what_it_needs_and_for_no_database(missing: str) -> None:
    assert load_frontend(FRONTEND).is_https
    with pytest.raises(SettingsError, match=f"^ORION_{missing} is required in production and is not set\\.$"):
        load_frontend({name: value for name, value in FRONTEND.items() if name != f"ORION_{missing}"})


def test_an_empty_value_is_none_as_compose_writes_it() -> None:
    environ = {"ORION_SMTP_PORT": "", "ORION_LOG_LEVEL": " "}
    assert load_settings(environ).log_level == "info"
    assert given_platform_values(environ) == {}


def test_a_secret_comes_from_a_file_as_docker_and_systemd_hand_it_out(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{KEY}\n")
    told = {"ORION_SECRET_KEYS_FILE": str(path)}
    assert load_settings(told).keys == load_frontend(told).keys == [KEY]
    assert given_platform_values({"ORION_SMTP_PASSWORD_FILE": str(path)}) == {"smtp_password": KEY}
    with pytest.raises(SettingsError, match=r"^ORION_SECRET_KEYS and ORION_SECRET_KEYS_FILE are both set: remove one"):
        load_settings(told | {"ORION_SECRET_KEYS": KEY})
    with pytest.raises(SettingsError, match=r"^ORION_SECRET_KEYS_FILE: the file cannot be read \(No such file"):
        load_settings({"ORION_SECRET_KEYS_FILE": str(tmp_path / "nowhere")})
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="it is no text"):
        load_settings({"ORION_SECRET_KEYS_FILE": str(path)})


def test_keys_are_listed_newest_first() -> None:
    assert load_settings({"ORION_SECRET_KEYS": " new , old,, "}).keys == ["new", "old"]


def test_names_that_scripts_around_the_project_read_are_left_alone() -> None:
    assert load_settings({"ORION_CHROMIUM": "/usr/bin/chromium"})


@pytest.mark.parametrize("load", [load_settings, load_frontend])
def test_every_process_refuses_a_misspelt_name_and_takes_those_of_the_others(
    load: Callable[[dict[str, str]], object],
) -> None:
    for misspelt in ("ORION_PUBLIC_ULR", "ORION_DATABASE_URI"):
        with pytest.raises(SettingsError, match=f"^{misspelt} is not a setting of Orion: correct its name or remove"):
            load({misspelt: "https://cards.example"})
    assert load({"ORION_DATABASE_URL": "postgresql:///orion", "ORION_FRONTEND_PORT": "8081"})


def test_every_setting_has_its_name_on_the_list_of_all_processes() -> None:
    assert {*ALL, *FrontendSettings.__struct_fields__} == FIELDS


def told_by_compose() -> dict[str, set[str]]:
    """The settings' names by the top-level block that tells them."""
    blocks = re.split(r"^([\w-]+):", COMPOSE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {
        name: re.findall(r"^ +ORION_(\w+):", text, re.MULTILINE)
        for name, text in zip(blocks[::2], blocks[1::2], strict=True)
    }
    return {block: {field_of(name.lower()) for name in names} for block, names in found.items()}


def field_of(name: str) -> str:
    """A secret is told as a file."""
    return name if name in FIELDS else name.removesuffix("_file")


def test_every_setting_can_be_told_to_the_containers() -> None:
    """Without a line of its own a setting in `.env` reaches nobody, and nobody says so."""
    told = told_by_compose()
    told["services"] -= OF_THE_BACKUP
    common, servers = told["x-common"], told["x-common"] | told["x-servers"] | told["services"]
    pages = common | told["services"]
    assert set(FrontendSettings.__struct_fields__) - pages == {"sandbox_url", "mail_catcher_dir", "frontend_port"}
    assert ALL - servers == set(NOT_FOR_CONTAINERS)
    assert servers <= ALL
