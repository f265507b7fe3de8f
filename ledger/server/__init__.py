"""The web server, its health, logs and faults."""
