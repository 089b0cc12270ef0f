"""`orion i18n`: extracts marked sentences, updates the catalogs and checks them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import rich_click as click
from jinja2 import TemplateSyntaxError
from rich.console import Console
from rich.table import Table

from i18n.catalogs.add_language import LanguageRefused, add_language
from i18n.catalogs.audiences import AUDIENCES
from i18n.catalogs.coverage import coverage
from i18n.catalogs.entries import sources
from i18n.catalogs.extract import write_templates
from i18n.catalogs.import_file import import_translations
from i18n.catalogs.normalize import normalize_file
from i18n.catalogs.paths import ROOT, catalog_paths
from i18n.catalogs.po_files import PoFileError
from i18n.catalogs.templates import template_entries
from i18n.catalogs.update import update_catalogs
from i18n.checks.finding import shortened
from i18n.checks.run import check as run_checks
from i18n.checks.translations.exceptions import ExceptionsRefused
from i18n.glossary.tbx import tbx as tbx_of_glossary
from i18n.locales import LANGUAGE_NAMES, TRANSLATED_LANGUAGES
from i18n.pseudo import pseudo as pseudo_text

NEXT = """
{name} is a language of Orion, with the numbers and dates of {formats}. English stands in for what is not translated.
Next: 1. Translate its catalogs, customer.po first: docs/translating.md says how.
      2. Write the API's document anew, which lists the languages: `orion openapi --out docs/openapi.json`.
      3. Restart all processes, then store the texts of emails: `orion templates seed`."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
in_root = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="The project's folder.",
)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """A file that is missing or does not parse is reported as a failure with exit code 1."""
    try:
        yield
    except TemplateSyntaxError as error:
        raise click.ClickException(f"{error.filename or 'a template'}:{error.lineno}: {error.message}") from error
    except (OSError, PoFileError, ExceptionsRefused) as error:
        raise click.ClickException(str(error)) from error


@click.group()
def i18n() -> None:
    """Sentences and translations."""


@i18n.command()
@in_root
@in_plain_words()
def extract(root: Path) -> None:
    """Collect the marked sentences of the code into i18n/customer.pot, staff.pot and operator.pot."""
    _say_written(write_templates(root), root)


@i18n.command()
@in_root
@in_plain_words()
def update(root: Path) -> None:
    """Update the catalogs of each language to the templates. Translations of removed sentences stay in the files."""
    _say_written(update_catalogs(root), root)


@i18n.command()
@in_root
@click.argument("code")
@click.option("--name", help="What the language calls itself. [default: what Babel says]")
@click.option("--formats", help="The locale of its numbers and dates. [default: Luxembourg's, or the likeliest]")
@in_plain_words()
def add(root: Path, code: str, name: str | None, formats: str | None) -> None:
    """Add the language CODE. English stands in until its catalog is translated."""
    try:
        added = add_language(root, code, name, formats)
    except LanguageRefused as refused:
        raise click.ClickException(str(refused)) from refused
    _say_written(added.paths, root)
    click.echo(NEXT.format(name=added.name, formats=added.formats))


@i18n.command()
@in_root
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_plain_words()
def normalize(root: Path, files: tuple[Path, ...]) -> None:
    """Bring FILES, or all catalogs, to the canonical form, whatever tool has saved them."""
    languages = {
        path: language for language in TRANSLATED_LANGUAGES for path in catalog_paths(language, root.resolve())
    }
    for path in files:
        if normalize_file(path, languages.get(path.resolve())):
            click.echo(path)
    if not files:
        _say_written([path for path, language in languages.items() if normalize_file(path, language)], root)


@i18n.command(name="import")
@in_root
@click.argument("language", type=click.Choice(TRANSLATED_LANGUAGES))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Also replace what is translated otherwise.")
@in_plain_words()
def import_(root: Path, language: str, file: Path, overwrite: bool) -> None:
    """Take the translations of FILE, edited elsewhere, into LANGUAGE: what is missing or not reviewed there."""
    report = import_translations(file, language, root, overwrite=overwrite)
    for sentence in report.differing:
        click.echo(f"translated otherwise here, kept: “{shortened(sentence)}”")
    for sentence in report.unknown:
        click.echo(f"no longer said, left out: “{shortened(sentence)}”")
    click.echo(f"{len(report.added)} taken")


@i18n.command()
@in_root
@as_json
@click.option("--release", "of_release", is_flag=True, help="Also report what is missing or not reviewed.")
@click.pass_context
@in_plain_words()
def check(context: click.Context, root: Path, as_json: bool, of_release: bool) -> None:
    """Check the catalogs and the code. Exit 1 when a translation is broken, or a text is not marked."""
    findings = run_checks(root, of_release=of_release)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.where}: {finding.kind}: {finding.text}")
        click.echo(f"{len(findings)} to repair" if findings else "Nothing to repair.")
    context.exit(1 if findings else 0)


@i18n.command()
@in_root
@as_json
@in_plain_words()
def report(root: Path, as_json: bool) -> None:
    """Count the translated, fuzzy and missing sentences of each language and audience."""
    lines = coverage(root)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    table = Table("language", "who reads them", "sentences", "translated", "fuzzy", "missing")
    for line in lines:
        counts = (line.total, line.translated, line.fuzzy, line.missing)
        table.add_row(LANGUAGE_NAMES[line.language], line.audience, *map(str, counts))
        if line.audience == AUDIENCES[-1]:
            table.add_section()
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
    for entry in template_entries(root):
        for sentence in sources(entry):
            click.echo(pseudo_text(sentence))


@i18n.command(name="tbx")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@in_plain_words()
def tbx_(file: Path) -> None:
    """Write the terms of docs/glossary.md to FILE, as TBX-Basic for translation tools."""
    file.write_text(tbx_of_glossary(), encoding="utf-8")
    click.echo(str(file))


def _say_written(paths: list[Path], root: Path) -> None:
    for path in paths:
        click.echo(path.relative_to(root).as_posix())
