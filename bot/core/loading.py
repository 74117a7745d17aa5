"""A mission's file as a Mission: strict, bounded, and with everything that is wrong with it said at once."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bot.core.mission import Mission
from bot.core.mission_checks import check_mission, check_outline
from bot.core.mission_wording import problem_of
from bot.core.models import Model
from bot.core.outline import outline
from bot.core.yaml_reader import read
from bot.core.yaml_tree import Tree
from bot.errors import InvalidInput, Problem

MAX_PROBLEMS = 100
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class LoadedMission:
    """A valid mission, where its values stand in its file, and what is advised about it."""

    file: str
    mission: Mission
    tree: Tree
    advice: tuple[Problem, ...] = ()


def load_mission(text: bytes, file: str) -> Mission:
    """The mission. Raises InvalidInput with every Problem of the file, in the order of its lines."""
    return load(text, file).mission


@lru_cache(maxsize=4)
def load(text: bytes, file: str) -> LoadedMission:
    """The mission with its places and advice. Raises InvalidInput as `load_mission` does, for any bytes."""
    tree = read(text, file)
    mission = validated(Mission, tree, file)
    problems = [*tree.problems, *check_outline(outline(tree.value), tree, file)]
    if mission:
        problems += check_mission(mission, tree, file)
    errors = tuple(problem for problem in problems if problem.level == "error")
    if errors or not mission:
        raise InvalidInput(problems=bounded(errors, file))
    return LoadedMission(file, mission, tree, tuple(sorted(set(problems))))


def validated(model: type[M], tree: Tree, file: str) -> M | None:
    """The model of a tree; None (and problems in the tree) when it is not valid."""
    from pydantic import ValidationError

    if () in tree.spoilt or (tree.problems and tree.value is None):
        return None
    try:
        return model.model_validate(tree.value, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)[: 10 * MAX_PROBLEMS]
        found = [problem_of(detail, tree, file, model) for detail in details]
        tree.problems += [problem for problem in found if problem]
        return None


def bounded(errors: tuple[Problem, ...], file: str) -> tuple[Problem, ...]:
    """The first of them, in the order of the file."""
    ordered = sorted(set(errors), key=lambda problem: (problem.line, problem.column, problem.what))
    more = Problem(file=file, what="there are more problems", todo="correct these and check again")
    return (*ordered[:MAX_PROBLEMS], *([more] if len(ordered) > MAX_PROBLEMS else []))
