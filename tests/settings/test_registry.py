"""Every setting once, described by its type, and read by somebody."""

import ast
from functools import cache
from pathlib import Path

import pytest

from backend.core.platform_settings import CATEGORIES
from backend.core.settings import Settings
from backend.settings.messages import REASONS
from backend.settings.registry import FIXED, REGISTRY, find_setting
from environment.names import FIELDS
from frontend.settings import Settings as FrontendSettings

ROOT = Path(__file__).parents[2]
DECLARED_IN = {"backend/core/platform_settings.py", "backend/core/mail_settings.py"}
SECRETS = {
    "apple_wallet_key_password",
    "database_owner_url",
    "database_url",
    "alive_url",
    "metrics_token",
    "redis_url",
    "secret_keys",
    "sendgrid_api_key",
    "smtp_password",
}
SHOWN_TO_THE_FRONTEND = set(CATEGORIES["branding"].__struct_fields__)


def test_a_key_is_in_one_category_and_has_the_name_of_its_variable() -> None:
    keys = [key for settings in REGISTRY.values() for key in settings]
    assert len(keys) == len(set(keys))
    assert set(keys) | set(FrontendSettings.__struct_fields__) == FIELDS
    host = find_setting("smtp_host")
    assert host is not None
    assert host.env_name == "ORION_SMTP_HOST"


def test_what_the_database_may_hold_needs_no_restart_and_everything_else_does() -> None:
    for category, settings in REGISTRY.items():
        for setting in settings.values():
            assert setting.is_overridable == (category in CATEGORIES)
            assert setting.needs_restart == (category in FIXED)


def test_secrets_are_marked() -> None:
    marked = {setting.key for settings in REGISTRY.values() for setting in settings.values() if setting.is_secret}
    assert marked == SECRETS


def test_a_production_reaches_no_private_mail_server_unless_told() -> None:
    setting = find_setting("mail_test_private_hosts")
    assert setting is not None
    assert [setting.default_in(each) for each in ("development", "test", "production")] == [True, True, False]


@cache
def read_by_the_code() -> frozenset[str]:
    """Names of attributes that some module reads."""
    paths = [path for folder in ("backend", "workers", "frontend") for path in (ROOT / folder).rglob("*.py")]
    return frozenset(
        node.attr
        for path in paths
        if str(path.relative_to(ROOT)) not in DECLARED_IN
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    )


def shown_by_pages() -> set[str]:
    texts = "".join(path.read_text("utf-8") for path in (ROOT / "frontend").rglob("*.html"))
    return {key for key in SHOWN_TO_THE_FRONTEND if f"branding.{key}" in texts}


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_setting_that_nobody_reads_is_none(category: str) -> None:
    read = read_by_the_code() | shown_by_pages()
    assert set(CATEGORIES[category].__struct_fields__) - read == set()


def test_a_fixed_setting_that_nobody_reads_is_none() -> None:
    assert set(Settings.__struct_fields__) - read_by_the_code() == set()


def test_every_refusal_of_a_value_has_a_sentence() -> None:
    """Codes that the parser of the environment gives."""
    paths = [
        *(ROOT / "environment").glob("*.py"),
        ROOT / "backend/core/mail_settings.py",
        *(ROOT / "backend/settings").glob("*.py"),
    ]
    codes = {
        keyword.value.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "SettingsError"
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert len(codes) > 5
    assert codes - set(REASONS) == set()
