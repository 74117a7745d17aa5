"""How files that we commit are written."""

import json


def json_bytes(value: object) -> bytes:
    """JSON as all our files have it: indented, keys in the models' order, with a final newline."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
