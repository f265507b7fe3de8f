"""The year's score (考核): schemes as data, the points of every unit, and how each comes about."""
