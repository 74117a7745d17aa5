"""The JSON Schema of a mission, with a description of every key."""

from collections.abc import Mapping

from bot.core.mission import Mission
from bot.core.money import MICRO

_RATES = {
    "input": "US dollars for a million tokens of input.",
    "output": "US dollars for a million tokens of output.",
    "cache_read": "US dollars for a million tokens that are read from the cache.",
    "cache_write": "US dollars for a million tokens that are written into the cache.",
}
DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "Mission": {
        "mission": "The mission's id; its sessions are named after it: cloud-providers-1.",
        "session": "Its number in the status files; every mission of a repository has its own.",
        "phase": "Where it stands in the progress tracker.",
        "title": "What it is about, in a few words: the title of the deliverable.",
        "domain": "Part of every citation's id: IF.TTT.<year>.<DOMAIN>.<SUBJECT>.<n>.",
        "deliverable": "The merged document, with a table of the same name (.csv), at the repository's root.",
        "branch": "The session's branch; {session} becomes the session's id.",
        "refresh": "Research subjects again that another session has delivered already.",
        "target_subjects": "How many subjects the mission aims at; `validate` says when it assigns fewer or more.",
        "expected_agents": "How many agents the mission is said to have; `validate` says when it has not.",
        "planned_hours": "How long the session is planned to take, in hours.",
        "agent": "What every agent runs with unless it says otherwise.",
        "limits": "The bounds of the session.",
        "focus": "What the research is after.",
        "extra_output": "What the deliverable should also hold.",
        "fields": "The questions that are asked of every subject; the standard ones when left out.",
        "criteria": "What the gate tolerates.",
        "allow_domains": "Further hosts from which pages may be cited, besides those of the sources.",
        "teams": "The teams with their agents and assignments.",
        "welcome": "What every agent is told before its assignment: text, without placeholders.",
    },
    "Phase": {"number": "The phase's number in the tracker.", "name": "The phase's name in the tracker."},
    "AgentDefaults": {
        "backend": "extractive: quotes the sources; claude: a model reads them; simulated: for rehearsals.",
        "provider": "Through whom the backend `claude` calls its model.",
        "model": "The model of the backend `claude`.",
        "prices": "What that model costs; needed for a model that the price list does not know.",
        "review": "Whether a second, fresh look at each claim and its quote follows the research.",
        "credential": "The sealed credential that the backend `claude` reaches its model with.",
        "max_usd": "The most that one agent may spend over all its attempts, in US dollars.",
        "timeout_minutes": "How long one attempt may take.",
        "attempts": "How often an assignment is tried, the first time included.",
        "backups": "Ids of agents that take over an assignment whose agent has fallen silent.",
    },
    "Prices": {**_RATES, "long": "The rates of calls with long prompts, where they are dearer."},
    "LongRates": {**_RATES, "above": "They hold for calls whose prompt has more tokens than this."},
    "Limits": {
        "max_usd": "A hard bound for the session, in US dollars; divided among the agents at launch.",
        "max_parallel": "How many agents work at the same time.",
        "session_timeout_hours": "How long the session may take.",
        "when_over": "blockers: what is unfinished then becomes blockers; continuation: a new session does it.",
    },
    "Criteria": {
        "blocked_subjects": "Subjects of which no source can be read.",
        "required_field_gaps": "Required fields that the sources do not answer.",
    },
    "Field": {
        "id": "The field's id.",
        "title": "How it is called in the deliverable.",
        "section": "The section of the deliverable that it fills.",
        "kind": "claim: quoted from a source; assessment: computed from what was found.",
        "required": "Whether a gap counts against the gate.",
    },
    "Team": {
        "id": "The team's number.",
        "name": "The team's name.",
        "focus": "What this team is after.",
        "agents": "Its agents.",
    },
    "AgentSpec": {
        "id": "The agent's id: lower-case words joined by hyphens.",
        "subjects": "Its assignment.",
        "backend": "Instead of the mission's `agent.backend`.",
        "provider": "Instead of the mission's `agent.provider`.",
        "model": "Instead of the mission's `agent.model`.",
        "prices": "Instead of the mission's `agent.prices`.",
        "review": "Instead of the mission's `agent.review`.",
        "credential": "Instead of the mission's `agent.credential`.",
        "max_usd": "Instead of the mission's `agent.max_usd`.",
        "timeout_minutes": "Instead of the mission's `agent.timeout_minutes`.",
        "attempts": "Instead of the mission's `agent.attempts`.",
    },
    "Subject": {
        "name": "The API or vendor; its id, and so its reservation, is made from this.",
        "includes": "What of it matters here.",
        "sources": "https://..., file:PATH, pypi:NAME==VERSION#glob or npm:NAME@VERSION#glob.",
    },
}  # fmt: skip
_USD: Mapping[str, object] = {"type": "number", "minimum": 0, "maximum": 1_000_000}


def mission_schema() -> dict[str, object]:
    """A JSON Schema (2020-12) that accepts at least what `load_mission` accepts, keys as they are written."""
    schema = Mission.model_json_schema()
    for name, model in {"Mission": schema, **schema["$defs"]}.items():
        model["properties"] = {
            key: _property(key, value, DESCRIPTIONS[name][key]) for key, value in model["properties"].items()
        }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Swarm Sessions mission"}


def _property(key: str, value: dict[str, object], description: str) -> dict[str, object]:
    value = {name: part for name, part in value.items() if name != "title"}
    if key == "max_usd" or key in _RATES:
        value = _money(value)
    return value | {"description": description}


def _money(value: dict[str, object]) -> dict[str, object]:
    """Dollars, where the model holds millionths of them; null where the model may have none."""
    default = value.get("default")
    if "anyOf" in value:
        return {"anyOf": [dict(_USD), {"type": "null"}], "default": default}
    return dict(_USD) | ({"default": default / MICRO} if isinstance(default, int) else {})
