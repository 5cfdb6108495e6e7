"""One short module a sheet; each has `write(context)`."""
