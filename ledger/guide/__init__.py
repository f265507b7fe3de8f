"""Handbook, glossary and the help of a page; the texts are data."""
