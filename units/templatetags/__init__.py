"""What templates of all three apps may call. Must never: hold a rule."""
