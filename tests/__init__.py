"""Tests; whoever imports one has `book` first, which spares each process a second's work at nbformat's import."""

import book  # noqa: F401
