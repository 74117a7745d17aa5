"""How GitHub shows commits, their statuses and checks, branches and their rules."""

from tests.github.plumbing import Bare
from tests.github.state import CheckRun, Json, Protection, Status
from tests.github.world import REPOSITORY, World, stamp


def status(world: World, it: Status) -> Json:
    return {
        "url": f"{world.api}/statuses/{it.sha}",
        "avatar_url": f"{world.url}/avatars/{it.id}",
        "id": it.id,
        "node_id": f"SC_{it.id}",
        "state": it.state,
        "description": it.description,
        "target_url": it.target_url,
        "context": it.context,
        "created_at": stamp(it.created),
        "updated_at": stamp(it.created),
    }


def check_run(world: World, it: CheckRun) -> Json:
    api, done = f"{world.api}/check-runs/{it.id}", it.status == "completed"
    moment = stamp(world.now())
    text = {"title": None, "summary": it.summary, "text": None}
    return {
        "id": it.id,
        "node_id": f"CR_{it.id}",
        "head_sha": it.sha,
        "name": it.name,
        "url": api,
        "html_url": f"{world.html}/runs/{it.id}",
        "details_url": f"{world.html}/runs/{it.id}",
        "status": it.status,
        "conclusion": it.conclusion if done else None,
        "started_at": moment,
        "completed_at": moment if done else None,
        "external_id": "",
        "check_suite": {"id": it.id + 1},
        "output": text | {"annotations_count": 0, "annotations_url": f"{api}/annotations"},
        "app": _app(world, it.app),
        "pull_requests": [],
    }


def _app(world: World, number: int) -> Json:
    moment = stamp(world.now())
    return {
        "id": number,
        "slug": "github-actions" if number == 15368 else f"app-{number}",
        "node_id": f"A_{number}",
        "owner": _organization(world),
        "name": "GitHub Actions",
        "description": None,
        "external_url": f"{world.url}/apps",
        "html_url": f"{world.url}/apps/app-{number}",
        "created_at": moment,
        "updated_at": moment,
        "permissions": {"checks": "write"},
        "events": [],
    }


def _organization(world: World) -> Json:
    api = f"{world.url}/api/v3/users/github"
    names = ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    return {
        "login": "github",
        "id": 9919,
        "node_id": "O_9919",
        "type": "Organization",
        "site_admin": False,
        "gravatar_id": "",
        "avatar_url": f"{world.url}/avatars/9919",
        "url": api,
        "html_url": f"{world.url}/github",
        **{f"{name}_url": f"{api}/{name}" for name in (*names, "received_events")},
    }


def commit(world: World, sha: str) -> Json:
    tree, parents, *lines = _shown(world.bare, sha)
    author, committer = ({"name": name, "email": email, "date": moment} for name, email, moment in
                         (lines[0:3], lines[3:6]))  # fmt: skip
    api = f"{world.api}/commits/{sha}"
    message = "\n".join(lines[6:]).strip()
    return {
        "url": api,
        "sha": sha,
        "node_id": f"C_{sha}",
        "html_url": f"{world.html}/commit/{sha}",
        "comments_url": f"{api}/comments",
        "commit": {
            "url": f"{world.api}/git/commits/{sha}",
            "author": author,
            "committer": committer,
            "message": message,
            "comment_count": 0,
            "tree": {"sha": tree, "url": f"{world.api}/git/trees/{tree}"},
            "verification": {
                "verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None,
            },
        },
        "author": {},
        "committer": {},
        "parents": [
            {"sha": each, "url": f"{world.api}/commits/{each}", "html_url": f"{world.html}/commit/{each}"}
            for each in parents.split()
        ],
    }  # fmt: skip


def _shown(bare: Bare, sha: str) -> list[str]:
    return bare("show", "-s", "--format=%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B", sha).split("\n")


def branch(world: World, name: str, sha: str) -> Json:
    """With as much of the protection as everybody who reads may know."""
    api = f"{world.api}/branches/{name}"
    found = world.state.protections.get(name)
    checks = found.checks if found and not found.ruleset else ()
    level = "non_admins" if checks and found and not found.admins_too else "everyone" if checks else "off"
    demanded = {"enforcement_level": level, "contexts": list(checks), "checks": _checks(checks)}
    return {
        "name": name,
        "commit": commit(world, sha),
        "_links": {"self": api, "html": f"{world.html}/tree/{name}"},
        "protected": found is not None,
        "protection": {"enabled": bool(found and not found.ruleset), "required_status_checks": demanded},
        "protection_url": f"{api}/protection",
    }


def _checks(names: tuple[str, ...]) -> list[Json]:
    return [{"context": name, "app_id": None} for name in names]


def protection(world: World, name: str, it: Protection) -> Json:
    """All of the protection, for administrators."""
    api = f"{world.api}/branches/{name}/protection"
    checks = f"{api}/required_status_checks"
    shown: Json = {
        "url": api,
        "enforce_admins": {"url": f"{api}/enforce_admins", "enabled": it.admins_too},
        "allow_force_pushes": {"enabled": it.force_pushes},
        "allow_deletions": {"enabled": False},
    }
    if it.checks:
        shown["required_status_checks"] = {
            "url": checks,
            "strict": it.strict,
            "contexts": list(it.checks),
            "contexts_url": f"{checks}/contexts",
            "checks": _checks(it.checks),
        }
    if it.reviews:
        shown["required_pull_request_reviews"] = {
            "url": f"{api}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "required_approving_review_count": it.reviews,
            "require_last_push_approval": False,
        }
    return shown


def rules(it: Protection) -> list[Json]:
    """A ruleset's rules for one branch."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": REPOSITORY, "ruleset_id": 1}
    found: list[Json] = [{"type": "deletion"}]
    found += [] if it.force_pushes else [{"type": "non_fast_forward"}]
    if it.reviews:
        needs = ("dismiss_stale_reviews_on_push", "require_code_owner_review", "require_last_push_approval",
                 "required_review_thread_resolution")  # fmt: skip
        count = {"required_approving_review_count": it.reviews}
        found.append({"type": "pull_request", "parameters": dict.fromkeys(needs, False) | count})
    if it.checks:
        checks = [{"context": name} for name in it.checks]
        demanded = {"strict_required_status_checks_policy": it.strict, "required_status_checks": checks}
        found.append({"type": "required_status_checks", "parameters": demanded})
    return [rule | source for rule in found]


def ref(world: World, name: str, sha: str) -> Json:
    kind = world.bare.kind(sha)
    target = {"type": kind, "sha": sha, "url": f"{world.api}/git/{kind}s/{sha}"}
    return {"ref": name, "node_id": f"REF_{name}", "url": f"{world.api}/git/{name}", "object": target}
