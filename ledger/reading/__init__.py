"""Reads an uploaded workbook: sheets, headings, cells and units of money."""
