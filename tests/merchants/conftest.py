import pytest

from tests.conftest import SignIn
from tests.merchants.administration import MerchantAdmin
from tests.world import PAUL


@pytest.fixture
async def paul(sign_in: SignIn) -> MerchantAdmin:
    """A platform admin."""
    till = await sign_in(PAUL)
    return MerchantAdmin(till.http, till._promises, till.token)
