"""API keys in the owner's office, and the key's own view of itself."""

from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import API_KEYS, all_of, for_merchant, limited, principal_of
from backend.access.permissions import MANAGE_API
from backend.access.problems import SIGNED_IN, SessionExpired, StaysWithOwner, Unauthenticated
from backend.api_keys import actions
from backend.api_keys.principal import ApiKeyPrincipal
from backend.api_keys.problems import ApiKeyEnded, ApiKeyNotFound, TooManyApiKeys
from backend.api_keys.queries import get_key, list_keys, show_own
from backend.api_keys.schemas import (
    ApiKeyChange,
    ApiKeyDetail,
    ApiKeyDraft,
    ApiKeyList,
    ApiKeyRotation,
    ApiKeySecret,
    OwnApiKey,
)
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.requests import ApiRequest
from backend.core.resources import resources_of
from backend.core.versions import IfMatch, PreconditionRequired, Stale, etag, versioned
from backend.identity.api_keys.notices import CREATED, ROTATED, notify_owners
from backend.identity.guards import confirmed, identified
from backend.identity.problems import ConfirmationRequired

READS = (for_merchant(MANAGE_API),)
WRITES = (all_of(for_merchant(MANAGE_API), limited("change_api_keys", 30)),)
GIVES_A_SECRET = (all_of(for_merchant(MANAGE_API), limited("change_api_keys", 30), confirmed),)


class MerchantApiKeyController(Controller):
    path = "/api-keys"
    tags = ["API keys"]

    @get(
        operation_id="listApiKeys",
        summary="API keys, also those that were revoked",
        guards=READS,
        responses=refusals(*SIGNED_IN),
    )
    async def keys(self, origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]) -> ApiKeyList:
        async with sessions.committing(origin.merchant_id) as session:
            return await list_keys(session, origin)

    @post(
        operation_id="createApiKey",
        summary="Create an API key: its secret is shown this once",
        description="Needs a fresh confirmation of the person (`POST /auth/me/confirmation`). A request whose answer "
        "was lost has created a key that nobody has: revoke it.",
        guards=GIVES_A_SECRET,
        responses={201: success(ApiKeySecret)}
        | refusals(*SIGNED_IN, ConfirmationRequired, TooManyApiKeys, ValidationFailed),
    )
    async def create(
        self, request: ApiRequest, data: JSONBody[ApiKeyDraft], origin: NamedDependency[Origin]
    ) -> Response[ApiKeySecret]:
        resources = resources_of(request)
        async with resources.sessions.committing(origin.merchant_id) as session:
            key = await actions.create_key(session, origin, data)
            await notify_owners(session, resources, origin, CREATED, key.name)
        return Response(key, headers=etag(key.version) | {"Location": f"{origin.instance}/{key.id}"})

    @get(
        "/{api_key_id:uuid}",
        operation_id="getApiKey",
        summary="One API key, without its secret",
        guards=READS,
        responses={200: success(ApiKeyDetail)} | refusals(*SIGNED_IN, ApiKeyNotFound),
    )
    async def key(
        self, api_key_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[ApiKeyDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await get_key(session, origin, api_key_id))

    @patch(
        "/{api_key_id:uuid}",
        operation_id="changeApiKey",
        summary="Change an API key’s name, stores, permissions or end",
        description="In force with its next request.",
        guards=WRITES,
        responses={200: success(ApiKeyDetail)}
        | refusals(*SIGNED_IN, ApiKeyNotFound, ApiKeyEnded, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        api_key_id: FromPath[UUID],
        data: JSONBody[ApiKeyChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[ApiKeyDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await actions.change_key(session, origin, api_key_id, data, if_match))

    @post(
        "/{api_key_id:uuid}/rotate",
        operation_id="rotateApiKey",
        summary="Give an API key a new secret; the present one works on for a while",
        description="Needs a fresh confirmation of the person. A new secret that was never used is replaced by the "
        "next rotation, and the one before it works on: so a lost answer is repeated without harm.",
        status_code=200,
        guards=GIVES_A_SECRET,
        responses={200: success(ApiKeySecret)}
        | refusals(*SIGNED_IN, ConfirmationRequired, ApiKeyNotFound, ApiKeyEnded, ValidationFailed),
    )
    async def rotate(
        self,
        request: ApiRequest,
        api_key_id: FromPath[UUID],
        data: JSONBody[ApiKeyRotation],
        origin: NamedDependency[Origin],
    ) -> Response[ApiKeySecret]:
        resources = resources_of(request)
        async with resources.sessions.committing(origin.merchant_id) as session:
            key = await actions.rotate_key(session, origin, api_key_id, data)
            await notify_owners(session, resources, origin, ROTATED, key.name)
        return versioned(key)

    @delete(
        "/{api_key_id:uuid}",
        operation_id="revokeApiKey",
        summary="Revoke an API key: its next request is refused",
        description="It stays in the list, and what it has booked keeps its name.",
        guards=WRITES,
        responses=refusals(*SIGNED_IN, ApiKeyNotFound),
    )
    async def revoke(
        self, api_key_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await actions.revoke_key(session, origin, api_key_id)


class OwnApiKeyController(Controller):
    path = "/api-key"
    tags = ["API keys"]

    @get(
        operation_id="getOwnApiKey",
        summary="Which API key is this, at which stores, with which permissions",
        opt={API_KEYS: True},
        guards=[identified],
        security=[{"token": []}],
        responses=refusals(Unauthenticated, SessionExpired, StaysWithOwner, ApiKeyNotFound),
    )
    async def own(self, request: ApiRequest) -> OwnApiKey:
        principal = principal_of(request)
        if not isinstance(principal, ApiKeyPrincipal):
            raise ApiKeyNotFound
        return show_own(principal)
