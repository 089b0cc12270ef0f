"""Sets up a Jinja environment for one language."""

import datetime as dt
from collections.abc import Callable

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from i18n.bidi import isolated
from i18n.formatting import TIME_ZONE, DateStyle, Formatter, get_formatter
from i18n.locales import html_language
from i18n.translator import Translator


def install(env: Environment, translator: Translator) -> None:
    """Needs one environment per language: translations belong to the environment, not to the request.

    Adds `{% trans %}`, `_()`, `pgettext()` and the filters number, points, percent, money, date, last_day, month, time,
    datetime and listing. Filters for times read the zone from `time_zone` in the template's context.
    """
    env.policies["ext.i18n.trimmed"] = True
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translator.gettext,
        translator.ngettext,
        newstyle=True,
        pgettext=translator.pgettext,
        npgettext=translator.npgettext,
    )
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        env.globals[name] = _isolating(env.globals[name])  # type: ignore[arg-type]
    env.globals.update(language=translator.language, html_language=html_language(translator.language))
    _install_filters(env, translator.language)


def _isolating(translate: Callable[..., str]) -> Callable[..., str]:
    """The environment interpolates the values itself."""

    @pass_context
    def translated(context: Context, *args: object, **values: object) -> str:
        return translate(context, *args, **{name: isolated(value) for name, value in values.items()})

    return translated


def _install_filters(env: Environment, language: str) -> None:
    plain = get_formatter(language)

    def zoned(context: Context) -> Formatter:
        return get_formatter(language, context.get("time_zone") or TIME_ZONE)

    @pass_context
    def date(context: Context, value: dt.date, style: DateStyle = "long") -> str:
        return zoned(context).date(value, style)

    @pass_context
    def last_day(context: Context, value: dt.datetime, style: DateStyle = "long") -> str:
        return zoned(context).last_day(value, style)

    @pass_context
    def time(context: Context, value: dt.datetime) -> str:
        return zoned(context).time(value)

    @pass_context
    def datetime(context: Context, value: dt.datetime, style: DateStyle = "long") -> str:
        return zoned(context).datetime(value, style)

    env.filters.update(
        number=plain.number,
        points=plain.points,
        percent=plain.percent,
        money=plain.money,
        month=plain.month,
        listing=plain.listing,
        date=date,
        last_day=last_day,
        time=time,
        datetime=datetime,
    )
