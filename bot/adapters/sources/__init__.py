"""Sources: fetched once, cached, turned into passages, searched."""
