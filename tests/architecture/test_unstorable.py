"""PostgreSQL stores no NUL: in whatever address or query it is sent, it is refused and no failure."""

import re

from tests.conftest import OpenShop
from tests.world.belongings import belongings_of
from tests.world.caller import Json, Promises
from tests.world.shop import hire_admin
from tests.world.till import AnonymousCaller

NUL = "a%00b"


async def test_a_nul_in_any_address_or_query_is_no_failure(
    opened: OpenShop, anonymous: AnonymousCaller, promises: Promises
) -> None:
    """From the document: every name in an address and every parameter of a query in turn."""
    shop = await opened()
    ada = await hire_admin(shop.services, anonymous, "Ada", "super_admin")
    belongings = await belongings_of(shop, ada)
    failed, asked = [], 0
    for method, path, operation in promises.operations:
        address, values = belongings.address(path), belongings.at(path)
        names = [name for name in re.findall(r"\{(\w+)\}", path) if not name.endswith("id")]
        queries = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
        body: Json | None = {} if "requestBody" in operation else None
        spoiled = [address.replace(values[name], NUL) for name in names]
        for told in [*spoiled, *(f"{address}?{name}={NUL}" for name in queries)]:
            answer = await (ada if "/admin/" in path else shop.claire).send(method, told, json=body)
            asked += 1
            if answer.status_code >= 500:
                failed.append((operation["operationId"], told))
    assert failed == []
    assert asked > 100
