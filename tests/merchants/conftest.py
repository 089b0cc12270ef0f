import pytest

from tests.conftest import SignIn
from tests.merchants.administration import MerchantDesk
from tests.world import PAUL


@pytest.fixture
async def paul(sign_in: SignIn) -> MerchantDesk:
    """A platform admin."""
    till = await sign_in(PAUL)
    return MerchantDesk(till.http, till._promises, till.token)
