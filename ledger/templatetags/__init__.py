"""What templates of the ledger may call. Must never: hold a rule."""
