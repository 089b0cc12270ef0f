"""`orion openapi`: the API's OpenAPI document, as it is committed in docs/openapi.json, and the released one."""

import json
from pathlib import Path

import rich_click as click

from backend.app import create_api
from backend.cli.contract import breaking_changes
from backend.core.clock import clock
from backend.core.settings import Settings


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of printing.")
@click.option(
    "--release",
    type=click.Path(path_type=Path),
    help="Write to this file, unless an integration with the document in it would break.",
)
def openapi(out: Path | None, release: Path | None) -> None:
    """Print the API's OpenAPI document."""
    text = document_text()
    if release is not None:
        _refuse_breaking_changes(release, text)
    target = release or out
    if target is None:
        click.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")


def _refuse_breaking_changes(release: Path, text: str) -> None:
    if not release.exists():
        return
    released = json.loads(release.read_text(encoding="utf-8"))
    changes = breaking_changes(released, json.loads(text), clock.now().date())
    if changes:
        raise click.ClickException("\n".join(["Not released, for integrations would break:", *changes]))


def document_text() -> str:
    """The document as JSON. It is deterministic: a difference is a change of the API."""
    api = create_api(Settings(environment="test", secret_keys="document"))  # noqa: S106 - signs nothing
    return json.dumps(api.openapi_schema.to_schema(), indent=2, ensure_ascii=False) + "\n"
