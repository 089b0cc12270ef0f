"""The collection for Postman and Bruno, made of the API's document."""

from tests.clients.tools import DOCUMENT, HERE, NODE, ROOT, run

COLLECTION = ROOT / "docs" / "orion.postman_collection.json"


def make_collection() -> None:
    run(NODE, HERE / "collection.js", DOCUMENT, COLLECTION)
