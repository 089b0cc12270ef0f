"""Our archives, read by the standard library and by unzip's rules."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from backend.wallets.apple.archive import zip_files

names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40).map("{}.png".format)


@given(st.dictionaries(names, st.binary(max_size=5000), max_size=12))
def test_every_archive_is_read_as_it_was_written(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_files(files))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert list(files) == archive.namelist()


def test_an_archive_says_what_the_standard_librarys_says() -> None:
    expected = io.BytesIO()
    with zipfile.ZipFile(expected, "w") as archive:
        archive.writestr(zipfile.ZipInfo("pass.json", (1980, 1, 1, 0, 0, 0)), b"{}")
    with zipfile.ZipFile(expected) as theirs, zipfile.ZipFile(io.BytesIO(zip_files({"pass.json": b"{}"}))) as ours:
        (one,), (other,) = theirs.infolist(), ours.infolist()
    for fact in ("filename", "date_time", "compress_type", "flag_bits", "CRC", "file_size", "extract_version", "extra"):
        assert getattr(one, fact) == getattr(other, fact), fact
