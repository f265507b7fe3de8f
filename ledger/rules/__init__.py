"""The rules that decide a figure, as pure functions on the standard library."""
