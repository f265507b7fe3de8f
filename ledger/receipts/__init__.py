"""The queue of receipts, their form, and verification."""
