"""Claim → Finding: three witnesses testify, one judge reads every table, a checklist combines them."""
