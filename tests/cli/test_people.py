"""`orion users`: who works here, and who is invited."""

import json

import pytest

from backend.services import Services
from tests.cli.conftest import Orion
from tests.world import ADA
from tests.world.invitations import accept, mailed_token, new_email
from tests.world.till import AnonymousCaller


async def test_the_list_has_administrators_or_the_people_of_a_merchant(orion: Orion) -> None:
    listed = await orion("users", "list")
    assert listed.exit_code == 0
    assert f"{ADA.email:40} super_admin" in listed.output
    assert "anna@fashion.example" not in listed.output
    people = json.loads((await orion("users", "list", "--merchant", "fashion-group", "--json")).output)
    assert {(row["email"], row["role"]) for row in people} == {
        ("anna@fashion.example", "store_member"),
        ("luc@fashion.example", "store_member"),
        ("owner@fashion.example", "merchant_owner"),
    }
    unknown = await orion("users", "list", "--merchant", "nobody")
    assert (unknown.exit_code, unknown.output) == (1, "There is no such merchant\n")


async def test_an_administrator_is_invited_from_a_terminal(
    orion: Orion, services: Services, anonymous: AnonymousCaller
) -> None:
    email = new_email()
    invited = await orion("users", "invite", email, "--role", "super_admin")
    assert (invited.exit_code, invited.output.startswith(f"{email} is invited until ")) == (0, True)
    assert (await accept(anonymous, await mailed_token(services, email)))["merchant"] is None
    listed = json.loads((await orion("users", "list", "--json")).output)
    assert {row["role"] for row in listed if row["email"] == email} == {"super_admin"}
    again = await orion("users", "invite", email)
    assert (again.exit_code, again.output) == (1, "They work here already\n")


@pytest.mark.parametrize("email", ["nobody", "a@b@c"])
async def test_what_is_no_address_is_not_invited(orion: Orion, email: str) -> None:
    result = await orion("users", "invite", email)
    assert (result.exit_code, result.output) == (1, f"{email} is not an email address.\n")
