"""Saves and resets settings. Each change is checked as at the start, audited, and in force within a second."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_platform_change
from backend.core.origin import PlatformOrigin
from backend.core.versions import Stale, is_current
from backend.settings.checks import NewValues, checked_texts
from backend.settings.destinations import refuse_redirected
from backend.settings.live import LiveSettings
from backend.settings.models import SettingOverride, SettingVersion
from backend.settings.problems import SettingNotFound
from backend.settings.queries import check_category, lock_version, read_overrides
from backend.settings.registry import REGISTRY
from backend.settings.resolver import ResolvedSetting, StoredSetting, resolve
from backend.settings.schemas import SettingCategory, SettingsChange, SettingsPreview
from backend.settings.sealing import seal_setting
from backend.settings.views import category_view, difference


@dataclass(frozen=True, slots=True)
class _Edit:
    """A locked category, with its overrides before and after the change."""

    version: SettingVersion
    before: dict[str, StoredSetting]
    after: dict[str, StoredSetting]

    @property
    def changed(self) -> list[str]:
        keys = {**self.before, **self.after}
        return [key for key in keys if self.before.get(key) != self.after.get(key)]


@dataclass(frozen=True, slots=True)
class SettingsEditor:
    """Changes one category, in the caller's transaction."""

    session: AsyncSession
    live: LiveSettings
    origin: PlatformOrigin
    category: str

    async def change(self, change: SettingsChange, if_match: str | None) -> SettingCategory:
        """Raises SettingCategoryNotFound, PreconditionRequired, Stale or ValidationFailed."""
        edit = await self._lock(change.values, if_match)
        if edit.changed:
            await self._save(edit, change.reason)
        return category_view(self.category, self.live.environment, edit.after, edit.version, self.origin.language)

    async def preview(self, change: SettingsChange, if_match: str | None) -> SettingsPreview:
        """What `change` would alter. Raises the same."""
        edit = await self._lock(change.values, if_match)
        before, after = self._resolved(edit.before), self._resolved(edit.after)
        return SettingsPreview(
            version=edit.version.version,
            differences=[
                difference(before[key], after[key])
                for key in REGISTRY[self.category]
                if key in edit.changed or before[key].value != after[key].value
            ],
        )

    async def reset(self, if_match: str | None, key: str | None = None) -> SettingCategory:
        """Resets one setting, without `key` all of the category. Raises SettingNotFound, and what `change` raises."""
        check_category(self.category)
        if key is not None and key not in REGISTRY[self.category]:
            raise SettingNotFound
        stored = await read_overrides(self.session, self.live.keys)
        keys = [key] if key is not None else [each for each in stored if each in REGISTRY[self.category]]
        return await self.change(SettingsChange(dict.fromkeys(keys)), if_match)

    async def _lock(self, values: NewValues, if_match: str | None) -> _Edit:
        check_category(self.category)
        version = await lock_version(self.session, self.category)
        if not is_current(if_match, version.version):
            raise Stale(version=version.version, changed_at=version.updated_at, changed_by=version.updated_by_name)
        stored = await read_overrides(self.session, self.live.keys)
        before = {key: override for key, override in stored.items() if key in REGISTRY[self.category]}
        texts = checked_texts(self.category, self.live.environment, before, values, self.origin.language)
        after = self._merged(before, texts)
        if self.origin.user_id is not None:  # at the command line the secret can be read as well
            entered = [key for key, text in texts.items() if text is not None]
            refuse_redirected(self._resolved(before), self._resolved(after), entered, self.origin.language)
        return _Edit(version, before, after)

    def _merged(self, before: Mapping[str, StoredSetting], texts: Mapping[str, str | None]) -> dict[str, StoredSetting]:
        """A value that is stored already keeps its time and its author."""
        after = {key: override for key, override in before.items() if key not in texts}
        for key, text in texts.items():
            if text is None:
                continue
            kept = before.get(key)
            is_same = kept is not None and kept.text == text
            after[key] = kept if kept and is_same else self._stored(key, text)
        return after

    def _stored(self, key: str, text: str) -> StoredSetting:
        return StoredSetting(key, text, self.origin.now, self.origin.user_name)

    async def _save(self, edit: _Edit, reason: str | None) -> None:
        await self.session.execute(delete(SettingOverride).where(SettingOverride.key.in_(edit.changed)))
        self.session.add_all(self._row(edit.after[key]) for key in edit.changed if key in edit.after)
        edit.version.version += 1
        edit.version.updated_at, edit.version.updated_by_name = self.origin.now, self.origin.user_name
        before, after = self._resolved(edit.before), self._resolved(edit.after)
        record_platform_change(
            self.session,
            self.origin,
            "settings.changed",
            subject=self.category,
            before={key: _audited(before[key]) for key in edit.changed},
            after={key: _audited(after[key], before[key]) for key in edit.changed},
            reason=reason,
        )
        await self.session.flush()

    def _row(self, override: StoredSetting) -> SettingOverride:
        assert override.text is not None, "only values that were just entered are stored"
        is_secret = REGISTRY[self.category][override.key].is_secret
        return SettingOverride(
            key=override.key,
            category=self.category,
            value=None if is_secret else override.text,
            sealed_value=seal_setting(self.live.keys, override.key, override.text) if is_secret else None,
            updated_at=self.origin.now,
            updated_by=self.origin.user_id,
            updated_by_name=self.origin.user_name,
        )

    def _resolved(self, overrides: Mapping[str, StoredSetting]) -> dict[str, ResolvedSetting]:
        return resolve(self.category, self.live.environment, overrides).settings


def _audited(resolved: ResolvedSetting, before: ResolvedSetting | None = None) -> Fields:
    """Value and source; of a secret only whether it is set and whether it was replaced."""
    if not resolved.setting.is_secret:
        return {"value": resolved.value, "source": resolved.source}
    is_replaced = before is not None and before.value != resolved.value
    return {"is_set": resolved.value != "", "source": resolved.source} | ({"replaced": True} if is_replaced else {})
