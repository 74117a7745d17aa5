"""`new`: a mission file from a template."""

import re
from pathlib import Path

from bot.commands.outcome import Outcome
from bot.core.ids import ID_PATTERN
from bot.errors import InvalidInput, Refused


def new(template: str, destination: Path | None, templates: Path) -> Outcome:
    """Writes the template to `destination` (a file or an existing folder; `missions/TEMPLATE.yml` without one).

    Raises InvalidInput for an unknown template, naming the known ones, and Refused when the file is there already.
    """
    content = _content(template, templates)
    target = destination or Path("missions") / f"{template}.yml"
    try:
        if target.is_dir():
            target /= f"{template}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise Refused(f"{target} is there already", "name another file; nothing is overwritten") from error
    except OSError as error:
        raise Refused(f"{target} cannot be written ({error.strerror})", "name another place") from error
    text = f"wrote {target}\nnext: edit it, then `swarm validate {target}` and `swarm plan {target}`"
    return Outcome(data={"template": template, "path": str(target)}, text=text)


def _content(template: str, templates: Path) -> bytes:
    known = sorted(file.stem for file in templates.glob("*.yml"))
    if not re.fullmatch(ID_PATTERN, template) or template not in known:
        raise InvalidInput(f"there is no template {template!r}", f"the templates: {', '.join(known)}")
    return (templates / f"{template}.yml").read_bytes()
