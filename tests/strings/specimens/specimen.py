from dataclasses import dataclass


@dataclass(frozen=True)
class Specimen:
    """A page with marked texts that exists for its picture alone."""

    name: str
    html: str
