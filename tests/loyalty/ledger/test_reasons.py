"""A reason of blanks, invisible marks or dashes says nothing: it is refused wherever one is asked for."""

import pytest
from click.testing import CliRunner

from backend.cli import orion as cli
from backend.services import Services
from tests.world.caller import Json, new_key, refused
from tests.world.limits import forget_everything
from tests.world.office import Office
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller, Till

BLANK = ["", " ", "\t\n", "\u00a0", "\u200b\u2060", "\u2800", "\u3164\uffa0", "\u115f\u1160", "-", "_", "…"]
ONE = "00000000-0000-0000-0000-000000000001"


async def refuse_blank(shop: Shop, who: Till | Office, path: str, body: Json) -> None:
    for reason in BLANK:
        await forget_everything(shop.services.redis)
        with refused("validation_failed", 422) as said:
            await who.post(path, body | {"reason": reason}, key=new_key())
        assert [error["pointer"] for error in said[0]["errors"]] == ["/reason"], repr(reason)


async def test_a_blank_reason_is_none_at_the_till(shop: Shop) -> None:
    card = await shop.a_card(points=10)
    sale = await shop.anna.earn(card, cents=100, order_reference="R-1")
    here = f"/store/loyalty/cards/{card['id']}"
    await refuse_blank(shop, shop.claire, f"{here}/adjustments", {"points": 5})
    await refuse_blank(shop, shop.claire, f"{here}/replace", {})
    await refuse_blank(shop, shop.claire, f"/store/loyalty/transactions/{sale['transaction']['id']}/void", {})
    await refuse_blank(shop, shop.claire, "/store/loyalty/returns", {"order_reference": "R-1"})
    assert (await shop.anna.show(card))["points_balance"] == 11


async def test_a_blank_reason_is_none_in_the_office(shop: Shop) -> None:
    card, owner = await shop.a_card(points=10), Office.of(shop.claire)
    here = f"/merchant/loyalty/cards/{card['id']}"
    await refuse_blank(shop, owner, f"{here}/adjustments", {"points": 5})
    await refuse_blank(shop, owner, f"{here}/deactivate", {})
    await refuse_blank(shop, owner, f"{here}/reactivate", {})
    await refuse_blank(shop, owner, f"{here}/merge", {"other_card_id": ONE})
    await refuse_blank(shop, owner, f"/merchant/loyalty/merges/{ONE}/reverse", {})
    await refuse_blank(
        shop, owner, "/merchant/loyalty/cards/bulk", {"action": "adjust", "points": 5, "card_ids": [ONE]}
    )


async def test_a_blank_reason_is_none_for_the_platform(
    shop: Shop, services: Services, anonymous: AnonymousCaller
) -> None:
    card, paul = await shop.a_card(points=10), await hire_admin(services, anonymous, "Paul Klein")
    await refuse_blank(shop, paul, f"/admin/loyalty/cards/{card['id']}/restore-points", {"points": 5})


@pytest.mark.parametrize("reason", BLANK)
def test_a_blank_reason_is_none_on_the_command_line(reason: str) -> None:
    said = CliRunner().invoke(cli.orion, ["ledger", "unfreeze", "BDFH", "--reason", reason])
    assert said.exit_code == 2
    assert "Blanks are no reason." in said.output
