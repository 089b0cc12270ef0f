"""The receivers of the documentation, run as they are."""

import sys

from backend.webhooks.signatures import new_secret
from tests.doubles.webhook_receiver import EXAMPLE
from tests.webhooks.receivers import check, listening


async def test_the_example_takes_ours_and_refuses_what_is_forged_or_old() -> None:
    secret = new_secret()
    async with listening(secret, sys.executable, str(EXAMPLE)) as url:
        await check(secret, url)
