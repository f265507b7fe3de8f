"""What was signed, and who has the credit. Imports units, never ledger."""
