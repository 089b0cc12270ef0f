"""A template for administrators and for an owner, and the addresses of the API about it."""

from typing import Literal

from backend.messaging.template_editing.schemas.templates import (
    OwnTemplateCoverage,
    OwnTemplateDetail,
    OwnTemplateList,
    OwnTemplateSummary,
    TemplateCoverage,
    TemplateDetail,
    TemplateList,
    TemplateSummary,
    TemplateVariableView,
)
from backend.messaging.template_editing.schemas.texts import TemplateHistory, TemplateVersionView
from backend.messaging.template_editing.schemas.trials import TemplatePreview
from tests.frontend.canned import MOMENT

CODE = "loyalty_enrollment"
ABOUT: tuple[str, str, str, Literal["transactional"], Literal["loyalty"]] = (
    CODE,
    "Welcome",
    "Sent right after enrollment",
    "transactional",
    "loyalty",
)
SUBJECT, PREHEADER, BODY = "Your {{ merchant.name }} card", "It is ready", "<h1>Hello</h1>\n<p>{{ card.code }}</p>"
VARIABLES = [
    TemplateVariableView("card.code", "text", "The code", "BDFH KLNP", is_required=True, may_be_empty=False),
    TemplateVariableView("card.url", "url", "The address", "https://cards.example/c", False, True),
]
LANGUAGES = [
    TemplateCoverage("en", "up_to_date", True, False, 3, MOMENT, "Ada"),
    TemplateCoverage("fr", "older_than_english", True, True, 2, MOMENT, "Ada"),
    TemplateCoverage("de", "missing", False, False, 0, None, None),
    TemplateCoverage("lb", "up_to_date", False, False, 1, MOMENT, None),
]
OWN_LANGUAGES = [
    OwnTemplateCoverage("en", ["subject"], True, 1, MOMENT, "Claire"),
    OwnTemplateCoverage("fr", [], False, 0, None, None),
]
DETAIL = TemplateDetail(*ABOUT, "en", SUBJECT, PREHEADER, BODY, 3, VARIABLES, LANGUAGES)
OWN_DETAIL = OwnTemplateDetail(*ABOUT, "en", SUBJECT, PREHEADER, BODY, 1, VARIABLES, ["subject"], OWN_LANGUAGES)
LIST = TemplateList([TemplateSummary(*ABOUT, LANGUAGES)])
OWN_LIST = OwnTemplateList([OwnTemplateSummary(*ABOUT, OWN_LANGUAGES)])
HTML = '<html><style>@media (prefers-color-scheme: dark) {}</style><body style="color: red"><a href="https://x">x</a></body>'
PREVIEW = TemplatePreview("Your Aurora card", "It is ready", HTML, "Hello\n\nBDFH", 16, False, 4300)
HISTORY = TemplateHistory(
    [
        TemplateVersionView(3, SUBJECT, PREHEADER, BODY, MOMENT, "Ada"),
        TemplateVersionView(2, SUBJECT, PREHEADER, "<h1>Hi</h1>\n<p>{{ card.code }}</p>", MOMENT, None),
    ]
)
OWN_HISTORY = TemplateHistory([TemplateVersionView(1, "Moien", None, None, MOMENT, "Claire")])
FAULTS = [
    {"pointer": "/body", "code": "unknown_variable", "detail": "No such variable.", "line": 2, "column": 4},
    {"pointer": "/subject", "code": "empty", "detail": "Write it.", "line": 1, "column": 1, "sample": "long_name"},
]


def address(audience: str, path: str = "") -> str:
    return f"/{audience}/email-templates/*/*{path}"
