from tests.install.combinations import COMBINATIONS, STAMP, inputs
from tests.stamps import Stamp, read_stamp


def test_what_is_locked_now_has_been_installed_with_every_pip_and_with_uv() -> None:
    """`make install-check` does it: minutes and some hundred megabytes, so not each time the tests run."""
    assert read_stamp(STAMP) == Stamp(inputs(), COMBINATIONS)
