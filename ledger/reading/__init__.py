"""What a handed-in workbook says: sheets, headings, cells and units of money."""
