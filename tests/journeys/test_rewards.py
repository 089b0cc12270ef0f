"""The owner's rewards in a browser, up to the till and the customer's card."""

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.journeys.conftest import OpenWindow, WorkAt
from tests.journeys.office import sign_in
from tests.world.office import Office
from tests.world.pictures import a_picture
from tests.world.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MEGABYTE = 1024 * 1024
IS_LOADED = "image => image.complete && image.naturalWidth > 0"


def file(content: bytes, name: str = "scarf.png") -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))


async def names(page: Page) -> list[str]:
    return await page.locator(".reward h3").all_inner_texts()


async def at_rewards(page: Page, shop: Shop) -> None:
    await sign_in(page, shop.emails["claire"])
    await page.get_by_role("link", name="Rewards").first.click()
    await expect(page.get_by_role("heading", name="Rewards", exact=True)).to_be_visible()


async def test_a_reward_from_the_idea_to_the_counter_and_to_its_end(
    shop: Shop, open_window: OpenWindow, at_work: WorkAt
) -> None:
    card = await shop.a_card(points=300)
    page = await (await open_window()).new_page()
    await at_rewards(page, shop)
    await page.get_by_role("link", name="New reward").click()
    await page.get_by_label("Name (English)").fill("Scarf")
    await page.get_by_label("Name (Français)").fill("Écharpe")
    await page.get_by_label("Points", exact=True).fill("50")
    await page.get_by_label("What it costs you").fill("12,50")
    await page.get_by_label("Choose a picture").set_input_files(file(a_picture()))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="“Scarf” is saved.")).to_be_visible()
    await page.wait_for_load_state()
    await expect(row(page, "Scarf").locator("img")).to_be_visible()
    assert await row(page, "Scarf").locator("img").evaluate(IS_LOADED)

    move = page.get_by_role("button", name="Move Scarf up")
    await move.click()
    await expect(page.locator(".reward").nth(1)).to_contain_text("Scarf")
    await expect(move).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".reward").first).to_contain_text("Scarf")
    await expect(page.get_by_role("button", name="Move Scarf down")).to_be_focused()

    till = await at_work(shop, "anna")
    await till.open(card)
    await till.page.get_by_text("Redeem one of 2 rewards").click()
    await expect(till.button("Scarf −50")).to_be_visible()
    phone = await (await open_window(viewport={"width": 390, "height": 844})).new_page()
    await phone.goto(card["page_url"])
    await expect(phone.locator(".offer").filter(has_text="Scarf").locator("img")).to_be_visible()
    assert (await phone.locator(".offer").all_inner_texts())[0].startswith("Scarf"), "in the owner's order"
    await phone.goto(f"/j/{shop.hub}")
    await expect(phone.locator(".offer").filter(has_text="Scarf").locator("img")).to_be_visible()

    await page.get_by_label("Search").fill("echar")
    await expect(page.get_by_text("1 reward found.")).to_be_visible()
    await row(page, "Scarf").get_by_role("link").click()
    await page.get_by_label("Pause it").check()
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "Scarf")).to_contain_text("Paused")
    await phone.goto(card["page_url"])
    await expect(phone.locator(".offer").filter(has_text="Scarf")).to_have_count(0)
    await till.open(card)
    await expect(till.button("Redeem Voucher −100")).to_be_visible()
    await expect(till.button("Scarf")).to_have_count(0)

    await row(page, "Scarf").get_by_role("link").click()
    await page.get_by_role("button", name="Archive this reward").click()
    await expect(row(page, "Scarf")).to_contain_text("Archived")
    await page.goto("/office/rewards")
    assert await names(page) == ["Voucher", "Voucher"]


async def test_without_scripts_everything_can_be_done(shop: Shop, open_window: OpenWindow) -> None:
    window = await open_window(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = await window.new_page()
    await sign_in(page, shop.emails["claire"])
    await page.goto("/office/rewards/new")
    await page.get_by_label("Choose a picture").set_input_files(file(a_picture()))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Please check what you entered")).to_be_visible()
    await expect(page.get_by_role("img", name="The present picture")).to_be_visible()
    await page.get_by_label("Name (English)").fill("Scarf")
    await page.get_by_label("Points", exact=True).fill("50")
    await page.get_by_role("button", name="Save").click()
    await expect(row(page, "Scarf").locator("img")).to_be_visible()
    await page.get_by_role("button", name="Move Scarf up").click()
    await expect(page.locator(".reward").nth(1)).to_contain_text("Scarf")
    await page.get_by_label("State").select_option("paused")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("No reward matches.")).to_be_visible()


async def test_the_keyboard_is_enough(shop: Shop, open_window: OpenWindow) -> None:
    page = await (await open_window()).new_page()
    await at_rewards(page, shop)
    await tab_to(page, page.get_by_role("link", name="New reward"))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/new")
    await tab_to(page, page.get_by_label("Name (English)"))
    await page.keyboard.type("Scarf")
    await tab_to(page, page.get_by_label("Points", exact=True))
    await page.keyboard.type("fifty")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Points", exact=True)).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("50")
    await tab_to(page, page.get_by_label("First day"))
    await page.keyboard.type("01012026")
    await tab_to(page, page.get_by_label(shop.outlet[:3]))
    await page.keyboard.press("Space")
    await tab_to(page, page.get_by_role("button", name="Save"))
    await page.keyboard.press("Enter")
    await expect(row(page, "Scarf")).to_contain_text("Only at 1 store")
    await page.wait_for_load_state()
    await tab_to(page, page.get_by_role("button", name="Move Scarf up"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".reward").nth(1)).to_contain_text("Scarf")
    await expect(page.get_by_role("button", name="Move Scarf up")).to_be_focused()


async def tab_to(page: Page, target: Locator) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {target}")


async def test_two_owners_change_a_reward_at_once(shop: Shop, open_window: OpenWindow) -> None:
    added = await Office.of(shop.claire).add_reward("Scarf", stock=5)
    page = await (await open_window()).new_page()
    await sign_in(page, shop.emails["claire"])
    await page.goto(f"/office/rewards/{added['id']}")
    await Office.of(shop.claire).change_reward(added, points_required=300, stock=4)
    await page.get_by_label("What it costs you").fill("5")
    await page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Claire has saved this reward while you were editing it.")
    await expect(alert.get_by_text("Now: 300")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("“Scarf” is saved.")).to_be_visible()
    stored = await Office.of(shop.claire).reward(added)
    assert (stored["points_required"], stored["value_cents"], stored["stock"]) == (200, 500, 4)


@pytest.mark.parametrize(
    ("megabytes", "sentence"),
    [
        (8.5, "The picture is larger than 8 MB. Choose a smaller one."),
        (12, "What you sent is too large. Go back and choose a smaller file."),
        (60, "What you sent is too large. Go back and choose a smaller file."),
    ],
)
async def test_a_photo_that_is_too_large_gets_a_sentence(
    shop: Shop, open_window: OpenWindow, megabytes: float, sentence: str
) -> None:
    page = await (await open_window()).new_page()
    await sign_in(page, shop.emails["claire"])
    await page.goto("/office/rewards/new")
    await page.get_by_label("Choose a picture").evaluate(CHOOSE_A_FILE, int(megabytes * MEGABYTE))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text(sentence)).to_be_visible()


CHOOSE_A_FILE = """(input, size) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(size)], "photo.jpg", { type: "image/jpeg" }));
  input.files = chosen.files;
}"""
