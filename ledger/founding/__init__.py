"""Founding a county (新县建账): from an empty database to the first sign-in.

Starts with the code printed on the terminal and ends with the printed password slips. It cannot run
once a county exists, and stores passwords only as hashes.
"""
