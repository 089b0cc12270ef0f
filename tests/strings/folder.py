"""Where a run leaves what it has found. Nothing of it is committed but the map."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "i18n" / "strings.json"
OUT = ROOT / ".orion" / "strings"
PICTURES = OUT / "pictures"
RECORDED = OUT / "recorded"
"""Pages that tests of the frontend got, with marks; one file for each process."""
ROOM = OUT / "room"
FOUND = OUT / "found"
"""One file for each walk."""
