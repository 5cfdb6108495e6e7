"""Excel on the desktop through xlwings: macro workbook and add-in, the cell functions and the morning's macros."""
