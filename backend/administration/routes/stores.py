"""Stores of a merchant, for administrators of the platform."""

from uuid import UUID

from litestar import Controller, Response, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_MERCHANTS
from backend.access.problems import SIGNED_IN, StoreNotFound
from backend.administration.problems import StoreCodeTaken
from backend.administration.queries import show_store
from backend.administration.schemas.stores import StoreChange, StoreDetail, StoreDraft
from backend.administration.stores import add_store, change_store, check_store_code
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.openapi.headers import sends
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.versions import IfMatch, PreconditionRequired, Stale, etag, versioned
from backend.merchants.features.queries import read_switches
from backend.merchants.guards import for_named_merchant
from backend.merchants.problems import MerchantNotFound

WRITES = (all_of(for_platform(MANAGE_MERCHANTS), limited("change_store", 60), for_named_merchant),)


class AdminStoreController(Controller):
    path = "/merchants/{merchant_code:str}/stores"
    tags = ["Admin"]

    @post(
        operation_id="openStore",
        summary="Open one more store of a merchant",
        guards=WRITES,
        response_headers=sends("Location"),
        responses={201: success(StoreDetail)}
        | refusals(*SIGNED_IN, MerchantNotFound, StoreCodeTaken, ValidationFailed),
    )
    async def open(
        self, data: JSONBody[StoreDraft], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[StoreDetail]:
        async with sessions.committing() as session:
            await check_store_code(session, data.code)
        async with sessions.committing(origin.merchant_id) as session:
            store = await add_store(session, origin, data)
            opened = show_store(store, await read_switches(session, origin.merchant_id))
        headers = {**etag(opened.version), "Location": f"{origin.instance}/{opened.id}"}
        return Response(opened, status_code=201, headers=headers)

    @patch(
        "/{store_id:uuid}",
        operation_id="changeStore",
        summary="Rename a store, move it to another time zone, close or open it",
        description="Nobody can work at a closed store, and its join page is gone. Its code stays.",
        guards=WRITES,
        responses={200: success(StoreDetail)}
        | refusals(*SIGNED_IN, MerchantNotFound, StoreNotFound, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        store_id: FromPath[UUID],
        data: JSONBody[StoreChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        if_match: IfMatch = None,
    ) -> Response[StoreDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            store = await change_store(session, origin, store_id, data, if_match)
            return versioned(show_store(store, await read_switches(session, origin.merchant_id)))
