from collections.abc import Awaitable, Callable

import pytest

from tests.merchants.administration import MerchantDesk
from tests.world import PAUL, Colleague
from tests.world.till import Till


@pytest.fixture
async def paul(sign_in: Callable[[Colleague], Awaitable[Till]]) -> MerchantDesk:
    """A platform admin."""
    till = await sign_in(PAUL)
    return MerchantDesk(till.http, till._promises, till.token)
