"""The choices behind the unsubscribe link of an email."""

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import limited
from backend.core.capabilities import Capability
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import refusals
from backend.core.problems import ValidationFailed
from backend.loyalty.marketing.actions import choose_emails, get_choices
from backend.loyalty.marketing.problems import UnsubscribeLinkInvalid
from backend.loyalty.marketing.schemas import ChangeEmailChoices, EmailChoices
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks

PER_MINUTE = 120
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
        token: FromPath[str],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> EmailChoices:
        link = _link(unsubscribe_links, token)
        async with sessions.committing(link.merchant_id) as session:
            return await get_choices(session, link)

    @put(
        operation_id="chooseEmails",
        summary="Stop the merchant’s marketing emails, or allow them again",
        description="Safe to repeat. Emails about the card itself are sent in any case.",
        responses=refusals(UnsubscribeLinkInvalid, ValidationFailed),
    )
    async def choose(
        self,
        token: FromPath[str],
        data: JSONBody[ChangeEmailChoices],
        unsubscribe_links: NamedDependency[UnsubscribeLinks],
        sessions: NamedDependency[Sessions],
    ) -> EmailChoices:
        link = _link(unsubscribe_links, token)
        async with sessions.committing(link.merchant_id) as session:
            return await choose_emails(session, link, accept_marketing=data.accept_marketing, now=clock.now())


def _link(unsubscribe_links: UnsubscribeLinks, token: str) -> Capability:
    link = unsubscribe_links.read(token)
    if link is None:
        raise UnsubscribeLinkInvalid
    return link
