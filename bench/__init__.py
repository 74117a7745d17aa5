"""The measurements: each one command, all of them with `make bench`."""
