"""Workbooks in: from a file of unknown making to deeds of the accounts.

The way of a file: ``reading`` (a child process makes plain cells of it) -> ``layout`` (which sheet is
which, where its headings are) -> ``cells`` (a cell becomes a value or a sentence) -> ``plan`` (each row
is new, changed, unchanged or refused against the accounts) -> ``preview`` (the league table
afterwards) -> ``commit`` (the deeds, in one transaction). ``desk`` keeps what lies between two pages.
Must never: write anything before ``commit``, guess what a cell meant, or let a file into the process
of the server.
"""
