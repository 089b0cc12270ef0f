"""What differs between what a tablet knows and what is so now. Entries are compared, not events: a reward whose period
begins is a change too, and nobody has to remember to tell."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

Fingerprints = Mapping[str, str]
"""By key of the entry, such as `reward:<id>`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`changed` and `removed`: keys. `reached`: what a tablet knows that has taken them over."""

    changed: list[str]
    removed: list[str]
    reached: dict[str, str]
    has_more: bool


def fingerprint(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()[:24]


def cursor_of(fingerprints: Fingerprints) -> str:
    lines = "\n".join(f"{key} {fingerprints[key]}" for key in sorted(fingerprints))
    return hashlib.sha256(lines.encode()).hexdigest()


def difference(known: Fingerprints, present: Fingerprints, limit: int) -> Difference:
    """At most `limit` entries; what is left comes with the next one."""
    removed = sorted(known.keys() - present.keys())
    changed = sorted(key for key, value in present.items() if known.get(key) != value)
    parts = [*removed, *changed][:limit]
    reached = {key: value for key, value in known.items() if key not in parts}
    reached |= {key: present[key] for key in parts if key in present}
    keys = set(parts)
    return Difference(
        changed=[key for key in changed if key in keys],
        removed=[key for key in removed if key in keys],
        reached=reached,
        has_more=len(removed) + len(changed) > limit,
    )
