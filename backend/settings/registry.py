"""Every setting, computed from the structs that hold the values."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import inspect

from backend.core.platform_settings import CATEGORIES, IN_PRODUCTION, decode_category
from backend.core.settings import Settings
from backend.core.wallet_settings import WalletSettings
from backend.settings.schemas import SettingKind, SettingValue
from environment.reading import name_of
from environment.values import CODE, MOMENT, SECRET

FIXED: dict[str, tuple[str, ...]] = {
    "wallets": WalletSettings.__struct_fields__,
    "servers": tuple(key for key in Settings.__struct_fields__ if key not in WalletSettings.__struct_fields__),
}
"""Categories whose settings only the environment sets."""


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    category: str
    type: inspect.Type
    default: SettingValue
    is_overridable: bool
    """Whether the database may hold a value, which is in force at once."""
    is_secret: bool
    is_moment: bool = False

    @property
    def env_name(self) -> str:
        return name_of(self.key)

    @property
    def needs_restart(self) -> bool:
        return not self.is_overridable

    @property
    def kind(self) -> SettingKind:
        match self.type:
            case inspect.IntType():
                return "number"
            case inspect.BoolType():
                return "boolean"
            case inspect.LiteralType():
                return "choice"
        return "moment" if self.is_moment else "text"

    @property
    def choices(self) -> list[str]:
        return [str(word) for word in self.type.values] if isinstance(self.type, inspect.LiteralType) else []

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the greatest number."""
        return (self.type.ge, self.type.le) if isinstance(self.type, inspect.IntType) else (None, None)

    @property
    def may_be_empty(self) -> bool:
        return self.default == ""

    def default_in(self, environment: Literal["development", "test", "production"]) -> SettingValue:
        if environment == "production" and self.key in IN_PRODUCTION:
            return shown(getattr(decode_category(self.category, {}, is_production=True), self.key))
        return self.default


def shown(value: Any) -> SettingValue:
    """The value as the API shows it: numbers, true and false as such, everything else as text."""
    return value if isinstance(value, bool | int) else str(value)


def as_text(value: SettingValue) -> str:
    """The value as an environment variable has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _settings(category: str, kind: type[msgspec.Struct], keys: tuple[str, ...]) -> dict[str, Setting]:
    described = {field.name: field for field in inspect.type_info(kind).fields}  # type: ignore[attr-defined]
    found = {}
    for key in keys:
        field = described[key]
        is_annotated = isinstance(field.type, inspect.Metadata)
        field_type, extra = (field.type.type, field.type.extra) if is_annotated else (field.type, {})
        found[key] = Setting(
            key,
            category,
            field_type,
            shown(field.default),
            is_overridable=category in CATEGORIES,
            is_secret=bool(extra.get(SECRET)),
            is_moment=extra.get(CODE) == MOMENT,
        )
    return found


REGISTRY: dict[str, dict[str, Setting]] = {
    **{name: _settings(name, kind, kind.__struct_fields__) for name, kind in CATEGORIES.items()},
    **{name: _settings(name, Settings, keys) for name, keys in FIXED.items()},
}
"""Settings by category and key, in the order in which pages show them. A key occurs once."""


def find_setting(key: str) -> Setting | None:
    return next((settings[key] for settings in REGISTRY.values() if key in settings), None)
