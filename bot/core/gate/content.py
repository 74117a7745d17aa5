"""Criteria about what the session wrote: no secret, no path of a machine, no link that leads nowhere."""

from collections.abc import Iterator

from bot.core.gate.snapshot import GateSnapshot
from bot.core.gate.verdict import Measured, failed, names, passed, plural, waiting
from bot.core.links import broken_links, linked
from bot.core.paths import machine_paths


def no_secrets(snapshot: GateSnapshot) -> Measured:
    """Nothing that looks like a key stands in what the session wrote, unless its sources publish it."""
    match snapshot.secrets:
        case None:
            return waiting("not scanned", "run the gate again with the scanner")
        case ():
            return passed(f"none in {plural(len(snapshot.texts), 'file')}")
        case hits:
            places = [f"{hit.path}:{hit.line} ({hit.kind})" for hit in hits]
            return failed(
                f"{plural(len(hits), 'secret')}: {names(places)}",
                "revoke the key, then run the agent again: what was pushed stays in git's history",
            )


def no_machine_paths(snapshot: GateSnapshot) -> Measured:
    """No path of a machine stands in what the session wrote, unless a source that is quoted says it."""
    hits = [hit for file, text in snapshot.unrendered().items() for hit in machine_paths(file, text)]
    quoted = "\n".join(_words_of_sources(snapshot)) if hits else ""
    found = [hit for hit in hits if hit.path not in quoted and hit.path.replace("\\\\", "\\") not in quoted]
    if found:
        places = names(f"{hit.file}:{hit.line} {snapshot.excerpt(hit.path)}" for hit in found)
        return failed(f"{len(found)} found: {places}", "write paths relative to the repository, or GitHub URLs")
    return passed(f"none in {plural(len(snapshot.texts), 'file')}")


def _words_of_sources(snapshot: GateSnapshot) -> Iterator[str]:
    for finding in snapshot.verified():
        yield finding.citation.quote
        yield finding.citation.locator


def links_good(snapshot: GateSnapshot) -> Measured:
    """Relative links lead to files and headings that are there, all others are https URLs, footnotes exist."""
    documents = {path: text for path, text in snapshot.texts.items() if path.endswith(".md")}
    found = {path: linked(text) for path, text in documents.items()}
    broken = [link for path in found for link in broken_links(path, documents, snapshot.tree, found[path])]
    if broken:
        places = names(f"{link.file}:{link.line} {snapshot.excerpt(link.target)}: {link.why}" for link in broken)
        return failed(f"{len(broken)} broken: {places}", "link to files of the repository or to https URLs")
    count = sum(len(document.links) + len(document.notes) for document in found.values())
    return passed(f"{count:,} links and footnotes")
