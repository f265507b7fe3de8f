"""The league table, from the sums of entries to the page."""
