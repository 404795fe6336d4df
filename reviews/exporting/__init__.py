"""A round written as the results tool: as a page and PDF, as a Word file, as a workbook."""
