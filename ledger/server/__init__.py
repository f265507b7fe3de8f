"""What runs the program: worker processes, their supervisor, and how they stop."""
