"""The end of a quarter: checks, closing, reopening, proof and monthly reports."""
