"""What all rooms stand on: money, text, markup."""
