"""What is the county's to set: its page, and the one place that changes it."""
