"""The wallet buttons of the card page, ordered for the customer's phone, and the look of the card in each wallet."""

from typing import NamedTuple

from backend.loyalty.cards.schemas import OwnCardView
from backend.loyalty.rewards.schemas import CardReward
from backend.wallets.schemas import Wallets
from frontend.kit.assets import Assets
from frontend.kit.passes import PassFace, PassValues, Wallet, faces_of
from i18n.locales import BADGES_BY, html_language
from i18n.translator import N_, get_translator

WALLET_PROBLEMS = {
    "wallet_unavailable": N_("The wallet does not answer just now. Your card works without it; try again in a minute."),
    "wallet_not_configured": N_("This wallet is not available here. Your card works without it."),
    "rate_limited": N_("Too many attempts. Wait a minute, then try again."),
}
IN_THE_WALLET = {"saved", "installed"}


class WalletButton(NamedTuple):
    wallet: Wallet
    name: str
    url: str
    is_added: bool
    """The pass is already in the wallet of some phone."""


class Badge(NamedTuple):
    """The vendor's official image, installed by the operator."""

    url: str
    text: str
    """The text of the image, in the language of the image."""
    language: str


def badges_of(assets: Assets, buttons: list[WalletButton], language: str) -> dict[Wallet, Badge]:
    """Badges in the user's language or its fallback, for all buttons or for none.

    Google's rules forbid a badge narrower than another one beside it.
    """
    badges = {}
    for button in buttons:
        for badge_language in (language, BADGES_BY.get(language, language)):
            if button.wallet not in badges and assets.has(name := f"img/badges/{button.wallet}-{badge_language}.svg"):
                text = get_translator(badge_language).gettext(N_("Add to %(wallet)s"), wallet=button.name)
                badges[button.wallet] = Badge(assets.url(name), text, html_language(badge_language))
    return badges if len(badges) == len(buttons) else {}


def wallet_buttons(wallets: Wallets, user_agent: str) -> tuple[list[WalletButton], list[WalletButton]]:
    """The buttons for this device, and those for another phone. A desktop computer gets all of them at once."""
    google = _button("google", "Google Wallet", wallets.google.save_url, wallets.google.state)
    apple = _button("apple", "Apple Wallet", wallets.apple.pass_url, wallets.apple.state)
    if "iPhone" in user_agent or "iPad" in user_agent:
        return (apple, google) if apple else (google, [])
    if "Android" in user_agent:
        return (google, apple) if google else (apple, [])
    return google + apple, []


def wallet_problem(code: str, language: str) -> str:
    """The sentence for the code with which a wallet button has redirected back; empty for no code."""
    return get_translator(language).gettext(WALLET_PROBLEMS[code]) if code in WALLET_PROBLEMS else ""


def is_phone(user_agent: str) -> bool:
    return any(device in user_agent for device in ("iPhone", "iPad", "Android"))


def faces_of_card(
    card: OwnCardView, merchant_name: str, next_reward: CardReward | None, language: str, buttons: list[WalletButton]
) -> list[PassFace]:
    """The faces of the wallets that have a button, in the order of the buttons."""
    values = PassValues(
        merchant=merchant_name,
        card_name=card.card_name,
        color=card.card_color,
        type=card.program_type,
        points=card.points_balance,
        stamp_count=card.stamp_count,
        stamps_target=card.stamps_target,
        stamp_reward=card.stamp_reward,
        reward=next_reward.name if next_reward else "",
        missing_points=next_reward.missing_points if next_reward else 0,
        customer=card.customer.name,
        code=card.code,
        expires_at=card.next_expiry.expires_at if card.next_expiry else None,
        expiring_points=card.next_expiry.points if card.next_expiry else 0,
    )
    faces = {face.wallet: face for face in faces_of(values, language)}
    return [faces[button.wallet] for button in buttons]


def _button(wallet: Wallet, name: str, url: str | None, state: str) -> list[WalletButton]:
    return [WalletButton(wallet, name, url, state in IN_THE_WALLET)] if url else []
