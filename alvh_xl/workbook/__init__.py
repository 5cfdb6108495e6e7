"""What the trader opens: building, refreshing and exporting the morning workbook."""
