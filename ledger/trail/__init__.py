"""The trail: what was done, in words."""
