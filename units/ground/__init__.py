"""What everything stands on: money, text, refusals and files."""
