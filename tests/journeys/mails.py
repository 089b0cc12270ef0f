"""What a person clicks in an email."""

import re
from email.message import EmailMessage

from tests.doubles.smtp import text_of


def link_in(page: str, mail: EmailMessage) -> str:
    """The address of this kind of page, which is the first part of its path."""
    found = re.search(rf"http://\S+/{page}/\S+", text_of(mail))
    assert found, text_of(mail)
    return found[0]
