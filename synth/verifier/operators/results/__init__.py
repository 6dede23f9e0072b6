"""Claims on tables of results, clause by clause: who is compared with whom on what, and whether the cells bear it out."""
