"""The league table: what it is made of, its columns, its pages."""
