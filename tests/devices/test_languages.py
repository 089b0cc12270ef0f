"""What a person reads on a tablet is translated, was written by somebody, or is a code that the app has words for."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from msgspec import inspect

from backend.access.guards import DEVICES
from backend.app import create_api
from backend.core.settings import Settings
from backend.loyalty.offline.rules.reasons import SENTENCES
from i18n.locales import LANGUAGES
from i18n.translator import get_translator
from tests.world.caller import refused
from tests.world.devices import a_tablet
from tests.world.shop import Shop

OTHERS = sorted(set(LANGUAGES) - {"en"})
TRANSLATED = {
    *("CardReward.description", "CardReward.name", "CardView.stamp_reward", "DeviceReward.description"),
    *("DeviceReward.name", "HoldView.reward", "RewardView.description", "RewardView.name", "TermsView.stamp_reward"),
    "TransactionView.reward",
}
"""By the merchant, for each language of its own."""
WRITTEN = {
    *("CardView.card_name", "CategoryView.name", "CustomerView.first_name", "CustomerView.last_name"),
    *("CustomerView.name", "DeviceCommand.text", "DeviceConfig.name", "DeviceOperationView.decision_reason"),
    *("DeviceProgram.card_name", "DeviceProgram.name", "DeviceStaff.name", "PairedMerchant.name", "PairedStore.name"),
    *("ProgramView.card_name", "ProgramView.name", "StoreRef.name", "TransactionView.customer"),
    *("TransactionView.on_behalf", "TransactionView.reason", "TransactionView.store", "TransactionView.user"),
}
"""By people, in the words they chose: names, reasons, the message of the office."""
CODES = {
    *("AppleWallet.state", "CardReward.refusal", "CardView.program_type", "CardView.state", "CustomerView.language"),
    *("DeviceConfig.permissions", "DeviceOperationView.op", "DeviceOperationView.reason", "DeviceProgram.type"),
    *("GoogleWallet.state", "HoldView.state", "HoldView.unit", "KeyState.state", "ListedCard.state"),
    *("OperationResult.reason", "PairedDevice.permissions", "PairedStore.currency", "PolicyView.staff_pin_policy"),
    *("ProgramView.currency", "ProgramView.type", "TransactionView.kind", "TransactionView.unit"),
}
"""The app has its words for them, in its four languages."""
DATA = {
    *("AppleWallet.pass_url", "CardReward.picture", "CardView.card_color", "CardView.code"),
    *("CardView.merged_into_code", "CardView.page_url", "CustomerView.email", "CustomerView.phone"),
    *("DeviceChanges.next_cursor", "DeviceOperationList.next_cursor", "DeviceOperationView.id"),
    *("DeviceProgram.card_color", "DeviceReward.picture", "DeviceReward.picture_url", "DeviceTokenView.token"),
    *("GoogleWallet.save_url", "GrantView.blob", "GrantView.device_secret", "GrantView.salt", "GrantView.server_key"),
    *("ListedCard.code", "MergedCard.code", "OperationResult.id", "Page.next_cursor", "PairedDevice.bootstrap_url"),
    *("PairedDevice.token", "PairedMerchant.code", "PairedStore.code", "PairedStore.timezone"),
    *("ProgramView.card_color", "ProgramView.timezone", "RewardView.picture", "StoreRef.code"),
    *("TermsView.points_per_euro", "TransactionView.order_reference"),
}
"""No words: ids, links, keys, numbers."""


def test_each_text_that_a_tablet_gets_is_translated_written_or_a_code() -> None:
    api = create_api(Settings(environment="test", secret_keys="languages"), {})
    handlers = [
        (route.path, each) for route in api.routes if isinstance(route, HTTPRoute) for each in route.route_handlers
    ]
    answers = [
        handler.parsed_return_field.annotation
        for path, handler in handlers
        if handler.opt.get(DEVICES) or path.startswith(("/api/v1/devices/me", "/api/v1/devices/pair"))
    ]
    found = {text for answer in answers for text in texts_of(inspect.type_info(answer), set())}
    kinds = [TRANSLATED, WRITTEN, CODES, DATA]
    assert sum(map(len, kinds)) == len(set.union(*kinds))
    assert found == set.union(*kinds)


def texts_of(info: inspect.Type, seen: set[type], owner: str = "") -> Iterator[str]:
    match info:
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner) | inspect.DictType(value_type=inner):
            yield from texts_of(inner, seen, owner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from texts_of(each, seen, owner)
        case inspect.StructType(cls=cls, fields=fields) if cls not in seen:
            seen.add(cls)
            for field in fields:
                yield from texts_of(field.type, seen, f"{cls.__name__}.{field.encode_name}")
        case inspect.StrType():
            yield owner


@pytest.mark.parametrize("language", OTHERS)
def test_why_something_waits_is_said_in_the_readers_language(language: str) -> None:
    say = get_translator(language).gettext
    assert [code for code, sentence in SENTENCES.items() if say(sentence) == sentence] == []


async def test_a_refusal_is_said_in_the_language_that_the_tablet_asks_for(shop: Shop) -> None:
    tablet = await a_tablet(shop)
    card = await shop.a_card()
    said: dict[str, Any] = {}
    for language in LANGUAGES:
        with refused("validation_failed", 422) as problems:
            await tablet.ask(
                "POST", f"/store/loyalty/cards/{card['id']}/points", key=language * 8,
                json={"purchase_amount_cents": "x"}, headers={"Accept-Language": language},
            )  # fmt: skip
        (problem,) = problems
        said[language] = (problem["title"], problem["errors"][0]["detail"])
        assert problem.answer.headers["content-language"] == language
        assert problem["errors"][0]["code"] == "wrong_type"
    assert len({title for title, _ in said.values()}) == len({detail for _, detail in said.values()}) == len(LANGUAGES)
