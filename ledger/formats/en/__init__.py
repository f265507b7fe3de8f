"""Date formats of the English pages."""
