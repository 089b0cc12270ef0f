"""`orion doctor --notify`: emails what blocks, past the queue, and calls the dead man's switch while nothing does."""

import asyncio
import os
from collections.abc import Container, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
import rich_click as click

from backend.cli.output import LANGUAGE
from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, send_request
from backend.core.platform_settings import decode_platform, given_platform_values
from backend.core.settings import Settings, required
from backend.core.startup import StartRefused
from backend.messaging.delivery import open_delivery
from backend.messaging.faults import FAULTS
from backend.messaging.providers.ports import DeliveryFailed, OutgoingMail
from backend.operations.readiness.actions import open_probe, platform_board
from backend.operations.readiness.alarms import AlarmNotice, Blocker, read_told, write_told
from backend.operations.readiness.board import OF_A_COMMAND
from backend.services import open_services
from environment.values import parts_of

MEMORY = "alarms.json"
PAGE = "/admin/readiness"
DATABASE = "PostgreSQL"
LOOK_AT_DATABASE = "Look whether it runs, and whether its disk has room. Until it is back nothing can be booked."
NOBODY = "Nobody is emailed what blocks: ORION_ALARM_EMAILS is empty."
SWITCH_SECONDS = 10.0
WELL = {"ok", "warning"}


async def watch(loaded: Settings, *, every: float | None) -> bool:
    """Looks once, or every so many seconds without an end. Whether nothing blocks and everything could be told."""
    required(loaded, "database_url", "redis_url", "secret_keys")
    if not parts_of(loaded.alarm_emails):
        click.echo(NOBODY, err=True)
    while True:
        is_well = await _look_and_tell(loaded)
        if every is None:
            return is_well
        await asyncio.sleep(every)


async def _look_and_tell(loaded: Settings) -> bool:
    seen = await _look(loaded)
    blockers = seen.blockers
    for blocker in blockers:
        click.echo("\n".join(blocker.lines()))
    is_told = await _tell(loaded, seen)
    is_called = not seen.is_well or await _call_the_switch(loaded.alive_url)
    return not blockers and is_told and is_called


class _Seen(NamedTuple):
    blockers: Sequence[Blocker]
    well: Container[str]
    """Titles of what was seen to work."""
    is_well: bool
    """Nothing blocks, and every check has ended."""
    email: MailSettings
    """While the database is away, those of the environment."""


async def _look(loaded: Settings) -> _Seen:
    try:
        async with open_services(loaded) as services:
            board = await platform_board(open_probe(services, services.live), LANGUAGE, OF_A_COMMAND)
            blockers = [Blocker.of(row) for row in board.rows if row.state == "blocks"]
            well = {row.title for row in board.rows if row.state in WELL}
            if services.live.is_read:
                well.add(DATABASE)
            is_well = all(row.state in WELL for row in board.rows)
            return _Seen(blockers, well, is_well, services.live.current.email)
    except StartRefused as refusal:
        platform = decode_platform(given_platform_values(os.environ), is_production=loaded.is_production)
        return _Seen([Blocker(DATABASE, str(refusal), LOOK_AT_DATABASE)], set(), is_well=False, email=platform.email)


async def _tell(loaded: Settings, seen: _Seen) -> bool:
    """Remembered as told when one recipient's email was handed over."""
    memory, now, board_url = Path(loaded.data_dir) / MEMORY, clock.now(), loaded.public_url.rstrip("/") + PAGE
    told = read_told(memory)
    notice = AlarmNotice.of(seen.blockers, seen.well, told, now)
    recipients = parts_of(loaded.alarm_emails)
    if notice.is_empty or not recipients:
        return True
    if loaded.is_production and seen.email.email_provider == "console":
        click.echo("Nobody could be told: no email settings are known here.", err=True)
        return False
    taken = await _send([notice.mail(recipient, board_url, now) for recipient in recipients], seen.email)
    if taken:
        write_told(memory, notice.told(told, now))
    return taken == len(recipients)


async def _send(mails: Sequence[OutgoingMail], settings: MailSettings) -> int:
    """How many were handed over."""
    delivery, taken = open_delivery(settings), 0
    try:
        for mail in mails:
            try:
                await delivery.send(mail)
                taken += 1
            except DeliveryFailed as failure:
                said = failure.fault.reply or FAULTS[failure.fault.code].sentence
                click.echo(f"{mail.recipient} could not be told ({failure.fault.code}): {said}", err=True)
    finally:
        await delivery.close()
    return taken


async def _call_the_switch(url: str) -> bool:
    """Its address is a secret, and is never printed."""
    if not url:
        return True
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=SWITCH_SECONDS) as http:
            (await send_request(http, "GET", url, seconds=SWITCH_SECONDS, is_cut=True)).successful()
    except CallFailed as failure:
        click.echo(f"The dead man's switch could not be called: {failure.reason}", err=True)
        return False
    return True
