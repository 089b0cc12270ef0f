"""What the checks find."""

from dataclasses import dataclass

Fault = tuple[str, str]
"""Kind and text of what is wrong with one sentence; the place makes it a finding."""


@dataclass(frozen=True)
class Finding:
    """`where` is a path relative to the project's root, with a line if known. `kind` is stable, `text` is not."""

    where: str
    kind: str
    text: str

    def __lt__(self, other: "Finding") -> bool:
        """By file, then by line, as somebody goes through a file."""
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, str, str]:
        path, _, line = self.where.partition(":")
        return path, int(line) if line.isdecimal() else 0, self.kind, self.text


def shortened(text: str, width: int = 60) -> str:
    """The beginning of a sentence on one line, for messages."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"
