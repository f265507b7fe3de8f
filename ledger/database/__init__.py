"""The embedded PostgreSQL, the three database logins, and the read replica for leaders."""
