"""Spelling of the translations, by hunspell."""
