"""Many questions in one workspace: each is a run of its own in a process of its own, here or on a Ray cluster."""
