"""How a link of a page opens the developer's editor: `orion translate --editor` tells the frontend."""

EDITOR = "TRANSLATE_EDITOR"
"""A variable of the environment."""
EDITOR_LINK = "vscode://file{path}:{line}"
