"""The linter of templates sees what it is there for, and a commit is checked by the same commands as `make lint`."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FAULTS = f"""\
{{% block main %}}
<section><div></section>
<p class="hint" class="small">…</p>
<img src="/card.png">
<form method="post"><button>…</button></form>
<p>{"é" * 154}</p>
<p>{{% trans %}}One.{{% endtrans %}}
  {{% if more %}}{{% trans %}}Two.{{% endtrans %}}{{% endif %}}</p>
"""
CLEAN = f"""\
{{% block main %}}
<form method="post" hx-post="/till">{{{{ ui.csrf(csrf_token) }}}}<button type="submit">…</button></form>
<p>{{% trans count=points %}}{{{{ count }}}} point{{% pluralize %}}{{{{ count }}}} points{{% endtrans %}}</p>
<p>{"é" * 153}</p>
<p>{{% trans %}}One.{{% endtrans +%}}
  {{% if more %}}{{% trans %}}Two.{{% endtrans %}}{{% endif %}}</p>
{{% endblock %}}
"""


def linted(template: str) -> tuple[int, list[str]]:
    """The exit code and the codes found in a template that is not in the tree."""
    command = [sys.executable, "-m", "djlint", "--quiet", "--stdin-filename", "frontend/office/page.html", "-"]
    done = subprocess.run(command, cwd=ROOT, input=template, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, sorted(re.findall(r" ([A-Z]\d{3}) ", done.stdout))


def test_faults_in_a_template_are_found() -> None:
    """An unclosed block and tag, a repeated attribute, a missing alt and type, 161 columns, a missing space."""
    assert linted(FAULTS) == (1, ["H013", "H025", "H037", "H043", "O160", "O161", "T038"])


def test_a_template_of_160_columns_without_faults_passes() -> None:
    assert linted(CLEAN) == (0, [])


def test_a_commit_is_checked_by_the_targets_of_make_lint() -> None:
    (targets,) = re.findall(r"^LINTS = (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    config: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (local,) = config["repos"]
    assert {(local["repo"], hook["entry"]) for hook in local["hooks"]} == {
        ("local", f"make {target}") for target in targets.split()
    }
