"""The provider for Google Wallet: each push sends the card's complete state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from copy import copy

import asyncpg

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.wallets.google.account import Account
from backend.wallets.google.classes import find_class_hash, save_class
from backend.wallets.google.client import GoogleClient, GoogleResource
from backend.wallets.google.names import class_id, object_id
from backend.wallets.google.payloads import (
    ImageUrls,
    Payload,
    class_payload,
    ended_payload,
    fingerprint,
    message_payload,
    object_payload,
    shows_program,
    without_nones,
)
from backend.wallets.google.responses import Exists, Missing, NotifyQuotaExceeded
from backend.wallets.ports import CardSnapshot, LinkKey, NotifyReason, Permanent, ProgramSnapshot, Provider
from backend.wallets.wallet_links import change_external_id, find_external_id

REVIEW_STATES = {"APPROVED": "approved", "REJECTED": "rejected"}


class GoogleProvider:
    """`callback_url`: where Google reports saved and removed passes; None when Google cannot reach us."""

    name: Provider = "google"

    def __init__(
        self,
        client: GoogleClient,
        account: Account,
        images: ImageUrls,
        pool: asyncpg.Pool,
        sessions: Sessions,
        *,
        callback_url: str | None = None,
        is_bulk: bool = False,
    ) -> None:
        self.client, self.account = client, account
        self._images, self._callback_url = images, callback_url
        self._pool, self._sessions = pool, sessions
        self._is_bulk = is_bulk
        self._class_lock = asyncio.Lock()

    def in_bulk(self) -> "GoogleProvider":
        """The same provider at the lower rate of runs, so that single passes go first."""
        provider = copy(self)
        provider._is_bulk = True
        return provider

    def fingerprint(self, card: CardSnapshot) -> str:
        return fingerprint(self.payload(card)).hex()

    async def push(self, card: CardSnapshot, notify: NotifyReason | None = None) -> None:
        """Updates use PATCH; a new save link would change nothing.

        A card that is not active and not known to Google is not created there.
        """
        if card.is_live:
            await self.ensure_program(card.program)
        if card.page_version:
            await self._end_former(card)
        payload = self.payload(card)
        if notify is not None:
            payload["messages"] = None  # replaced by the new message
        try:
            await self.client.patch("loyaltyObject", payload, is_bulk=self._is_bulk)
        except Missing:
            if not card.is_live:
                return
            await self._insert(card, payload)
        if notify is not None:
            await self._add_message(card, notify)

    async def _end_former(self, card: CardSnapshot) -> None:
        """Empties and ends the object from before the card's links were ended, before the new one is created."""
        key: LinkKey = (card.program.merchant_id, card.card_id, "google")
        name = object_id(self.account.issuer_id, card.card_id, card.page_version)
        former = await find_external_id(self._sessions, key)
        if former in {None, name}:
            return
        await self.end_object(former, card.program)
        await change_external_id(self._sessions, key, name)

    async def end_object(self, name: str, program: ProgramSnapshot) -> None:
        """Empties and ends the object, if Google knows it."""
        with suppress(Missing):
            await self.client.patch("loyaltyObject", self.ended_payload(name, program), is_bulk=self._is_bulk)

    def ended_payload(self, name: str, program: ProgramSnapshot) -> Payload:
        return ended_payload(name, program, issuer_id=self.account.issuer_id)

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Sends the class before its first object and whenever its content changes. `anyway`: in any case.

        Raises Permanent with `class_refused` or `class_rejected` when Google refuses the program.
        """
        payload = self._class_payload(program)
        if not anyway and await self._is_sent(payload):
            return
        # Many cards may need the class at once: the first one sends it, the others check again.
        async with self._class_lock:
            if anyway or not await self._is_sent(payload):
                await self._send_class(program, payload)

    def payload(self, card: CardSnapshot) -> Payload:
        """What a push sends."""
        return object_payload(card, self._images, issuer_id=self.account.issuer_id)

    async def list_objects(self, program: ProgramSnapshot) -> AsyncIterator[list[GoogleResource]]:
        """A program's objects at Google, in pages of a hundred."""
        name = class_id(self.account.issuer_id, program.program_id)
        async for page in self.client.pages("loyaltyObject", classId=name):
            yield page

    async def shows_program(self, program: ProgramSnapshot) -> bool:
        """Whether Google shows the class that it has accepted. True if it has not, since the next push sends it."""
        payload = self._class_payload(program)
        if not await self._is_sent(payload):
            return True
        return shows_program(await self.client.get("loyaltyClass", payload["id"]), payload)

    def _class_payload(self, program: ProgramSnapshot) -> Payload:
        return class_payload(program, self._images, issuer_id=self.account.issuer_id, callback_url=self._callback_url)

    async def _is_sent(self, payload: Payload) -> bool:
        return await find_class_hash(self._pool, payload["id"]) == fingerprint(payload)

    async def _send_class(self, program: ProgramSnapshot, payload: Payload) -> None:
        try:
            resource = await self._upsert_class(payload)
        except Permanent as error:
            raise Permanent("class_refused", error.detail) from error
        state = resource.get("reviewStatus", "UNDER_REVIEW")
        await save_class(
            self._sessions,
            program,
            class_id=payload["id"],
            payload_hash=fingerprint(payload),
            review_status=REVIEW_STATES.get(state, "under_review"),
            now=clock.now(),
        )
        if state == "REJECTED":
            raise Permanent("class_rejected", str(resource.get("review", {}).get("comments", ""))[:300])

    async def _upsert_class(self, payload: Payload) -> GoogleResource:
        try:
            return await self.client.patch("loyaltyClass", payload)
        except Missing:
            pass
        try:
            return await self.client.insert("loyaltyClass", without_nones(payload))
        except Exists:
            return await self.client.patch("loyaltyClass", payload)

    async def _insert(self, card: CardSnapshot, payload: Payload) -> None:
        body = without_nones(payload)
        try:
            await self.client.insert("loyaltyObject", body, is_bulk=self._is_bulk)
        except Exists:
            await self.client.patch("loyaltyObject", payload, is_bulk=self._is_bulk)
        except Missing:
            await self.ensure_program(card.program, anyway=True)
            await self.client.insert("loyaltyObject", body, is_bulk=self._is_bulk)

    async def _add_message(self, card: CardSnapshot, reason: NotifyReason) -> None:
        name = object_id(self.account.issuer_id, card.card_id, card.page_version)
        try:
            await self.client.add_message("loyaltyObject", name, message_payload(card, reason, notifies=True))
        except NotifyQuotaExceeded:
            await self.client.add_message("loyaltyObject", name, message_payload(card, reason, notifies=False))
