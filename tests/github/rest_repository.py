"""REST: the repository, its people and its settings; the caller; rate limits."""

from tests.github import views
from tests.github.state import Json, Role
from tests.github.web import Answer, Call, forbidden, missing, page, route
from tests.github.world import World, stamp

_LEGACY: dict[Role, str] = {"triage": "read", "maintain": "write"}


@route("GET", "", "metadata:read")
def get_repository(world: World, call: Call) -> Answer:
    role: Role = world.state.user(call.token.login).role
    if call.actor.is_job:
        from tests.github.permissions import may

        role = "write" if may(world.state, call.token, call.actor, "contents:write") else "read"
    return Answer(200, views.full_repository(world, role))


@route("GET", "/collaborators/{username}/permission", "metadata:read")
def permission(world: World, call: Call) -> Answer:
    found = world.state.users.get(call.parts["username"])
    if found is None:
        raise missing()
    role: Role = "read" if found.role == "none" and not world.state.settings.private else found.role
    shown = views.user(world, found.login) | {"role_name": role, "permissions": views.rights(role)}
    return Answer(200, {"permission": _LEGACY.get(role, role), "role_name": role, "user": shown})


@route("GET", "/actions/permissions/workflow", "administration:read")
def workflow_permissions(world: World, call: Call) -> Answer:
    settings = world.state.settings
    return Answer(200, {
        "default_workflow_permissions": settings.workflow_permissions,
        "can_approve_pull_request_reviews": settings.actions_may_propose,
    })  # fmt: skip


@route("PUT", "/actions/permissions/workflow", "administration:write")
def set_workflow_permissions(world: World, call: Call) -> Answer:
    settings = world.state.settings
    settings.workflow_permissions = call.given("default_workflow_permissions", settings.workflow_permissions)
    settings.actions_may_propose = call.given("can_approve_pull_request_reviews", settings.actions_may_propose)
    return Answer(204)


@route("GET", "/actions/secrets", "secrets:read")
def secrets(world: World, call: Call) -> Answer:
    moment = stamp(world.now())
    return page(
        world,
        call,
        world.state.secrets,
        lambda name: {"name": name, "created_at": moment, "updated_at": moment},
        "secrets",
    )


@route("GET", "/user")
def me(world: World, call: Call) -> Answer:
    if call.actor.is_job:
        raise forbidden(call.actor)
    moment = stamp(world.now())
    numbers = ("public_repos", "public_gists", "followers", "following")
    unknown = ("name", "company", "blog", "location", "email", "hireable", "bio")
    more: Json = {"created_at": moment, "updated_at": moment} | dict.fromkeys(numbers, 0) | dict.fromkeys(unknown)
    return Answer(200, views.user(world, call.actor.login) | more)


@route("GET", "/rate_limit")
def rate_limit(world: World, call: Call) -> Answer:
    resources = (
        "graphql", "search", "code_search", "source_import", "integration_manifest", "actions_runner_registration",
        "scim", "dependency_snapshots", "dependency_sbom", "code_scanning_autofix", "copilot_usage_records",
    )  # fmt: skip
    numbers = world.rates()
    other = {"limit": 5000, "remaining": 5000, "used": 0, "reset": numbers["reset"]}
    return Answer(200, {"resources": {"core": numbers, **dict.fromkeys(resources, other)}, "rate": numbers})
