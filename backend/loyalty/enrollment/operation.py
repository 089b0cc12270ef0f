"""Enroll a customer: an operation of the ledger's kind, whose card is found or made between `check` and `decide`."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from backend.core.events import DomainEvent
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.enrollee import Enrollee
from backend.loyalty.enrollment.events import CardLinkRequested
from backend.loyalty.enrollment.problems import EnrollmentClosed, TermsNotAccepted
from backend.loyalty.enrollment.schemas import EnrolledCard, EnrollView, SelfEnroll, SelfEnrollView
from backend.loyalty.ledger.booking.checks import check_open
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.events import CardEnrolled, WelcomeBonusGiven
from backend.loyalty.ledger.rules.expiry import lot_life
from backend.loyalty.ledger.views import Show, works_at
from i18n.translator import N_

BORN_FIRST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class EnrollCustomer:
    """By staff."""

    completes_known: ClassVar[bool] = True
    """Whether it adds what was not known yet of a customer who had a card before."""

    body: Person

    def check(self, setup: Setup, origin: Origin) -> None:
        """Raises FeatureDisabled, ProgramInactive or ValidationFailed."""
        check_open(setup)
        check_birth_date(self.body.birth_date, origin.now.astimezone(setup.store.zone).date())

    def language(self, setup: Setup, origin: Origin) -> str:  # noqa: ARG002 - staff read another language
        """Of a new customer."""
        return self.body.language or setup.language_for(None)

    def decide(self, draft: BookingDraft, *, is_welcome: bool) -> Decided:
        return decide_enrolled(draft, is_welcome=is_welcome)

    def answer(self, enrollee: Enrollee, show: Show) -> EnrollView | SelfEnrollView:
        card = show.card(enrollee.state)
        fields = {field: getattr(card, field) for field in card.__struct_fields__}
        return EnrollView(**fields, already_enrolled=not enrollee.is_new)

    def events_known(self, enrollee: Enrollee) -> list[DomainEvent]:  # noqa: ARG002 - staff see the card
        """What to record for a customer who had the card before."""
        return []


@dataclass(frozen=True, slots=True)
class EnrollMyself(EnrollCustomer):
    """By the customer, from the join page. What an address had before is told to that address only."""

    completes_known: ClassVar[bool] = False
    """An anonymous caller who enters somebody's address cannot add a phone of their own to that customer."""

    body: SelfEnroll

    def check(self, setup: Setup, origin: Origin) -> None:
        """Raises EnrollmentClosed or TermsNotAccepted too."""
        EnrollCustomer.check(self, setup, origin)
        if not setup.policy.allow_self_enrollment:
            raise EnrollmentClosed
        if not self.body.accept_terms:
            raise TermsNotAccepted

    def language(self, setup: Setup, origin: Origin) -> str:  # noqa: ARG002 - the page has one
        return self.body.language or origin.language

    def answer(self, enrollee: Enrollee, show: Show) -> EnrollView | SelfEnrollView:
        card = show.card(enrollee.state)
        new = EnrolledCard(card.id, card.code, card.points_balance, card.page_url)
        return SelfEnrollView(
            already_enrolled=not enrollee.is_new,
            card=new if enrollee.is_new else EnrolledCard(card.id, None, None, None),
            works_at=works_at(enrollee.state),
            mailed=True,
        )

    def events_known(self, enrollee: Enrollee) -> list[DomainEvent]:
        return [CardLinkRequested(enrollee.own_card_id)]


def decide_enrolled(draft: BookingDraft, *, is_welcome: bool = True) -> Decided:
    """The first line of a card's history, and the welcome bonus if there is one for this person."""
    row = draft.close_line(draft.open_line("points"), "enrolled", 0)
    draft.record(CardEnrolled(row.card_id, row.id))
    bonus = draft.state.terms.welcome_bonus_points
    if not (bonus and is_welcome and draft.state.program.has_points):
        return Decided((row,))
    line = draft.open_line("points")
    draft.lots.grant(line, bonus, lot_life(draft.state.terms, draft.moment))
    given = draft.close_line(line, "welcome_bonus", bonus)
    draft.record(WelcomeBonusGiven(given.card_id, given.id, bonus))
    return Decided((row, given))


def check_birth_date(born: date | None, today: date) -> None:
    """`today`: where the store is. Raises ValidationFailed for a day in the future or before living memory."""
    if born is not None and not BORN_FIRST <= born <= today:
        raise ValidationFailed(FieldError("/birth_date", "out_of_range", N_("Enter a date between 1900 and today.")))
