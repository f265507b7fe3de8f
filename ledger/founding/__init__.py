"""Founding the accounts of a new county (新县建账): from an empty database to the first sign-in.

Owns: everything between the code printed on the terminal and the printed password slips. Must never:
run once the database holds a county, or keep a password in any form but its hash.
"""
