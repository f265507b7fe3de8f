"""The embedded PostgreSQL, the three logins, and the replica that leaders read from."""
