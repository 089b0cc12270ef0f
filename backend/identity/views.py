from datetime import datetime

from backend.access.actor import Actor
from backend.access.principal import ActorMerchant
from backend.core.clock import clock
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.identity.known_devices import proof_for
from backend.identity.queries import find_actor
from backend.identity.schemas import MerchantRef, OnBehalfView, SessionView, SignInView, StoreAccess, UserView
from backend.identity.sessions.limits import lacks_factor
from backend.identity.sign_in import SignedIn
from backend.identity.workplaces.queries import list_workplaces


async def show_actor(request: ApiRequest, actor: Actor) -> UserView:
    """The user with all merchants for whom they work."""
    resources = resources_of(request)
    async with resources.sessions.committing() as session:
        has_choice = not actor.is_of_platform and not actor.is_by_pin
        workplaces = await list_workplaces(session, actor.user_id) if has_choice else []
    merchant = actor.merchant
    return UserView(
        id=actor.user_id,
        email=actor.email,
        name=actor.name,
        role=actor.role,
        language=actor.language,
        permissions=sorted(actor.permissions),
        merchant=_merchant(merchant) if merchant else None,
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
        on_behalf=OnBehalfView(actor.on_behalf.reason, actor.on_behalf.ends_at) if actor.on_behalf else None,
        session_kind=actor.kind,
        lacks_second_factor=lacks_factor(actor, is_production=resources.settings.is_production),
    )


def _merchant(merchant: ActorMerchant) -> MerchantRef:
    return MerchantRef(merchant.id, merchant.code, merchant.name, merchant.language, merchant.is_test)


async def show_session(request: ApiRequest, token: str, expires_at: datetime) -> SessionView:
    """A new token with its user."""
    actor = await find_actor(resources_of(request).pool, token, clock.now())
    assert actor is not None, "the token was just created"
    return SessionView(token=token, expires_at=expires_at, user=await show_actor(request, actor))


async def show_sign_in(request: ApiRequest, signed_in: SignedIn, proofs: str) -> SignInView:
    """`proofs`: of earlier sign-ins with this browser, which is known from now on."""
    session = await show_session(request, signed_in.token, signed_in.expires_at)
    known_device = proof_for(resources_of(request).key_ring, signed_in.email_norm, proofs)
    return SignInView(session.token, session.expires_at, session.user, known_device)
