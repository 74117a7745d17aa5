"""`validate`: everything that is wrong with mission files, each and together, at once."""

from collections.abc import Sequence
from pathlib import Path

from bot.commands.mission_file import manifest_near, problem_data, read_mission
from bot.commands.outcome import Exit, Outcome
from bot.core.credential_checks import check_credentials, named
from bot.core.loading import LoadedMission, load
from bot.core.missions_together import check_together
from bot.errors import InvalidInput, Problem


def validate(files: Sequence[Path]) -> Outcome:
    """Checks every file by itself, and the valid ones against each other. Advice alone does not fail."""
    wanted = list(dict.fromkeys(files))
    valid: list[LoadedMission] = []
    problems: list[Problem] = []
    for file in wanted:
        try:
            valid.append(load(read_mission(file), str(file)))
        except InvalidInput as error:
            problems += error.problems
    problems += [advice for loaded in valid for advice in loaded.advice]
    problems += check_together(valid)
    problems += [problem for loaded in valid for problem in _credentials(loaded)]
    errors = sum(problem.level == "error" for problem in problems)
    return Outcome(
        data={
            "valid": not errors,
            "files": [_data(file, valid, problems) for file in wanted],
            "problems": [problem_data(problem) for problem in problems],
        },
        text="\n".join([*map(_line, problems), _summary(valid, len(wanted), errors)]),
        exit=Exit.ACT if errors else Exit.DONE,
        notes=tuple(problems),
    )


def _credentials(loaded: LoadedMission) -> tuple[Problem, ...]:
    """What is wrong with the credentials of a mission that lies in a repository; elsewhere nobody can know."""
    inside, manifest = manifest_near(Path(loaded.file)) if named(loaded.mission) else (False, None)
    return check_credentials(loaded, manifest) if inside else ()


def _data(file: Path, valid: Sequence[LoadedMission], problems: Sequence[Problem]) -> dict[str, object]:
    data: dict[str, object] = {
        "path": str(file),
        "valid": not any(problem.file == str(file) and problem.level == "error" for problem in problems),
    }
    for loaded in valid:
        if loaded.file == str(file):
            mission = loaded.mission
            data |= {"mission": mission.mission, "session": mission.session}
            data |= {"agents": len(mission.agents), "subjects": len(mission.subjects)}
    return data


def _line(problem: Problem) -> str:
    return str(problem) if problem.level == "error" else f"{problem} (advice)"


def _summary(valid: Sequence[LoadedMission], files: int, errors: int) -> str:
    if errors:
        return f"{_count(errors, 'problem')}; nothing was started. The schema: swarm schema"
    agents = sum(len(loaded.mission.agents) for loaded in valid)
    subjects = sum(len(loaded.mission.subjects) for loaded in valid)
    whole = f"{_count(files, 'mission')}, {_count(agents, 'agent')}, {_count(subjects, 'subject')}"
    return f"valid: {whole}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
