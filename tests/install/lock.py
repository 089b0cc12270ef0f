"""What `requirements.lock` holds, and what the distributions in it ask for."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
REQUIRES_NOTHING = {"async-timeout"}
"""Locked for Pythons below 3.11.3 only, so its own word is not on every machine."""

Environment = Mapping[str, str]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wanted() -> list[Requirement]:
    """What the project itself names: run time, development, and what builds it."""
    told = pyproject()
    named = told["project"]["dependencies"] + told["dependency-groups"]["dev"] + told["build-system"]["requires"]
    return [Requirement(line) for line in named]


def locked(environment: Environment) -> dict[str, Version]:
    """What is installed there."""
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin in _pins()
        if pin.marker is None or pin.marker.evaluate(dict(environment))
    }


def _pins() -> Iterator[Requirement]:
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            yield Requirement(line.removesuffix("\\"))


@dataclass
class Closure:
    """Everything that is needed in one environment, extras included."""

    environment: Environment
    pins: dict[str, Version]
    reached: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, environment: Environment, pins: dict[str, Version]) -> "Closure":
        closure = cls(environment, pins)
        for requirement in wanted():
            closure.follow("orion", "", requirement)
        return closure

    def follow(self, who: str, extra: str, requirement: Requirement) -> None:
        if requirement.marker and not requirement.marker.evaluate({**self.environment, "extra": extra}):
            return
        name = canonicalize_name(requirement.name)
        if name not in self.pins or not requirement.specifier.contains(self.pins[name], prereleases=True):
            self.missing.append(f"{who} wants {requirement}, locked is {self.pins.get(name)}")
            return
        self.reached.add(name)
        for wanted_extra in ("", *requirement.extras):
            self._enter(name, wanted_extra)

    def _enter(self, name: str, extra: str) -> None:
        if (name, extra) in self._seen or name in REQUIRES_NOTHING:
            return
        self._seen.add((name, extra))
        for line in requires(name) or []:
            self.follow(name, extra, Requirement(line))
