"""What is wrong, where, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`where` is a path from the project's root, with a line where there is one; `kind` is stable, `text` is not."""

    where: str
    kind: str
    text: str


def shortened(text: str, width: int = 60) -> str:
    """The beginning of a sentence, on one line, for a message about it."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
