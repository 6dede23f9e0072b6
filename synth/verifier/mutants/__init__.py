"""Verified claims → wrong siblings: what a claim does not say in nearly its own words, one file for each way of being wrong."""
