"""Handbook, glossary and the help on each page. The texts are files in docs/guide."""
