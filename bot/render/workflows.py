"""The workflows of the product, from one source for this repository and for those that `swarm init` installs."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).with_name("workflows")
PINS = {
    "checkout": "actions/checkout@93cb6efe18208431cddfb8368fd83d5badbf9bfd # v5.0.1",
    "upload": "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0",
    "download": "actions/download-artifact@37930b1c2abaa49bbe596cd826c3c89aef350131 # v7.0.0",
}


def workflows(action: str) -> dict[str, str]:
    """Path and text of every workflow; `action` stands behind `uses:`, as in `./` or `OWNER/REPO@SHA # v1.0.0`."""
    texts = environment()
    return {
        f".github/workflows/{name.removesuffix('.j2')}": texts.get_template(name).render(PINS, action=action)
        for name in sorted(texts.list_templates())
    }


@cache
def environment() -> Environment:
    """Delimiters that mean nothing in YAML and nothing to GitHub, whose own `${{ }}` passes through untouched."""
    return Environment(  # noqa: S701
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        keep_trailing_newline=True,
    )
