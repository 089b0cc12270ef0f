"""One Jinja environment per language. Missing values raise, all values are escaped."""

from functools import cached_property
from pathlib import Path
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from frontend.kit.assets import Assets
from frontend.kit.qr import qr
from i18n.jinja import install
from i18n.locales import LANGUAGE_NAMES
from i18n.translator import get_translator

FOLDER = Path(__file__).parent.parent
COMPONENTS = {
    "ui": "components/ui.html",
    "passes": "components/pass.html",
    "lists": "components/lists.html",
    "changes": "components/changes.html",
    "people": "components/people.html",
}


class Templates:
    def __init__(self, assets: Assets, *, reload: bool) -> None:
        self._assets = assets
        self._reload = reload
        self._environments: dict[str, Environment] = {}

    def render(self, language: str, template: str, values: dict[str, object]) -> str:
        return self._environment(language).get_template(template).render(values)

    @cached_property
    def _loader(self) -> FileSystemLoader:
        return FileSystemLoader(FOLDER)

    def _environment(self, language: str) -> Environment:
        if language not in self._environments:
            self._environments[language] = self._build(language)
        return self._environments[language]

    def _build(self, language: str) -> Environment:
        env = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=self._reload,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        install(env, get_translator(language))
        env.globals.update(asset=self._assets.url, new_key=lambda: str(uuid4()), qr=qr, language_names=LANGUAGE_NAMES)
        env.filters["code"] = in_groups
        for name, template in COMPONENTS.items():
            env.globals[name] = env.get_template(template).module
        return env


def in_groups(code: str) -> str:
    """`BDFHKLNPRSTVXGCJ` → `BDFH KLNP RSTV XGCJ`, as on printed cards."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
