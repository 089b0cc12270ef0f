"""A day of two translators and a developer: one of them with Poedit, which writes as GNU does, one with Weblate."""

import subprocess
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import polib
import pytest
from click.testing import CliRunner, Result
from jinja2 import Environment, FileSystemLoader
from translate.storage import pypo

from i18n.catalogs.paths import catalog_path, catalog_paths
from i18n.cli import i18n
from i18n.jinja import install
from i18n.translator import Translator, compiled
from tests.deploy.tools import tool
from tests.i18n.conftest import Project

PAGE, PROBLEMS = "frontend/office/page.html", "backend/loyalty/cards/problems.py"
FR, DE = "i18n/fr/LC_MESSAGES/staff.po", "i18n/de/LC_MESSAGES/staff.po"
NEW, SAID, REPHRASED = "Is it yours?", "This card is not active", "This card isn’t active"


class Repository:
    """The project under git, with the commands that its people run."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.git("init", "-q", "-b", "main")
        self.commit("A complete project")

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=Zoé", "-c", "user.email=zoe@example.lu")
        command = ["git", *identity, *words]
        ended = subprocess.run(command, cwd=self.project.root, check=True, capture_output=True, text=True)
        return ended.stdout

    def commit(self, why: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", why)

    def orion(self, verb: str, *words: object) -> Result:
        return CliRunner().invoke(i18n, [verb, "--root", str(self.project.root), *map(str, words)])

    def kinds(self, *words: str) -> list[str]:
        return [line.split(": ")[1] for line in self.orion("check", *words).output.splitlines() if ": " in line]

    def page(self, language: str) -> str:
        translations = GNUTranslations(BytesIO(compiled(catalog_paths(language, self.project.root))))
        env = Environment(autoescape=True, loader=FileSystemLoader(self.project.root))
        install(env, Translator(language, translations))
        return env.get_template(PAGE).render(customer={"name": "Luc"}, points=3)


@pytest.fixture
def repository(project: Project) -> Repository:
    return Repository(project)


def save_with_poedit(path: Path, done: dict[str, str]) -> None:
    catalog = polib.pofile(str(path))
    for entry in catalog:
        if entry.msgid in done:
            entry.msgstr = done[entry.msgid]
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.previous_msgid = None
    catalog.metadata |= {
        "PO-Revision-Date": "2026-12-01 09:30+0100",
        "Last-Translator": "Zoé Weber <zoe@example.lu>",
        "Plural-Forms": "nplurals=2; plural=n > 1;",
        "X-Generator": "Poedit 3.4",
    }
    catalog.save(str(path))
    subprocess.run([tool("msgcat", "gettext"), path, "-o", path], check=True)


def save_with_weblate(path: Path, done: dict[str, str]) -> None:
    store = pypo.pofile.parsefile(str(path))  # type: ignore[no-untyped-call]
    for unit in store.units:
        if unit.source in done:
            unit.target = done[unit.source]
            unit.markfuzzy(False)
    store.updateheader(add=True, x_generator="Weblate 5.14", last_translator="Max <max@example.lu>")
    store.savefile(str(path))


def a_developer_adds_a_sentence_and_rephrases_another(repository: Repository) -> None:
    repository.project.replace(PAGE, "</body>", f"<p>{{{{ _('{NEW}') }}}}</p>\n</body>")
    repository.project.replace(PROBLEMS, SAID, REPHRASED)
    repository.orion("extract")
    repository.orion("update")


def test_from_a_new_and_a_changed_sentence_to_a_release(repository: Repository) -> None:
    project = repository.project
    a_developer_adds_a_sentence_and_rephrases_another(repository)
    assert repository.kinds() == []
    assert sorted(repository.kinds("--release")) == ["fuzzy"] * 3 + ["missing"] * 3
    assert NEW in repository.page("fr")
    repository.commit("The page asks whose it is")

    repository.git("switch", "-qc", "zoe")
    save_with_poedit(project.root / FR, {NEW: "C’est à vous ?", REPHRASED: "Cette carte n’est pas active"})
    [finding] = repository.orion("check").output.splitlines()[:-1]
    assert finding.startswith(f"{FR}:")
    assert "space" in finding
    repository.orion("normalize")
    assert repository.kinds() == []
    assert "C’est à vous\u202f?" in repository.page("fr")
    repository.commit("French")
    changed = repository.git("diff", "--numstat", "main", "--", FR).split()
    assert int(changed[0]) <= 6, "a review shows what the translator did, and nothing else"

    repository.git("switch", "-qc", "weblate", "main")
    save_with_weblate(project.root / DE, {NEW: "Ist das Ihres?", REPHRASED: "Diese Karte ist nicht aktiv"})
    assert repository.kinds() == []
    repository.commit("German, by Weblate")

    repository.git("switch", "-q", "main")
    project.replace(PAGE, "Add a stamp", "Add one stamp")
    repository.orion("extract")
    repository.orion("update")
    repository.commit("Another sentence, meanwhile")
    repository.git("merge", "-q", "zoe", "-m", "French")
    repository.git("merge", "-q", "weblate", "-m", "German")
    repository.orion("update")
    assert repository.kinds() == []
    assert sorted(repository.kinds("--release")) == ["fuzzy"] * 4 + ["missing"]
    french, german = project.read(FR), project.read(DE)
    assert "Last-Translator: Zoé Weber <zoe@example.lu>" in french
    assert "X-Generator: Weblate 5.14" in german
    assert 'msgstr "Diese Karte ist nicht aktiv"' in german


def test_a_translator_without_the_repository_hands_in_a_file(repository: Repository, tmp_path: Path) -> None:
    project = repository.project
    a_developer_adds_a_sentence_and_rephrases_another(repository)
    file = tmp_path / "zoe.po"
    file.write_text(project.read(FR), encoding="utf-8")
    save_with_poedit(
        file, {NEW: "C’est à vous ?", "All customers": "Tous les clients", "Add a stamp": "Ajouter un autre tampon"}
    )
    project.replace(
        FR, 'msgid "Add a stamp"\nmsgstr "Ajouter un tampon"', 'msgid "Add a stamp"\nmsgstr "Donner un tampon"'
    )
    project.replace(PAGE, "All customers", "All our customers")
    repository.orion("extract")
    repository.orion("update")
    assert repository.orion("import", "fr", file).output == (
        "translated otherwise here, kept: “Add a stamp”\nno longer said, left out: “All customers”\n1 taken\n"
    )
    assert 'msgstr "C’est à vous\u202f?"' in project.read(FR)
    assert repository.orion("import", "fr", file, "--overwrite").output.endswith("1 taken\n")
    assert 'msgstr "Ajouter un autre tampon"' in project.read(FR)


def test_a_file_in_another_language_is_not_taken_in(repository: Repository) -> None:
    before = repository.project.read(DE)
    refused = repository.orion("import", "de", repository.project.root / FR, "--overwrite")
    assert refused.exit_code == 1
    assert "its header says that it is in fr, not in de" in refused.output
    assert repository.project.read(DE) == before


def test_a_file_elsewhere_is_normalized_in_the_language_of_its_header(repository: Repository, tmp_path: Path) -> None:
    file = tmp_path / "zoe.po"
    file.write_text(repository.project.read(FR).replace("Ajouter un tampon", "Ajouter un tampon ?"), encoding="utf-8")
    assert repository.orion("normalize", file).output == f"{file}\n"
    assert "Ajouter un tampon\u202f?" in file.read_text(encoding="utf-8")


def test_what_is_broken_is_refused_with_its_file_and_line(repository: Repository) -> None:
    path = catalog_path("fr", "staff", repository.project.root)
    save_with_poedit(path, {"Hello <b>%(name)s</b>, here you are.": "Bonjour <b>%(nom)s</b>, voilà."})
    findings = repository.orion("check").output.splitlines()
    line = path.read_text(encoding="utf-8").split('msgid "Hello')[0].count("\n") + 1
    assert all(finding.startswith(f"{FR}:") for finding in findings[:-1])
    assert any(f":{line}:" in finding and "%(nom)s is not a value" in finding for finding in findings)
