"""How the shipped weights of the extractor were made."""
