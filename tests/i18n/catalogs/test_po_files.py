from pathlib import Path

import pytest

from i18n.catalogs.po_files import PoFileError, canonical, read_po

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def written(folder: Path, content: bytes) -> Path:
    path = folder / "staff.po"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "staff.po: it is empty"),
        (b"\n\n", "staff.po: it is empty"),
        (HEADER.encode() + b'\nmsgid "a"\nmsgstr "\xe9t\xe9"\n', "staff.po: it is not in UTF-8"),
        (HEADER.encode() + b"\n<<<<<<< HEAD\n", "staff.po:5: this is not a line of a gettext file"),
        (HEADER.encode() + b'\nmsgid "a\nmsgstr "b"\n', "staff.po:5: this is not a line of a gettext file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PoFileError) as refused:
        read_po(written(tmp_path, content))
    assert str(refused.value) == reason


def test_a_file_of_windows_is_read_like_any_other(tmp_path: Path) -> None:
    content = f'{HEADER}\nmsgid "a"\nmsgstr "b"\n'
    plain = canonical(read_po(written(tmp_path, content.encode())))
    assert canonical(read_po(written(tmp_path, b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()))) == plain


def test_an_entry_is_on_the_line_of_its_english_sentence(tmp_path: Path) -> None:
    content = (
        HEADER + '\n# one\n#. two\n#: a.py:1\n#, fuzzy\nmsgctxt "c"\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr ""\n'
    )
    content += '\n#~ msgid "old"\n#~ msgstr "alt"\n'
    assert [entry.linenum for entry in read_po(written(tmp_path, content.encode())) if not entry.obsolete] == [10, 13]
