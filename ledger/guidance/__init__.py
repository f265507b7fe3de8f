"""What helps people on the spot: a word about each page, and the handbook of each role.

Must never: decide anything, or be needed for a page to work.
"""
