"""Criteria about the agents: all of them complete, within their money and their attempts."""

from collections.abc import Iterator

from bot.core.continuing import attempts_allowed
from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.verdict import Measured, failed, names, passed, waiting
from bot.core.money import usd


def agents_complete(snapshot: GateSnapshot) -> Measured:
    """Every agent of the mission has a record, done or blocked, that its findings file bears out (A12, A13)."""
    agents = [agent.id for agent in snapshot.rules.agents]
    missing = [agent for agent in agents if agent not in snapshot.records]
    over = [agent for agent in agents if agent in snapshot.records and snapshot.records[agent].state != "failed"]
    measured = f"{len(over)} of {len(agents)}"
    if false := sorted(_false_records(snapshot)):
        return failed(f"{measured}; {names(false)}", "remove what no record job wrote, then run the session again")
    if lost := [a for a in agents if a in snapshot.records and snapshot.records[a].state == "failed"]:
        return failed(f"{measured}, failed: {names(lost)}", f"retry {names(lost)}, or take their subjects out")
    if missing:
        return waiting(f"{measured}, waiting for {names(missing)}", "wait for them, or run the session again")
    return passed(measured)


def _false_records(snapshot: GateSnapshot) -> Iterator[str]:
    yield from snapshot.problems
    yield from (f"the files of {agent} are not those that were recorded" for agent in snapshot.unrecorded)
    agents = {agent.id for agent in snapshot.rules.agents}
    for agent in sorted(snapshot.records.keys() | snapshot.findings.keys()):
        record, file = snapshot.records.get(agent), snapshot.findings.get(agent)
        if agent not in agents:
            yield f"{agent} is no agent of the mission"
        elif record is None and snapshot.launch.continues:
            continue  # what the session before has found, until the agent itself is recorded
        elif record is None:
            yield f"{agent} has findings without a record"
        elif record.agent != agent or record.session != snapshot.session:
            yield f"the record of {agent} is one of {record.agent} in {record.session}"
        elif file is None:
            if record.findings or record.gaps or record.blockers or record.state != "failed":
                yield f"{agent} has a record without findings"
        elif file.agent != agent:
            yield f"the findings of {agent} are those of {file.agent}"
        else:
            stated = (record.findings, record.verified, record.gaps, record.blockers)
            verified = sum(finding.state == "verified" for finding in file.findings)
            if stated != (len(file.findings), verified, len(file.gaps), len(file.blockers)):
                yield f"the record of {agent} counts other findings than its file holds"


def budget_kept(snapshot: GateSnapshot) -> Measured:
    """No agent spent more than its cap, nor the session more than its limit; no attempt is one too many (G23)."""
    limit = snapshot.rules.limits.max_usd
    spent = sum(record.spent for record in snapshot.records.values())
    measured = f"{usd(spent)} of {usd(limit)} USD"
    if over := list(_overspent(snapshot)):
        return failed(f"{measured}; {names(over)}", "a person decides: raise the limit in a new launch, or stop")
    if spent > limit:
        return failed(measured, "a person decides: raise limits.max_usd in a new launch, or stop")
    return passed(measured)


def _overspent(snapshot: GateSnapshot) -> Iterator[str]:
    caps = snapshot.launch.caps
    if sum(caps.values()) > snapshot.rules.limits.max_usd:
        yield f"the caps add up to {usd(sum(caps.values()))}"
    for agent in snapshot.rules.agents:
        record = snapshot.records.get(agent.id)
        if record is None:
            continue
        cap = caps.get(agent.id, 0)
        if record.spent > cap:
            yield f"{agent.id} spent {usd(record.spent)} of {usd(cap)}"
        if record.attempt > (most := attempts_allowed(snapshot.launch, agent, record)):
            yield f"{agent.id} took attempt {record.attempt} of {most}"
