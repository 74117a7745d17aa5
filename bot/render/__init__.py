"""Documents, comments and prompts, rendered from values."""
