"""Many counties side by side."""
