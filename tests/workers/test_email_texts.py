"""From the editor to the mailbox: what an owner has written arrives as HTML and as text."""

import re
from email.message import EmailMessage

import asyncpg
import pytest

from backend.services import Services
from tests.doubles.smtp import PostOffice
from tests.messaging.template_editing.editor import Editor
from tests.world.shop import Shop
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox

ADDRESS = "otto@example.com"
BODY = '<h1>Hello from {{ merchant.name }}</h1>\n<p><a class="button" href="{{ card.url }}">Here it is</a></p>'
CONTACT = "UPDATE merchants SET contact_email = $2, postal_address = $3 WHERE id = $1"
LOOK = "UPDATE programs SET card_color = '#0F5C4B', privacy_url = 'https://shop.example/privacy' WHERE merchant_id = $1"
MAILS = "SELECT * FROM email_logs WHERE merchant_id = $1"


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None, kind
    return str(found.get_content())


@pytest.fixture
async def mail(
    working: dict[str, Services], shop: Shop, post_office: PostOffice, superuser: asyncpg.Connection
) -> EmailMessage:
    """The welcome of a customer, whose merchant has a text, a color and addresses of its own."""
    await superuser.execute(CONTACT, shop.merchant_id, "hello@shop.example", "1, rue Neuve, L-1234 Luxembourg")
    await superuser.execute(LOOK, shop.merchant_id)
    await Editor.of_owner(shop.claire).save("loyalty_enrollment", "fr", subject="Votre carte, enfin", body=BODY)
    await shop.anna.enroll(ADDRESS)
    await superuser.execute("UPDATE customers SET language = 'fr' WHERE merchant_id = $1", shop.merchant_id)
    await relay_outbox(working)
    await send_queued_mails(working)
    (arrived,) = post_office.mails
    return arrived


async def test_the_owners_words_arrive_in_both_parts_with_the_customers_link(
    mail: EmailMessage, shop: Shop, superuser: asyncpg.Connection
) -> None:
    assert mail["Subject"] == "Votre carte, enfin"
    html, text = part(mail, "html"), part(mail, "plain")
    (link,) = set(re.findall(r"http://orion\.test/c/[\w=-]{40,}", text))
    assert f'href="{link}"' in html
    row = await superuser.fetchrow(MAILS, shop.merchant_id)
    assert link not in row["body_html"] + row["body_text"], "the log has no link that opens a card"
    assert (row["template_code"], row["template_version"], row["status"]) == ("loyalty_enrollment", 1, "sent")


async def test_it_comes_from_the_merchant_and_answers_go_to_the_merchant(mail: EmailMessage, shop: Shop) -> None:
    assert mail["Reply-To"] == "hello@shop.example"
    html = part(mail, "html")
    assert "background: #0F5C4B" in html
    assert "1, rue Neuve, L-1234 Luxembourg" in html
    assert 'href="https://shop.example/privacy"' in html
    assert "1, rue Neuve, L-1234 Luxembourg" in part(mail, "plain")
