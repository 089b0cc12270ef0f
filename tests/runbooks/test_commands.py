"""A command that a page names inside a sentence exists, with its options; those in blocks are run by other tests."""

import re
import shlex
from pathlib import Path

import click

from backend.cli.orion import orion
from tests.world.every import for_every

DOCS = Path(__file__).parents[2] / "docs"
NAMED = re.compile(r"`orion ([a-z][^`]*)`")


COMMANDS = {
    f"{page.name}: {command}": shlex.split(command.replace("…", ""))
    for page in [*sorted(DOCS.glob("*.md")), *sorted((DOCS / "runbooks").glob("*.md"))]
    for command in NAMED.findall(page.read_text("utf-8"))
}


@for_every(COMMANDS)
def test_every_command_that_a_page_names_exists(words: list[str]) -> None:
    command: click.Command = orion
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no {words[0]}"
        command, words = found, words[1:]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= options | {"--help"}
