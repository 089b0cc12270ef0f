"""`orion i18n`: extracts marked sentences, updates the catalogs and checks them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import rich_click as click
from babel.messages.pofile import PoFileError
from jinja2 import TemplateSyntaxError
from rich.console import Console
from rich.table import Table

from i18n import catalogs, extraction, tbx, updating
from i18n.checks.run import check as run_checks
from i18n.locales import LANGUAGE_NAMES
from i18n.pseudo import pseudo as pseudo_text

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
in_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=catalogs.ROOT,
    help="The project's folder.",
)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """A file that is missing or does not parse is reported as a failure with exit code 1."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise click.ClickException(f"{error.filename or 'a template'}:{error.lineno}: {error.message}") from error
    except (OSError, PoFileError) as error:
        raise click.ClickException(str(error)) from error


@click.group()
def i18n() -> None:
    """Sentences and translations."""


@i18n.command()
@in_root
@in_plain_words()
def extract(root: Path) -> None:
    """Collect the marked sentences of the code into i18n/messages.pot."""
    _say_written([extraction.write_template(root)], root)


@i18n.command()
@in_root
@in_plain_words()
def update(root: Path) -> None:
    """Update the messages.po of each language from messages.pot."""
    _say_written(updating.update_catalogs(root), root)


@i18n.command(name="compile")
@in_root
@in_plain_words()
def compile_(root: Path) -> None:
    """Write messages.mo files for other tools. Orion itself needs none."""
    _say_written(catalogs.write_binaries(root), root)


@i18n.command()
@in_root
@as_json
@click.pass_context
def check(context: click.Context, root: Path, as_json: bool) -> None:
    """Check the catalogs and the code. Exit 1 when a translation is missing or broken, or a text is not marked."""
    findings = run_checks(root)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.where}: {finding.kind}: {finding.text}")
        click.echo(f"{len(findings)} to repair" if findings else "All languages are complete.")
    context.exit(1 if findings else 0)


@i18n.command()
@in_root
@as_json
@in_plain_words()
def report(root: Path, as_json: bool) -> None:
    """Count the translated, fuzzy and missing sentences of each language."""
    lines = catalogs.coverage(root)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    table = Table("language", "sentences", "translated", "fuzzy", "missing")
    for line in lines:
        counts = (line.total, line.translated, line.fuzzy, line.missing)
        table.add_row(LANGUAGE_NAMES[line.language], *map(str, counts))
    Console().print(table)


@i18n.command()
@in_root
@click.argument("text", required=False)
@in_plain_words()
def pseudo(root: Path, text: str | None) -> None:
    """Print TEXT, or every sentence, in the pseudo-locale en_XA."""
    if text is not None:
        click.echo(pseudo_text(text))
        return
    for message in catalogs.messages(catalogs.read_catalog(root / catalogs.TEMPLATE)):
        for sentence in catalogs.sources(message):
            click.echo(pseudo_text(sentence))


@i18n.command(name="tbx")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@in_plain_words()
def tbx_(file: Path) -> None:
    """Write the terms of docs/glossary.md to FILE, as TBX-Basic for translation tools."""
    file.write_text(tbx.tbx(), encoding="utf-8")
    click.echo(str(file))


def _say_written(paths: list[Path], root: Path) -> None:
    for path in paths:
        click.echo(path.relative_to(root).as_posix())
