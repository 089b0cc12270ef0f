from backend.access.actor import Actor
from backend.core.database import Sessions
from backend.identity.schemas import MerchantRef, StoreAccess, UserView
from backend.identity.workplaces.queries import list_workplaces


async def show_user(sessions: Sessions, actor: Actor) -> UserView:
    """The user with all merchants for whom they work."""
    async with sessions.committing() as session:
        workplaces = await list_workplaces(session, actor.user_id) if actor.merchant and not actor.is_by_pin else []
    merchant = actor.merchant
    return UserView(
        id=actor.user_id,
        email=actor.email,
        name=actor.name,
        role=actor.role,
        language=actor.language,
        permissions=sorted(actor.permissions),
        merchant=MerchantRef(merchant.id, merchant.code, merchant.name, merchant.language) if merchant else None,
        stores=[
            StoreAccess(
                store.id,
                store.code,
                store.name,
                store.timezone,
                store.country,
                store.language,
                sorted(actor.permissions_at(store)),
            )
            for store in actor.stores
        ],
        merchants=sorted(
            (MerchantRef(place.id, place.code, place.name, place.language) for place in workplaces),
            key=lambda place: (place.name, place.code),
        ),
        session_kind=actor.kind,
    )
