"""What to do when somebody else has saved a reward while its form was open."""

from backend.loyalty.rewards.schemas import RewardDetail
from frontend.kit.forms import Form
from frontend.office.rewards.form import Values, form_field, form_of, is_stock_untouched, values_of
from i18n.locales import LANGUAGES


def stored_differences(form: Form, current: RewardDetail, language: str) -> dict[str, str]:
    """By field: the text of what is stored now, where the form means something else. The form must be valid."""
    stored = form_of(current, language)
    meant, kept = _by_field(form, language), _by_field(stored, language)
    if is_stock_untouched(form):
        del meant["stock"]
    return {field: stored.text(field) for field, value in meant.items() if value != kept[field]}


def renew(form: Form, current: RewardDetail, language: str) -> None:
    """What was entered, as a change of the present version."""
    stock = form_of(current, language).text("stock")
    if is_stock_untouched(form):
        form.fields["stock"] = stock
    form.fields |= {"version": str(current.version), "stock_seen": stock}


def _by_field(form: Form, language: str) -> Values:
    """What is entered, in one canonical form."""
    values = values_of(form, language) | {"store_ids": set(form.many("store_ids"))}
    texts = {kind: values.pop(kind) for kind in ("name", "description")}
    by_language = {f"{kind}_{code}": texts[kind].get(code) for kind in texts for code in LANGUAGES}
    return by_language | {form_field(name): value for name, value in values.items()}
