"""Runs the program: worker processes and their supervisor."""
