from dataclasses import dataclass
from typing import Self

from backend.core.keys import KeyRing
from backend.core.resources import Resources


@dataclass(frozen=True, slots=True)
class Sender:
    """What an invitation's email needs of the process."""

    keys: KeyRing
    public_url: str
    platform_name: str

    @classmethod
    def of(cls, resources: Resources) -> Self:
        branding = resources.live.current.branding
        return cls(resources.key_ring, resources.settings.public_url, branding.platform_name)
