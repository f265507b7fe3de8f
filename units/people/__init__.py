"""People, regions and keys for programs."""
