"""The league table: its figures, columns and pages."""
