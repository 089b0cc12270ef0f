from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.features import FEATURES, is_enabled
from backend.access.models import FeatureOverride
from backend.merchants.features.schemas import FeatureDetail, FeatureList, FeatureSwitch
from backend.merchants.models import Store
from backend.merchants.schemas import StoreRef
from i18n.translator import get_translator


@dataclass(frozen=True, slots=True)
class Switches:
    """All of a merchant, by feature and store."""

    by_place: dict[tuple[str, UUID | None], FeatureOverride]

    def show(self, feature: str, store: Store | None) -> FeatureSwitch:
        own, of_merchant = self.by_place.get((feature, store.id if store else None)), self.by_place.get((feature, None))
        overrides = [(feature, each.store_id is not None, each.is_enabled) for each in (of_merchant, own) if each]
        inherited = "merchant" if of_merchant else "platform"
        return FeatureSwitch(
            store=StoreRef(store.id, store.code, store.name) if store else None,
            is_enabled=own.is_enabled if own else None,
            is_in_force=is_enabled(feature, overrides),
            source="store" if own and store else inherited,  # type: ignore[arg-type]
            version=own.version if own else 0,
            changed_at=own.updated_at if own else None,
            changed_by=own.changed_by if own else None,
        )


async def read_switches(session: AsyncSession, merchant_id: UUID) -> Switches:
    rows = await session.scalars(select(FeatureOverride).where(FeatureOverride.merchant_id == merchant_id))
    return Switches({(row.feature, row.store_id): row for row in rows})


async def list_features(session: AsyncSession, merchant_id: UUID, language: str) -> FeatureList:
    say, switches = get_translator(language).gettext, await read_switches(session, merchant_id)
    stores = list(
        await session.scalars(
            select(Store).where(Store.merchant_id == merchant_id, Store.is_active).order_by(Store.code)
        )
    )
    return FeatureList(
        [
            FeatureDetail(
                code=code,
                title=say(feature.title),
                about=say(feature.about),
                is_on_by_default=feature.is_on_by_default,
                merchant=switches.show(code, None),
                stores=[switches.show(code, store) for store in stores],
            )
            for code, feature in FEATURES.items()
        ]
    )
