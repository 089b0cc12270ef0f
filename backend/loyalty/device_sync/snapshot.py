"""Everything a tablet may know, at one moment: entries by key, each with a fingerprint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from backend.core.schemas import Answer
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.device_sync.rules import cursor_of, fingerprint
from backend.loyalty.device_sync.schemas import DeviceConfig, DeviceProgram, DeviceReward, DeviceStaff
from backend.loyalty.fraud_limits.schemas import FraudLimitEntry

CONFIG, PROGRAM, LIMITS, REWARD, CATEGORY, STAFF = "config", "program", "limits", "reward", "category", "staff"

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class Snapshot:
    config: DeviceConfig
    program: DeviceProgram | None
    rewards: list[DeviceReward]
    categories: list[CategoryView]
    staff: list[DeviceStaff]
    limits: list[FraudLimitEntry]

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """A list's order is a part of each entry's fingerprint: entries that have moved are sent again."""
        single = {CONFIG: self.config, PROGRAM: self.program, LIMITS: self.limits}
        kinds: dict[str, Sequence[DeviceReward | CategoryView | DeviceStaff]] = {
            REWARD: self.rewards,
            CATEGORY: self.categories,
            STAFF: self.staff,
        }
        lists = {
            f"{kind}:{entry.id}": (place, entry)
            for kind, entries in kinds.items()
            for place, entry in enumerate(entries)
        }
        return {key: fingerprint(_encoder.encode(entry)) for key, entry in (single | lists).items()}

    @cached_property
    def cursor(self) -> str:
        return cursor_of(self.fingerprints)

    @property
    def texts_version(self) -> str:
        texts: Iterable[Answer | None] = [self.program, *self.rewards, *self.categories]
        without_stock = [
            msgspec.structs.replace(text, stock=None) if isinstance(text, DeviceReward) else text for text in texts
        ]
        return fingerprint(_encoder.encode(without_stock))
