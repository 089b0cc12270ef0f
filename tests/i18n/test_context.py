"""What `PN_` has marked is translated before somebody reads it; its context is for translators only."""

import httpx
import pytest
from litestar import Litestar, get

from backend.audit.export import HEADER
from backend.audit.field_labels import FIELDS
from backend.audit.labels import SUBJECTS
from backend.audit.value_labels import CHOICES, VALUES
from backend.audit.words import AuditWords
from backend.messaging.templates.blocks import UNNAMED, Composer
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.views import template_name
from i18n.catalogs.extract import SOURCES
from i18n.catalogs.paths import ROOT
from i18n.context import GLUE
from i18n.locales import LANGUAGES
from i18n.translator import PN_, get_translator
from tests.world.asgi import asgi_transport

MARKED = PN_("state of an email", "Sent")
IN_LANGUAGES = [*LANGUAGES, "en_XA"]


@get("/", media_type="text/html")
async def _raw_page() -> str:
    return f"<p>{MARKED}</p>"


@get("/json")
async def _raw_fact() -> dict[str, str]:
    return {"state": MARKED}


@get("/said")
async def _translated() -> dict[str, str]:
    return {"state": get_translator("fr").gettext(MARKED)}


@pytest.mark.parametrize("path", ["/", "/json"])
async def test_whoever_asks_an_application_in_a_test_notices_a_context_in_its_answer(path: str) -> None:
    app = Litestar([_raw_page, _raw_fact])
    async with httpx.AsyncClient(transport=asgi_transport(app), base_url="http://orion.test") as client:
        with pytest.raises(AssertionError, match="with its context"):
            await client.get(path)


async def test_a_translated_answer_is_left_as_it_is() -> None:
    async with httpx.AsyncClient(
        transport=asgi_transport(Litestar([_translated])), base_url="http://orion.test"
    ) as client:
        assert (await client.get("/said")).json() == {"state": "Envoyé"}


@pytest.mark.parametrize("language", IN_LANGUAGES)
def test_the_audit_and_its_export_show_no_context(language: str) -> None:
    words = AuditWords(language)
    said = [words.label(field) for field in FIELDS] + [words.value(field, True) for field in FIELDS]
    said += [words.value(field, value) for field in CHOICES for value in VALUES]
    said += [words.action(f"{subject}.changed").group for subject in SUBJECTS]
    said += map(get_translator(language).gettext, HEADER)
    assert [text for text in said if GLUE in text] == []


@pytest.mark.parametrize("language", IN_LANGUAGES)
def test_an_email_and_its_name_show_no_context(language: str) -> None:
    composer = Composer(language, {})
    said = [composer.plain(UNNAMED), composer.html(UNNAMED), *(template_name(code, language) for code in TEMPLATES)]
    assert [text for text in said if GLUE in text] == []


def test_no_code_looks_into_a_key_but_the_translator() -> None:
    """A marked word is compared or cut nowhere: it only goes to a translator."""
    files = [path for source in SOURCES for path in (ROOT / source).rglob("*.py")]
    assert [str(path) for path in files if "i18n.context" in path.read_text("utf-8")] == []
