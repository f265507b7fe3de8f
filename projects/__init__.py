"""What was signed, and who gets the credit. Imports units, never ledger."""
