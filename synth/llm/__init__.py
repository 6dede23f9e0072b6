"""What a language model adds where one is asked for: hypotheses that the grammar misses, and the account of its use."""
