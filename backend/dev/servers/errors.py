class EmbeddedServerError(Exception):
    """One sentence that says why the server did not start and what to do."""
