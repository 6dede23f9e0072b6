"""Document → Claims: checkable sentences, each with its quote and its Hypothesis or the reason why it has none."""
