"""That a printed table cannot be read."""


class UnreadableTableError(Exception):
    """A printed table cannot be read; its text is the reason."""
