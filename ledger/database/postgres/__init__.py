"""Django's PostgreSQL backend, which starts the embedded server on the first connection."""
