"""How the projects signed in a year get on, unit by unit."""
