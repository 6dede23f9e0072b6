"""The laboratory: token reduction in vision transformers, measured under one protocol. A specification goes in, records come out."""
