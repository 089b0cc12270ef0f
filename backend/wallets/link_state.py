"""The state of a wallet link: the conditions that queries use, and every transition.

| transition | from | to | when |
|---|---|---|---|
| `opened` | no link | active | the holder adds the card to the wallet |
| `reopened` | failed | active | the holder adds the card once more |
| `retried` | failed | active | the card has changed, or the provider accepts its program again |
| `with_new_attempts` | any | active | a push is requested, or the provider shows something else |
| `state_after` | active | active, failed, removed | an attempt has ended |

The SQL function `end_wallet_lease` makes one more, any → active when the lease was lost. It also leaves a link active
instead of failed when the card has changed during the attempt.
"""

from sqlalchemy import Update, case
from sqlalchemy.dialects.postgresql import Insert

from backend.loyalty.cards.models import Card
from backend.wallets.models import NEVER_SYNCED, WalletLink
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import PROGRAM_REFUSED
from backend.wallets.schemas import LinkState

IS_ACTIVE = WalletLink.status == LinkState.ACTIVE
IS_FAILED = WalletLink.status == LinkState.FAILED
IS_REMOVED = WalletLink.status == LinkState.REMOVED
IS_PROGRAM_REFUSED = IS_FAILED & WalletLink.last_error_code.startswith(PROGRAM_REFUSED, autoescape=True)
"""The refusal is about the card's program, not about the card."""
IS_KNOWN_TO_PROVIDER = WalletLink.synced_version > NEVER_SYNCED
"""The provider has accepted the pass at least once."""
CARD_OF_LINK = (Card.merchant_id == WalletLink.merchant_id) & (Card.id == WalletLink.card_id)
IS_OUT_OF_DATE = Card.wallet_version > WalletLink.synced_version
"""The provider has not accepted the card's current version. Needs `cards`, joined by CARD_OF_LINK."""

_NEW_ATTEMPTS = {"status": LinkState.ACTIVE, "attempts": 0, "next_attempt_at": None}


def opened(link: Insert) -> Insert:
    """No link → active; nothing when there is one.

    Two taps at once conflict in either of the table's keys: with one of them as the target, the other would raise.
    """
    return link.values(**_NEW_ATTEMPTS, synced_version=NEVER_SYNCED).on_conflict_do_nothing()


def reopened(links: Update) -> Update:
    """Failed → active. An active or removed link stays as it is."""
    return links.where(IS_FAILED).values(**_NEW_ATTEMPTS)


def retried(links: Update) -> Update:
    """Failed → active, with new attempts. An active link keeps its attempts; a removed one is left out."""
    return links.where(~IS_REMOVED).values(
        status=LinkState.ACTIVE,
        attempts=case((IS_FAILED, 0), else_=WalletLink.attempts),
        next_attempt_at=case((IS_FAILED, None), else_=WalletLink.next_attempt_at),
    )


def with_new_attempts(links: Update) -> Update:
    """Any state → active. The next push is sent even if the provider was sent the same content before."""
    return links.values(**_NEW_ATTEMPTS, payload_hash=None)


def state_after(kind: OutcomeKind, *, is_erased: bool) -> LinkState:
    """Active → failed when the provider refuses the pass, → removed when an erased card is synced, else → active."""
    if kind is OutcomeKind.FAILED:
        return LinkState.FAILED
    is_last_push = kind is OutcomeKind.SYNCED and is_erased
    return LinkState.REMOVED if is_last_push else LinkState.ACTIVE
