from typing import Annotated

from backend.messaging.templates.blocks import Button, Greeting, Heading, Paragraph, SmallPrint
from backend.messaging.templates.declaration import Facts, MailTemplate, MailValues
from backend.messaging.templates.facts import MerchantFacts, UserFacts
from backend.messaging.templates.kinds import Text, TransactionCount, Url
from backend.messaging.templates.samples import SamplePerson
from i18n.translator import N_


class OfflineReviewFacts(Facts, frozen=True):
    waiting: Annotated[TransactionCount, N_("How many transactions wait for a decision")]
    oldest: Annotated[Text, N_("Since when the first one waits: day and time")]
    url: Annotated[Url, N_("The page where they are decided")]


class OfflineReviewValues(MailValues, frozen=True):
    merchant: MerchantFacts
    user: UserFacts
    review: OfflineReviewFacts


def sample(person: SamplePerson) -> OfflineReviewValues:
    return OfflineReviewValues(
        merchant=MerchantFacts(person.merchant),
        user=UserFacts(person.first_name),
        review=OfflineReviewFacts(waiting=3, oldest=person.evening, url="https://cards.example/office/review"),
    )


OFFLINE_REVIEW = MailTemplate(
    code="offline_review",
    name=N_("Transactions of tablets to review"),
    occasion=N_("Sent to owners once a day while something that a tablet did without a network waits for a decision"),
    category="operations",
    values=OfflineReviewValues,
    sample=sample,
    subject=N_("%(merchant)s: %(waiting)s to review"),
    preheader=N_("Record them, or dismiss them."),
    blocks=[
        Heading(N_("Your decision is needed")),
        Greeting("user.name"),
        Paragraph(
            N_(
                "What your tablets did without a network mostly counts at once. This waits for you: %(waiting)s, the "
                "first since %(oldest)s."
            )
        ),
        Paragraph(N_("Until you decide, customers do not have these points and stamps.")),
        Button(N_("Review them"), "review.url"),
        SmallPrint(N_("This email comes once a day at most, and no more once nothing waits.")),
    ],
    reason=N_("You get this email because you are an owner of %(merchant)s."),
    placeholders={"merchant": "merchant.name", "waiting": "review.waiting", "oldest": "review.oldest"},
    required=frozenset({"review.waiting", "review.url"}),
)
