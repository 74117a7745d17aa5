"""One module per command: load a snapshot, decide, apply."""
