"""`orion settings`: shows and changes the platform's settings, and renews the encryption of stored secrets."""

import getpass
import sys
from dataclasses import asdict

import msgspec
import rich_click as click

from backend.cli.output import DONE, PARTLY_DONE, as_json_too, print_json, with_services
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.operations.key_rotation import rotate_keys
from backend.services import Services
from backend.settings.actions import SettingsEditor
from backend.settings.overview import list_categories
from backend.settings.registry import REGISTRY, Setting, as_text, find_setting
from backend.settings.schemas import SettingsChange, SettingValue, SettingView

LANGUAGE = "en"
HIDDEN = "••••••••"


@click.group()
def settings() -> None:
    """Settings of the platform: values, sources, changes. A change is in force within two seconds."""


@settings.command("list")
@click.option("--category", type=click.Choice(list(REGISTRY)), help="Only settings of this category.")
@as_json_too
def list_settings(category: str | None, as_json: bool) -> None:
    """Every setting with the value in force and its source. Secrets are masked."""
    views = [view for view in _views() if category in {None, view.category}]
    if as_json:
        print_json([msgspec.to_builtins(view) for view in views])
        return
    for view in views:
        note = f"  not used: {view.ignored_reason}" if view.ignored_reason else ""
        click.echo(f"{view.category:10} {view.key:44} {view.source:12} {_shown(view)}{note}")


@settings.command("get")
@click.argument("key")
@as_json_too
def get_setting(key: str, as_json: bool) -> None:
    """One setting: the value in force and its source. A secret is masked."""
    _known(key)
    view = next(view for view in _views() if view.key == key)
    if as_json:
        print_json(msgspec.to_builtins(view))
        return
    by = f", by {view.updated_by} at {view.updated_at:%Y-%m-%d %H:%M} UTC" if view.updated_at else ""
    click.echo(f"{_shown(view)}  ({view.source}{by})")
    if view.ignored_reason:
        click.echo(f"The value in the database is not used: {view.ignored_reason}")


@settings.command("set")
@click.argument("key")
@click.argument("value", required=False)
@click.option("--reason", help="Kept in the audit entry.")
def set_setting(key: str, value: str | None, reason: str | None) -> None:
    """Store a value that replaces that of the environment.

    A secret is not an argument: it is prompted for, or read from standard input.
    """
    setting = _known(key)
    if setting.is_secret and value is not None:
        raise click.UsageError(f"{key} is a secret: leave it out here, and enter it when asked.")
    if value is None:
        value = _entered(setting)
    _change(setting, value, reason)
    click.echo(f"{key} is set.")


@settings.command("unset")
@click.argument("key")
@click.option("--reason", help="Kept in the audit entry.")
def unset_setting(key: str, reason: str | None) -> None:
    """Remove the stored value: the environment decides again."""
    setting = _known(key)
    _change(setting, None, reason)
    click.echo(f"{key} is what the environment says.")


@settings.command("rotate-keys")
@as_json_too
def rotate(as_json: bool) -> None:
    """Seal every stored secret with the first key of ORION_SECRET_KEYS. Exit 3 when no key opens some of them.

    May run twice, and while Orion runs. Start all processes with the new list of keys before.
    """
    counts = with_services(lambda services: rotate_keys(services.sessions, services.key_ring))
    facts = {name: asdict(each) for name, each in counts.items()}
    if as_json:
        print_json(facts)
    else:
        for name, each in facts.items():
            click.echo(f"{name:30} " + ", ".join(f"{count} {word}" for word, count in each.items()))
    sys.exit(PARTLY_DONE if any(each["unreadable"] for each in facts.values()) else DONE)


def _views() -> list[SettingView]:
    async def read(services: Services) -> list[SettingView]:
        async with services.sessions.committing() as session:
            categories = await list_categories(session, services.live, LANGUAGE)
        return [view for category in categories for view in category.settings]

    return with_services(read)


def _change(setting: Setting, value: SettingValue | None, reason: str | None) -> None:
    """Exits with the sentence of the error."""
    try:
        change = msgspec.convert({"values": {setting.key: value}, "reason": reason}, SettingsChange)
    except msgspec.ValidationError as error:
        raise click.UsageError(f"{error}.") from None

    async def save(services: Services) -> None:
        async with services.sessions.committing() as session:
            editor = SettingsEditor(session, services.live, _origin(), setting.category)
            await editor.change(change, if_match="*")

    try:
        with_services(save)
    except ValidationFailed as problem:
        sys.exit("\n".join(f"{each.pointer.rpartition('/')[2]}: {each.detail}" for each in problem.facts["errors"]))


def _origin() -> PlatformOrigin:
    return PlatformOrigin(None, f"{getpass.getuser()} at the command line", LANGUAGE, clock.now())


def _known(key: str) -> Setting:
    setting = find_setting(key)
    if setting is None:
        raise click.UsageError(f"There is no setting {key}: `orion settings list` shows all.")
    return setting


def _entered(setting: Setting) -> str:
    """From a prompt at a terminal, without showing a secret; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = click.prompt(setting.key, hide_input=setting.is_secret, default="", show_default=False)
    return entered


def _shown(view: SettingView) -> str:
    if view.is_secret:
        return HIDDEN if view.is_set else "not set"
    return "not set" if view.value in {"", None} else as_text(view.value)
