"""A quarter's end: checks, closing, reopening, proof and monthly reports."""
