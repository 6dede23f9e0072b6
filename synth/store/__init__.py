"""The only code that touches disk or network: blobs by digest, one SQLite index, polite HTTP, embeddings."""
