"""How the shipped weights were made: run by hand, never by the program."""
