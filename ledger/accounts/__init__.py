"""What people look up: a unit's account, a project, lists, search and calendar."""
