"""What the numbers mean: numpy in, arrays or dataclasses out. Knows no spreadsheet, no network, no clock."""
