"""Normalized email addresses: the form in which addresses are compared, counted and limited."""

import re
import unicodedata

import idna

from backend.core.text_cleaning import clean_email

LETTERLIKE = re.compile("([\u2126\u212a\u212b])")
"""The signs for ohm, kelvin and ångström, which NFC would replace by the letters they resemble."""
LOCAL_MAX = 64
"""Characters before the @, RFC 5321."""
GMAIL = {"gmail.com", "googlemail.com"}
"""Both are one provider, which ignores dots before the @."""
PROTON = {"proton.me", "protonmail.com", "protonmail.ch", "pm.me"}
"""All are one provider, which ignores dots, hyphens and underscores before the @."""
IGNORED_BY_PROTON = str.maketrans("", "", ".-_")
FASTMAIL = re.compile(r"(?:.+\.)?(fastmail\.(?:com|fm|net|org|co\.uk|de|es|fr|in|jp|mx|nl|se|to|tw|uk|us))")
"""Mail to `shop@otto.fastmail.com` arrives at `otto@fastmail.com`."""
SHARED_DOMAINS = (
    {"gmail.com", "proton.me", "outlook.com", "outlook.fr", "outlook.de", "hotmail.com", "hotmail.fr", "hotmail.de"}
    | {"live.com", "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "yahoo.de", "icloud.com", "me.com", "mac.com"}
    | {"aol.com", "gmx.net", "gmx.de", "gmx.com", "gmx.fr", "gmx.lu", "web.de", "t-online.de", "freenet.de", "mail.com"}
    | {
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "laposte.net",
        "bbox.fr",
        "skynet.be",
        "telenet.be",
        "proximus.be",
    }
    | {
        "pt.lu",
        "vo.lu",
        "internet.lu",
        "tango.lu",
        "education.lu",
        "fastmail.com",
        "tutanota.com",
        "zoho.com",
        "qq.com",
    }
)
"""Domains of providers with many customers; behind any other domain all addresses may belong to one person."""
RESERVED_DOMAIN = re.compile(r"(.+\.)?(example|example\.(com|net|org)|test|invalid|localhost)")
"""RFC 2606: no mailboxes exist there."""


def can_be_mailed(text: str) -> bool:
    """Whether the address has a local part of valid length and a domain that is valid in DNS."""
    local, _, domain = normalize_email(text).rpartition("@")
    try:
        idna.encode(domain)
    except (idna.IDNAError, UnicodeError):
        return False
    return 0 < len(local) <= LOCAL_MAX and not domain.rpartition(".")[2].isdecimal()


def normalize_email(text: str) -> str:
    """NFC, lower case, the domain in its ASCII form. Letters that only look alike stay different: `ß` is not `ss`.

    The result can be longer than the address.
    """
    parts = LETTERLIKE.split(clean_email(text))
    folded = "".join(
        part if LETTERLIKE.fullmatch(part) else unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).lower())
        for part in parts
    )
    local, at, domain = folded.rpartition("@")
    return f"{local}{at}{_a_label(domain)}"


def mailbox_of(email_norm: str) -> str:
    """The mailbox of an address, for limits and withdrawals of consent: large providers deliver `otto+1@` and `otto+2@`
    to one mailbox.

    Never identify a person by it: at other providers these may be two people.
    """
    local, at, domain = email_norm.rpartition("@")
    domain = domain.rstrip(".")
    if (fastmail := FASTMAIL.fullmatch(domain)) and domain != fastmail[1]:
        local, domain = domain.removesuffix(f".{fastmail[1]}").rpartition(".")[2], fastmail[1]
    mailbox = local.partition("+")[0] or local
    if domain in GMAIL:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    elif domain in PROTON:
        mailbox, domain = mailbox.translate(IGNORED_BY_PROTON) or mailbox, "proton.me"
    return f"{mailbox}{at}{domain}"


def is_shared_domain(domain: str) -> bool:
    """Whether no single person can get the mail of all addresses of this normalized domain."""
    return domain in SHARED_DOMAINS or RESERVED_DOMAIN.fullmatch(domain) is not None


def _a_label(domain: str) -> str:
    """The domain in ASCII; unchanged when it is not valid IDNA."""
    try:
        return idna.encode(domain).decode()
    except (idna.IDNAError, UnicodeError):
        return domain
