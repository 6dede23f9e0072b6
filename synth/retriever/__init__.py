"""Question → Papers: searched in every source, merged, ranked against the question, fetched."""
