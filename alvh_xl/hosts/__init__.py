"""Where the functions run: one package for each host program."""
