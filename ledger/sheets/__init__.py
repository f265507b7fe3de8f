"""What workbooks are made of."""
