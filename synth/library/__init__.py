"""Built-in reading notes on papers about efficient vision transformers; they work with no network and are not the papers."""
