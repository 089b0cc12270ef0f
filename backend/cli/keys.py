"""`orion keys list` and `orion keys revoke`."""

import sys
from uuid import UUID

import msgspec
import rich_click as click
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.api_keys.actions import revoke_key
from backend.api_keys.key_secrets import read_secret
from backend.api_keys.models import ApiKey
from backend.api_keys.queries import list_keys
from backend.api_keys.schemas import ApiKeyDetail
from backend.cli.output import as_json_too, find_merchant_id, operator, print_json, with_services_or_refusal
from backend.core.clock import clock
from backend.core.origin import Origin
from backend.services import Services


@click.group()
def keys() -> None:
    """API keys of merchants."""


@keys.command("list")
@click.option("--merchant", "merchant_code", metavar="CODE", required=True, help="Whose keys.")
@as_json_too
def list_api_keys(merchant_code: str, as_json: bool) -> None:
    """The keys of a merchant, those that work first."""

    async def read(services: Services) -> list[ApiKeyDetail]:
        origin = _origin(await find_merchant_id(services, merchant_code))
        async with services.sessions.committing(origin.merchant_id) as session:
            return (await list_keys(session, origin)).data

    found = with_services_or_refusal(read)
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    for key in found:
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
        click.echo(f"{key.prefix:16} {key.state:8} {used:26} {key.name}")


@keys.command("revoke")
@click.argument("key")
@click.option("--merchant", "merchant_code", metavar="CODE", help="Whose key; not needed with a whole secret.")
def revoke_api_key(key: str, merchant_code: str | None) -> None:
    """Revoke a key: its next request is refused. KEY: a whole secret, or the letters of `keys list` with --merchant."""

    async def revoke(services: Services) -> str | None:
        claim = read_secret(key)
        merchant_id = claim.merchant_id if claim else await find_merchant_id(services, merchant_code)
        if merchant_id is None:
            return None
        origin = _origin(merchant_id)
        async with services.sessions.committing(merchant_id) as session:
            rows = await _named(session, origin, key, claim.hash if claim else None)
            for row in rows:
                await revoke_key(session, origin, row.id)
        return ", ".join(f"{row.prefix}… ({row.name})" for row in rows) or None

    revoked = with_services_or_refusal(revoke)
    if revoked is None:
        sys.exit("There is no such key. Give a whole secret, or the letters of `orion keys list` with --merchant.")
    click.echo(f"Revoked: {revoked}.")


async def _named(session: AsyncSession, origin: Origin, key: str, secret_hash: bytes | None) -> list[ApiKey]:
    """By its secret, also the previous one; or by the prefix."""
    by_secret = or_(ApiKey.secret_hash == secret_hash, ApiKey.previous_hash == secret_hash)
    is_meant = by_secret if secret_hash else ApiKey.prefix == key
    return list(await session.scalars(select(ApiKey).where(ApiKey.merchant_id == origin.merchant_id, is_meant)))


def _origin(merchant_id: UUID | None) -> Origin:
    assert merchant_id is not None, "the merchant was found"
    return Origin.at_command_line(merchant_id, operator(), clock.now())
