"""How files that we commit are written."""

from pydantic import BaseModel
from pydantic_core import to_json


def json_bytes(value: object) -> bytes:
    """JSON as all our files have it: indented, keys in the models' order, with a final newline."""
    return to_json(value, indent=2) + b"\n"


def model_bytes(model: BaseModel) -> bytes:
    """The same of a value of ours."""
    return model.model_dump_json(indent=2).encode() + b"\n"
