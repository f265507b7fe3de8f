"""Importing workbooks: from an unknown file to recorded units, targets, projects, receipts.

The steps: ``reading`` (a child process extracts plain cells) -> ``tables`` (finds sheets and
headings) -> ``cells`` (parses a cell or gives a sentence) -> ``plan`` (each row is new, changed,
unchanged or refused) -> ``preview`` (the league table afterwards) -> ``commit`` (one transaction).
``uploads`` stores what is needed between two pages. Nothing is written to the accounts before
``commit``, no cell's meaning is guessed, and no file is opened in the server's process.
"""
