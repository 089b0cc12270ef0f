"""Cards in Google Wallet: whatever is asked, the pass shows the card's absolute state afterwards."""

from collections.abc import AsyncIterator

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.wallets.google.account import Account
from backend.loyalty.wallets.google.answers import Exists, Missing, NotifyQuotaExceeded
from backend.loyalty.wallets.google.classes import remember_class, told_hash
from backend.loyalty.wallets.google.client import Body, GoogleClient
from backend.loyalty.wallets.google.names import class_id
from backend.loyalty.wallets.google.payloads import (
    PassImages,
    Payload,
    class_payload,
    fingerprint,
    message_payload,
    object_payload,
    without_nones,
)
from backend.loyalty.wallets.ports import CardSnapshot, Notify, Permanent, ProgramSnapshot, Provider

REVIEW_STATES = {"APPROVED": "approved", "REJECTED": "rejected"}


class GoogleWallet:
    """`callback_url`: where Google tells of saved and removed passes; None where it could not reach us."""

    name: Provider = "google"

    def __init__(
        self,
        client: GoogleClient,
        account: Account,
        images: PassImages,
        sessions: Sessions,
        *,
        callback_url: str | None = None,
        is_bulk: bool = False,
    ) -> None:
        self.client, self.account = client, account
        self._images, self._sessions, self._callback_url = images, sessions, callback_url
        self._is_bulk = is_bulk

    def in_bulk(self) -> "GoogleWallet":
        """The same at a slower pace, for catch-ups: what people wait for goes first."""
        return GoogleWallet(
            self.client, self.account, self._images, self._sessions, callback_url=self._callback_url, is_bulk=True
        )

    async def push(self, card: CardSnapshot, notify: Notify | None = None) -> None:
        """Changes go by PATCH, never by a new save link, which changes nothing.

        A card that is over and not known to Google stays unknown there.
        """
        if card.is_live:
            await self.ensure_program(card.program)
        payload = self.payload(card)
        if notify is Notify.REWARD_READY:
            payload["notifyPreference"] = "NOTIFY_ON_UPDATE"
        if notify is Notify.POINTS_EXPIRING:
            payload["messages"] = None  # room for the new one
        try:
            await self.client.patch("loyaltyObject", payload, is_bulk=self._is_bulk)
        except Missing:
            if not card.is_live:
                return
            await self._insert(card, payload)
        if notify is Notify.POINTS_EXPIRING and card.next_expiry_points:
            await self._tell_of_expiry(card)

    async def ensure_program(self, program: ProgramSnapshot, *, anyway: bool = False) -> None:
        """Before the first object, and whenever what the class shows has changed. `anyway`: Google has lost it.

        Raises Permanent with `class_refused` or `class_rejected` when it is the program that Google does not take.
        """
        payload = class_payload(
            program, self._images, issuer_id=self.account.issuer_id, callback_url=self._callback_url
        )
        current = fingerprint(payload)
        if not anyway and await told_hash(self._sessions, payload["id"]) == current:
            return
        try:
            resource = await self._upsert_class(payload)
        except Permanent as error:
            raise Permanent("class_refused", error.detail) from error
        state = resource.get("reviewStatus", "UNDER_REVIEW")
        await remember_class(
            self._sessions,
            program,
            class_id=payload["id"],
            payload_hash=current,
            review_status=REVIEW_STATES.get(state, "under_review"),
            now=clock.now(),
        )
        if state == "REJECTED":
            raise Permanent("class_rejected", str(resource.get("review", {}).get("comments", ""))[:300])

    def payload(self, card: CardSnapshot) -> Payload:
        """What a push sends; for people to look at, and for `payloads.shows` to compare with."""
        return object_payload(card, self._images, issuer_id=self.account.issuer_id)

    async def list_objects(self, program: ProgramSnapshot) -> AsyncIterator[list[Body]]:
        """A program's passes as Google has them, by the hundred."""
        name = class_id(self.account.issuer_id, program.program_id)
        async for page in self.client.pages("loyaltyObject", classId=name):
            yield page

    async def _upsert_class(self, payload: Payload) -> Body:
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

    async def _tell_of_expiry(self, card: CardSnapshot) -> None:
        name = self.payload(card)["id"]
        try:
            await self.client.add_message("loyaltyObject", name, message_payload(card, rings=True))
        except NotifyQuotaExceeded:
            await self.client.add_message("loyaltyObject", name, message_payload(card, rings=False))
