"""What the templates of a customer's card show."""

from typing import Any
from urllib.parse import urlsplit

from backend.loyalty.till.schemas import CardPage
from frontend.card.messages import CardMessages
from frontend.card.wallets import badges_of, faces_of_card, is_phone, wallet_buttons
from frontend.kit.brand_color import brand_url
from frontend.kit.preferences import language_of
from frontend.kit.request import Request


def card_facts(request: Request, view: CardPage) -> dict[str, Any]:
    card, user_agent = view.card, request.headers.get("user-agent", "")
    language = language_of(request)
    messages = CardMessages(language)
    next_reward = messages.next_reward(card)
    here, elsewhere = wallet_buttons(card.wallets, user_agent)
    return {
        "store_name": view.merchant_name,
        "brand": brand_url(card.card_color),
        "view": view,
        "card": card,
        "messages": messages,
        "store_names": {store.code: store.name for store in [card.enrolled_store, *card.works_at]},
        "next_reward": next_reward,
        "wallets_here": here,
        "wallets_elsewhere": elsewhere,
        "badges": badges_of(request.app.state.assets, here + elsewhere, language),
        "faces": faces_of_card(card, view.merchant_name, next_reward, language, here + elsewhere),
        "is_phone": is_phone(user_agent),
        "email_choices": urlsplit(view.email_choices_url).path if view.email_choices_url else None,
    }
