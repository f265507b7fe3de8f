"""How a figure comes about: its parts, two tables beside each other, and what if."""
