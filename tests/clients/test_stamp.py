from tests.clients.__main__ import STEPS
from tests.clients.stamp import STAMP, inputs
from tests.stamps import Stamp, read_stamp


def test_what_the_document_says_now_has_been_linted_and_compiled_in_three_languages() -> None:
    """`make clients` does it: minutes and some hundred megabytes, so not each time the tests run."""
    assert read_stamp(STAMP) == Stamp(inputs(), list(STEPS))
