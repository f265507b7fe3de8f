"""What all rooms stand on: money, text, refusals and files."""
