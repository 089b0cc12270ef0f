"""`orion templates`: brings the texts of emails into the database, and checks them."""

import sys
from dataclasses import asdict

import rich_click as click

from backend.audit.actions import record_platform_change
from backend.cli.output import DONE, FAILED, as_json_too, at_command_line, print_json, with_services
from backend.core.clock import clock
from backend.messaging.template_editing.health import TextProblem, check_templates
from backend.messaging.template_editing.seeding import SeedReport, seed_templates
from backend.messaging.templates.catalog import TEMPLATES
from backend.services import Services
from i18n.locales import LANGUAGES


@click.group()
def templates() -> None:
    """Texts of emails."""


@templates.command("seed")
@as_json_too
def seed(as_json: bool) -> None:
    """Store the texts that this version of Orion brings. Texts that somebody has edited are kept."""

    async def run(services: Services) -> SeedReport:
        async with services.sessions.committing() as session:
            stored = await seed_templates(session, clock.now())
            counts = {"added": len(stored.added), "updated": len(stored.updated)}
            if any(counts.values()):
                origin = at_command_line()
                record_platform_change(
                    session, origin, "email_template.seeded", subject="email_templates", after=counts
                )
            return stored

    report = with_services(run)
    if as_json:
        print_json(asdict(report))
        return
    click.echo(f"{len(report.added)} added, {len(report.updated)} updated, {report.unchanged} unchanged.")
    for code, language in report.kept:
        click.echo(f"{code}/{language} was edited and is kept; a newer text exists.")


@templates.command("check")
@as_json_too
def check(as_json: bool) -> None:
    """Check that each text is stored in every language and can be sent. Exit 1 when one is not."""

    async def run(services: Services) -> list[TextProblem]:
        async with services.sessions.committing() as session:
            return await check_templates(session)

    problems, total = with_services(run), len(TEMPLATES) * len(LANGUAGES)
    if as_json:
        print_json({"texts": total, "problems": [asdict(problem) for problem in problems]})
    else:
        click.echo(f"{total - len(problems)} of {total} texts are stored and can be sent.")
        for problem in problems:
            click.echo(f"{problem.code}/{problem.language}: {', '.join([problem.problem, *problem.details])}")
    sys.exit(FAILED if problems else DONE)
