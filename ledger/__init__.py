"""Money, and everything computed from it; also the Django project package."""
