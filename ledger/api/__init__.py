"""The data interface (/api/v1/): read-only JSON for other systems, with its own description.

Owns: how a program asks, pages and is refused. Must never: write to the accounts, compute a figure,
or show a field that the description does not name.
"""
