"""Run → page: one file per format."""
