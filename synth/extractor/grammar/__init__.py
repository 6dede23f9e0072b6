"""The readers of the grammar, one file for each family of kinds; each turns a scene into statements, a refusal, or nothing."""
