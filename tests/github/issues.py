"""What happens to issues, labels and comments, whoever does it."""

from tests.github import views
from tests.github.happenings import about, happened
from tests.github.state import Actor, Comment, Issue, Json, Label, Reaction
from tests.github.world import World


def open_issue(world: World, title: str, body: str | None, labels: list[str], actor: Actor) -> Issue:
    now = world.now()
    number = max(world.state.issues, default=0) + 1
    issue = Issue(number, world.id(), title, body, actor.login, now, now)
    world.state.issues[number] = issue
    happened(world, issue, actor, "opened")
    for name in labels:
        label(world, issue, name, actor)
    return issue


def create_label(world: World, name: str, color: str = "ededed", description: str | None = None) -> Label:
    made = Label(name, world.id(), color, description)
    world.state.labels[name.lower()] = made
    return made


def label(world: World, issue: Issue, name: str, actor: Actor) -> None:
    """Puts a label on, making it when the repository has none of the name; one that is there is no event."""
    known = world.state.labels.get(name.lower()) or create_label(world, name)
    if known.name not in issue.labels:
        issue.labels.append(known.name)
        _labelled(world, issue, known, "labeled", actor)


def unlabel(world: World, issue: Issue, name: str, actor: Actor) -> bool:
    """Takes a label off; False when it was not on."""
    known = world.state.labels.get(name.lower())
    if known is None or known.name not in issue.labels:
        return False
    issue.labels.remove(known.name)
    _labelled(world, issue, known, "unlabeled", actor)
    return True


def _labelled(world: World, issue: Issue, known: Label, action: str, actor: Actor) -> None:
    issue.updated = world.now()
    happened(world, issue, actor, action, label=views.label(world, known))


def edit(world: World, issue: Issue, changes: Json, actor: Actor) -> None:
    """Changes title, body or state."""
    previous = {key: {"from": getattr(issue, key)} for key in ("title", "body") if key in changes}
    for key in previous:
        setattr(issue, key, changes[key])
    issue.updated = world.now()
    if previous:
        happened(world, issue, actor, "edited", changes=previous)
    if changes.get("state") not in (None, issue.state):
        _turn(world, issue, changes, actor)


def _turn(world: World, issue: Issue, changes: Json, actor: Actor) -> None:
    closed = changes["state"] == "closed"
    issue.state = "closed" if closed else "open"
    issue.reason = (changes.get("state_reason") or "completed") if closed else "reopened"
    issue.closed_at, issue.closed_by = (world.now(), actor.login) if closed else (None, "")
    happened(world, issue, actor, "closed" if closed else "reopened")


def comment(world: World, issue: Issue, body: str, actor: Actor) -> Comment:
    now = world.now()
    made = Comment(world.id(), issue.number, actor.login, body, now, now)
    world.state.comments[made.id] = made
    issue.updated = now
    _commented(world, made, "created", actor)
    return made


def edit_comment(world: World, it: Comment, body: str, actor: Actor) -> None:
    before, it.body, it.updated = it.body, body, world.now()
    _commented(world, it, "edited", actor, changes={"body": {"from": before}})


def delete_comment(world: World, it: Comment, actor: Actor) -> None:
    _commented(world, it, "deleted", actor)
    del world.state.comments[it.id]


def react(world: World, it: Comment, content: str, actor: Actor) -> tuple[Reaction, bool]:
    """The actor's reaction of that content, and whether it is new; no event tells of one."""
    known = [r for r in world.state.reactions if (r.comment, r.login, r.content) == (it.id, actor.login, content)]
    if known:
        return known[0], False
    made = Reaction(world.id(), it.id, actor.login, content, world.now())
    world.state.reactions.append(made)
    return made, True


def _commented(world: World, it: Comment, action: str, actor: Actor, **more: object) -> None:
    shown = views.comment(world, it)
    on = {"issue": views.issue(world, world.state.issues[it.issue])}
    world.emit("issue_comment", about(world, actor, action, **on, comment=shown, **more), actor)
