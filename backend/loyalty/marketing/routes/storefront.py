"""The choices behind the unsubscribe link of an email."""

from typing import Annotated

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from backend.access.guards import limited
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.problems import ValidationFailed
from backend.loyalty.marketing.actions import get_choices, stop_marketing, undo_stop
from backend.loyalty.marketing.problems import ConsentNotByLink, UnsubscribeLinkInvalid
from backend.loyalty.marketing.schemas import ChangeEmailChoices, EmailChoices
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLink, UnsubscribeLinks

PER_MINUTE = 120
LinkToken = Annotated[str, PathParameter(description="The last part of the unsubscribe link of an email.")]
"""Mail providers unsubscribe for many people from a few addresses."""


class EmailChoicesController(Controller):
    path = "/loyalty/email-choices/{token:str}"
    tags = ["Loyalty - Storefront"]
    guards = [limited("email-choices", PER_MINUTE)]

    @get(
        operation_id="getEmailChoices",
        summary="Which emails a customer gets; the token is the right to see it",
        description="Forged tokens and those of erased customers get the same answer.",
        responses=refusals(UnsubscribeLinkInvalid),
    )
    async def choices(
        self,
        token: LinkToken,
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> EmailChoices:
        link = _link(unsubscribe_links, token)
        async with sessions.committing(link.merchant_id) as session:
            return await get_choices(session, link, clock.now())

    @put(
        operation_id="chooseEmails",
        summary="Stop the merchant’s marketing emails, or take that back",
        description="Safe to repeat. Emails about the card itself are sent in any case. A stop holds for all addresses "
        "of the mailbox. It is taken back within a day, and by a link that was sent to the mailbox.",
        responses=refusals(UnsubscribeLinkInvalid, ConsentNotByLink, ValidationFailed),
    )
    async def choose(
        self,
        token: LinkToken,
        data: JSONBody[ChangeEmailChoices],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> EmailChoices:
        link = _link(unsubscribe_links, token)
        async with sessions.committing(link.merchant_id) as session:
            change = undo_stop if data.accept_marketing else stop_marketing
            return await change(session, link, clock.now())


def _link(unsubscribe_links: UnsubscribeLinks, token: str) -> UnsubscribeLink:
    link = unsubscribe_links.read(token)
    if link is None:
        raise UnsubscribeLinkInvalid
    return link
