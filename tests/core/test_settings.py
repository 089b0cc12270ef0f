"""The environment, read once."""

import re
from pathlib import Path

import pytest

from backend.core.settings import Settings, SettingsError, load_settings
from frontend.settings import Settings as FrontendSettings

COMPOSE = Path(__file__).parents[2] / "compose.yaml"
NOT_FOR_CONTAINERS = {
    "sandbox_url": "for development only",
    "data_dir": "of the servers that development brings",
    "backend_port": "published by Compose",
    "frontend_port": "published by Compose",
}

PRODUCTION = {
    "ORION_ENVIRONMENT": "production",
    "ORION_DATABASE_URL": "postgresql://orion@db/orion",
    "ORION_REDIS_URL": "redis://redis",
    "ORION_SECRET_KEYS": "0" * 64,
    "ORION_PUBLIC_URL": "https://cards.example",
}


def test_without_an_environment_it_is_a_development_installation() -> None:
    settings = load_settings({"HOME": "/root"})
    assert (settings.environment, settings.backend_port, settings.data_dir) == ("development", 8000, Path(".orion"))


def test_words_become_what_they_mean() -> None:
    settings = load_settings(
        {"ORION_BACKEND_PORT": "9000", "ORION_SMTP_USE_TLS": "true", "ORION_DATA_DIR": "/srv/my shop"}
    )
    assert (settings.backend_port, settings.smtp_use_tls, settings.data_dir) == (9000, True, Path("/srv/my shop"))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"ORION_SMPT_HOST": "x"}, "ORION_SMPT_HOST is not a setting of Orion: correct its name or remove it."),
        ({"ORION_backend_port": "1"}, "ORION_backend_port is not a setting of Orion: correct its name or remove it."),
        ({"ORION_BACKEND_PORT": "70000"}, "ORION_BACKEND_PORT: Expected `int` <= 65535."),
        ({"ORION_BACKEND_PORT": "many"}, "ORION_BACKEND_PORT: Expected `int`, got `str`."),
        ({"ORION_ENVIRONMENT": "prod"}, "ORION_ENVIRONMENT: Invalid enum value 'prod'."),
        ({"ORION_SMTP_USE_TLS": "maybe"}, "ORION_SMTP_USE_TLS: Expected `bool`, got `str`."),
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
    assert settings.keys == ["0" * 64]
    assert settings.migration_url == "postgresql://owner@db/orion"
    assert load_settings(PRODUCTION).migration_url == "postgresql://orion@db/orion"


def test_a_short_key_is_refused_in_production() -> None:
    with pytest.raises(SettingsError, match="at least 32 characters"):
        load_settings(PRODUCTION | {"ORION_SECRET_KEYS": f"{'0' * 64},short"})


def test_keys_are_listed_newest_first() -> None:
    assert load_settings({"ORION_SECRET_KEYS": " new , old,, "}).keys == ["new", "old"]


def test_names_that_scripts_around_the_project_read_are_left_alone() -> None:
    assert load_settings({"ORION_CHROMIUM": "/usr/bin/chromium"})


def told_by_compose() -> dict[str, set[str]]:
    """The settings' names by the top-level block that tells them."""
    blocks = re.split(r"^([\w-]+):", COMPOSE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = {
        name: re.findall(r"^ +ORION_(\w+):", text, re.MULTILINE)
        for name, text in zip(blocks[::2], blocks[1::2], strict=True)
    }
    return {block: {name.lower() for name in names} for block, names in found.items()}


def test_every_setting_can_be_told_to_the_containers() -> None:
    """Without a line of its own a setting in `.env` reaches nobody, and nobody says so."""
    told = told_by_compose()
    common, servers = told["x-common"], told["x-common"] | told["x-servers"] | told["services"]
    assert set(FrontendSettings.__struct_fields__) - common == {"sandbox_url"}
    assert set(Settings.__struct_fields__) - servers == set(NOT_FOR_CONTAINERS)
    assert servers <= set(Settings.__struct_fields__)
