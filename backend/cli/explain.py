"""`orion explain`: the story of one thing."""

import rich_click as click

from backend.cli.explain_card import explain_card
from backend.cli.explain_mail import explain_mail
from backend.cli.explain_pass import explain_pass
from backend.cli.explain_transaction import explain_transaction
from backend.cli.explain_user import explain_user
from backend.cli.explain_webhook import explain_webhook


@click.group()
def explain() -> None:
    """Why something is as it is."""


for verb in (explain_card, explain_mail, explain_pass, explain_transaction, explain_user, explain_webhook):
    explain.add_command(verb)
