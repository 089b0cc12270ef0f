"""Writes the glossary as TBX-Basic (ISO 30042), which Weblate and other translation tools import."""

from xml.etree import ElementTree as ET

from i18n.glossary.terms import GlossaryTerm, glossary_terms
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE

DOCTYPE = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">\n'
CONSTRAINTS = "TBXBasicXCSV02.xcs"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
PREFERRED, ADMITTED = "preferredTerm-admn-sts", "admittedTerm-admn-sts"


def tbx() -> str:
    """One concept for each term; the first word of a language is the preferred one."""
    root = ET.Element("martif", {"type": "TBX-Basic", XML_LANGUAGE: SOURCE_LANGUAGE})
    _add_header(root)
    body = ET.SubElement(ET.SubElement(root, "text"), "body")
    for number, term in enumerate(glossary_terms(), start=1):
        _add_concept(body, f"orion-{number}", term)
    ET.indent(root)
    return f"{DOCTYPE}{ET.tostring(root, encoding='unicode')}\n"


def _add_header(root: ET.Element) -> None:
    header = ET.SubElement(root, "martifHeader")
    description = ET.SubElement(header, "fileDesc")
    ET.SubElement(ET.SubElement(description, "titleStmt"), "title").text = "The words of Orion"
    ET.SubElement(ET.SubElement(description, "sourceDesc"), "p").text = "docs/glossary.md"
    ET.SubElement(ET.SubElement(header, "encodingDesc"), "p", {"type": "XCSURI"}).text = CONSTRAINTS


def _add_concept(body: ET.Element, number: str, term: GlossaryTerm) -> None:
    concept = ET.SubElement(body, "termEntry", {"id": number})
    if term.definition:
        ET.SubElement(concept, "descrip", {"type": "definition"}).text = term.definition
    for language in LANGUAGES:
        words = (term.english,) if language == SOURCE_LANGUAGE else term.words.get(language, ())
        if words:
            langset = ET.SubElement(concept, "langSet", {XML_LANGUAGE: language})
            for word in words:
                _add_word(langset, word, PREFERRED if word == words[0] else ADMITTED)


def _add_word(langset: ET.Element, word: str, status: str) -> None:
    group = ET.SubElement(langset, "tig")
    ET.SubElement(group, "term").text = word
    ET.SubElement(group, "termNote", {"type": "administrativeStatus"}).text = status
