"""Programs for those who work on this repository; `set_up.py` is what action.yml runs."""
