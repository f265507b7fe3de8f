"""Date formats where Django's defaults are not the official ones."""
