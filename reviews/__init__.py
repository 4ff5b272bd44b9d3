"""Review folders that ship with the program."""
