"""Writing workbooks: cells, sheets and downloads."""
