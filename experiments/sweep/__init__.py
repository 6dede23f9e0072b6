"""Many cells, measured by many processes: chunks of a specification, done by an executor, gathered in one ledger."""
