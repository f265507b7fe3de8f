"""What waits for a person (待办): each kind of task is declared once, and all are counted at once."""
