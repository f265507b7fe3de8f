"""Who is measured, and who may act for them. Imports neither projects nor ledger."""
