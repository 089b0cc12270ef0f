"""Finds out where each sentence shows, with pictures: `make strings`. `upload` takes them to Weblate."""
