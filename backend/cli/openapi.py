"""`orion openapi`: the API's OpenAPI document, as it is committed in docs/openapi.json."""

import json
from pathlib import Path

import rich_click as click

from backend.app import create_api
from backend.core.settings import Settings


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file instead of printing.")
def openapi(out: Path | None) -> None:
    """Print the API's OpenAPI document."""
    text = document_text()
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def document_text() -> str:
    """The document as JSON. It is deterministic: a difference is a change of the API."""
    api = create_api(Settings(environment="test", secret_keys="document"))  # noqa: S106 - signs nothing
    return json.dumps(api.openapi_schema.to_schema(), indent=2, ensure_ascii=False) + "\n"
