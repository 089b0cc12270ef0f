"""`orion settings`: shows and changes the platform's settings, and renews the encryption of stored secrets."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import msgspec
import rich_click as click

from backend.cli.output import DONE, LANGUAGE, PARTLY_DONE, as_json_too, at_command_line, print_json, with_services
from backend.core.problems import ValidationFailed
from backend.operations.key_escrow import confirm_escrow
from backend.operations.key_rotation import rotate_keys
from backend.services import Services
from backend.settings.actions import SettingsEditor
from backend.settings.overview import list_categories
from backend.settings.registry import REGISTRY, Setting, as_text, find_setting
from backend.settings.schemas import SettingsChange, SettingValue, SettingView

HIDDEN = "••••••••"

reason_too = click.option("--reason", help="Kept in the audit entry for good. Do not name customers.")

PLACE_MAX = 200


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
@click.argument("assignments", metavar="KEY=VALUE...", nargs=-1, required=True)
@reason_too
def set_settings(assignments: tuple[str, ...], reason: str | None) -> None:
    """Store values that replace those of the environment, all of them or none: smtp_port=587 smtp_use_tls=true

    One may also be written KEY VALUE. A KEY alone is prompted for, or read from a line of standard input. A secret is
    always given so.
    """
    match assignments:
        case (key, value) if "=" not in key and find_setting(value.partition("=")[0]) is None:
            assignments = (f"{key}={value}",)
    parts = [each.partition("=") for each in assignments]
    known = {key: _known(key) for key, _, _ in parts}
    for key, equals, _ in parts:
        if equals and known[key].is_secret:
            raise click.UsageError(f"{key} is a secret: leave its value out here, and enter it when asked.")
    change({key: text if equals else _entered(known[key]) for key, equals, text in parts}, reason)
    _say_each(known, "is set.")


@settings.command("unset")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@reason_too
def unset_settings(keys: tuple[str, ...], reason: str | None) -> None:
    """Remove stored values, all of them or none: the environment decides again."""
    known = {key: _known(key) for key in keys}
    change(dict.fromkeys(known), reason)
    _say_each(known, "is what the environment says.")


@settings.command("rotate-keys")
@as_json_too
def rotate(as_json: bool) -> None:
    """Seal every stored secret with the first key of ORION_SECRET_KEYS. Exit 3 when no key opens some of them.

    May run twice, and while Orion runs. Start all processes with the new list of keys before.
    """
    counts = with_services(lambda services: rotate_keys(services.sessions, services.key_ring, at_command_line()))
    facts = {name: asdict(each) for name, each in counts.items()}
    if as_json:
        print_json(facts)
    else:
        for name, each in facts.items():
            click.echo(f"{name:30} " + ", ".join(f"{count} {word}" for word, count in each.items()))
    sys.exit(PARTLY_DONE if any(each["unreadable"] for each in facts.values()) else DONE)


@settings.command("confirm-escrow")
@click.argument("place")
def confirm(place: str) -> None:
    """Say that a copy of ORION_SECRET_KEYS is kept at PLACE, such as "safe of the accountant". Never name the keys."""
    words = place.strip()
    if not words or not words.isprintable() or len(words) > PLACE_MAX:
        raise click.BadParameter(f"one line of at most {PLACE_MAX} letters", param_hint="PLACE")
    with_services(lambda services: confirm_escrow(services.sessions, services.key_ring, at_command_line(), words))
    click.echo("Confirmed. After a change of the keys, confirm it anew.")


def _views() -> list[SettingView]:
    async def read(services: Services) -> list[SettingView]:
        async with services.sessions.committing() as session:
            categories = await list_categories(session, services.live, LANGUAGE)
        return [view for category in categories for view in category.settings]

    return with_services(read)


def change(values: Mapping[str, SettingValue | None], reason: str | None) -> None:
    """None: the environment decides again. Exits with the sentences of all errors."""
    changes = []
    for category, settings_of in REGISTRY.items():
        own = {key: value for key, value in values.items() if key in settings_of}
        if own:
            changes.append((category, _change_of(own, reason)))

    async def save(services: Services) -> None:
        async with services.sessions.committing() as session:
            for category, change in changes:
                await SettingsEditor(session, services.live, at_command_line(), category).change(change, if_match="*")

    try:
        with_services(save)
    except ValidationFailed as problem:
        sys.exit("\n".join(f"{each.pointer.rpartition('/')[2]}: {each.detail}" for each in problem.facts["errors"]))


def _change_of(values: Mapping[str, SettingValue | None], reason: str | None) -> SettingsChange:
    try:
        return msgspec.convert({"values": values, "reason": reason}, SettingsChange)
    except msgspec.ValidationError as error:
        raise click.UsageError(f"{error}.") from None


def _say_each(keys: Iterable[str], what: str) -> None:
    for key in keys:
        click.echo(f"{key} {what}")


def _known(key: str) -> Setting:
    setting = find_setting(key)
    if setting is None:
        raise click.UsageError(f"There is no setting {key}: `orion settings list` shows all. Values follow a `=`.")
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
