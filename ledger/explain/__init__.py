"""How a figure comes about: its parts, a comparison of two tables, and what if."""
