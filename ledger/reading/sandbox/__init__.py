"""The child process that opens files of strangers: imports the standard library and calamine only."""
