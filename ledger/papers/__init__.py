"""The papers: settlement workbook and bulletin."""
