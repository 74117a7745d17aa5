"""A repository on another machine: its refs are the truth, and a bare store here holds the objects.

Reading refs is one `git fetch` of those that were asked for, moving them one atomic `git push`, however many
there are. Every push compares and swaps: it says for each ref what it must be now, so that it may be repeated
safely, and after trouble on the way the refs themselves say whether it has happened (G11).
"""

import random
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess

from bot.adapters.clock import SystemClock
from bot.adapters.git import GitRepository
from bot.adapters.git_memory import ID
from bot.adapters.git_process import Git
from bot.core.changes import Change
from bot.core.leaks import Known
from bot.errors import LostRace, Refused, SwarmError
from bot.ports import Clock, LogEntry, RefUpdate

PAUSES = (1.0, 3.0, 9.0, 20.0)
"""Seconds to wait before a command is tried again, each time multiplied by 0.5 to 1.5 by chance."""
SILENCE = 60
"""Seconds after which a connection that carries nothing is given up."""

TRANSIENT = re.compile(
    r"(?:returned error:|HTTP) (?:408|429|5\d\d)|could not resolve|failed to connect|couldn't connect"
    r"|connection (?:refused|reset|timed out|was reset)|timed? ?out|too slow|empty reply|unexpected disconnect"
    r"|hung up unexpectedly|early eof|unexpected eof|expected flush|ssl_|gnutls|recv failure|send failure"
    r"|transfer closed|internal server error|failed to report status|bad line length|not our ref",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?:returned error:|HTTP) (?:30\d|401|403|404)|authentication failed|could not read (?:username|password)"
    r"|not found|denied",
    re.IGNORECASE,
)
RACES = ("stale info", "fetch first", "non-fast-forward", "already exists", "needs force")
"""Why git itself turns an update down before anything is sent."""
CONTENTION = re.compile(r"unable to create .*\.lock|but expected|reference already exists", re.IGNORECASE)
"""How a server says that somebody writes the same ref at this moment."""
BYSTANDER = re.compile(r"atomic push fail", re.IGNORECASE)


class RemoteRepository(GitRepository):
    """`Repository` over a repository that is reached through a URL or a path.

    `token` authenticates at exactly this URL and travels in the environment only; `agent` is the User-Agent.
    `depth` 1 fetches the tips alone: what needs more history then raises SwarmError and never answers wrongly.
    """

    def __init__(
        self,
        directory: Path,
        url: str,
        token: str | None,
        agent: str,
        depth: int | None,
        *,
        clock: Clock | None = None,
        silence: int = SILENCE,
        known: Known | None = None,
    ) -> None:
        """`directory` holds the objects; a new store is made there when it is empty or missing."""
        directory.mkdir(parents=True, exist_ok=True)
        super().__init__(directory, known or Known(filter(None, [token])))
        basic = b64encode(f"x-access-token:{token}".encode()).decode() if token else ""
        settings = tuple(_settings(url, basic, agent, silence))
        self.git = Git(directory, settings, tuple(filter(None, (token, basic))))
        self.url, self.depth, self.clock = url, depth, clock or SystemClock()
        self._is_still = False
        self._refs: dict[str, str] | None = None
        self._there: set[str] = set()
        if not any(directory.iterdir()):
            self.git.run("init", "--bare", "--quiet", "--template=")

    def refs(self, prefix: str) -> dict[str, str]:
        """The ref `prefix`, or all below it, as they are on the remote now; their objects are here afterwards.

        "refs/" stands for refs/heads and refs/swarm. A final slash says that refs below it are meant, which spares
        fetching those of folders that only begin alike.
        """
        if not self._is_still:
            self._fetch(prefix)
        known = self._refs
        if known is None:
            known = self._refs = super().refs("refs")
        name = prefix.rstrip("/")
        tops = ("refs/heads/", "refs/swarm/") if name == "refs" else (f"{name}/",)
        return {ref: value for ref, value in known.items() if ref == name or ref.startswith(tops)}

    @contextmanager
    def still(self) -> Iterator[None]:
        """Fetches all refs once, and again when an update has lost its race; within another it changes nothing."""
        if self._is_still:
            yield
            return
        self._fetch("refs/")
        self._is_still = True
        try:
            yield
        finally:
            self._is_still = False

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """All of the updates or none, in one push. A branch only ever moves to a descendant.

        Raises LostRace when a ref is not what was expected, Refused when the server says no, and SwarmError when
        it cannot be reached; each time nothing has moved, unless the last error says otherwise.
        """
        try:
            self._push(updates)
        except LostRace:
            if self._is_still:
                self._fetch("refs/")
            raise

    def _push(self, updates: Sequence[RefUpdate]) -> None:
        if not updates:
            return
        self._only_forward(updates)
        leases = [f"--force-with-lease={update.ref}:{update.expected or ''}" for update in updates]
        moves = [f"{update.new or ''}:{update.ref}" for update in updates]
        for pause in (*PAUSES, None):
            done = self.git.attempt("push", "--atomic", "--porcelain", *leases, self.url, *moves)
            if done.returncode == 0 or self._has_happened(updates, done, first=pause == PAUSES[0]):
                self._follow(updates)
                return
            if pause is None or not self._passes(done):
                raise self._turned_down(updates, done)
            self._sleep(pause)

    # --- reading what may not have been fetched ---

    def files(self, commit: str, prefixes: Sequence[str] = ()) -> dict[str, bytes]:
        with self._present(commit):
            return super().files(commit, prefixes)

    def paths(self, commit: str) -> dict[str, str]:
        with self._present(commit):
            return super().paths(commit)

    def read(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        found = super().read(wanted)
        self._there |= {commit for commit, _ in found if ID.fullmatch(commit)}
        self._require({commit for commit, path in wanted if (commit, path) not in found})
        return found

    def commit(
        self,
        parents: Sequence[str],
        files: Mapping[str, bytes | None],
        message: str,
        when: datetime,
        *,
        tree: str | None = None,
    ) -> str:
        with self._present(*parents, *filter(None, [tree])):
            return super().commit(parents, files, message, when, tree=tree)

    def contains(self, tip: str, commit: str) -> bool:
        with self._present(tip, commit):
            there = super().contains(tip, commit)
        if not there:
            self._whole(tip)
        return there

    def changes(self, base: str, tip: str) -> list[Change]:
        with self._present(base, tip):
            start = self._fork(base, tip)
            if start not in (base, tip):
                self._whole(base, tip, *([f"^{start}"] if start else []))
            return super().changes(base, tip)

    def log(self, tip: str, *, since: str = "", first_parent: bool = True) -> list[LogEntry]:
        with self._present(tip, *filter(None, [since])):
            entries = super().log(tip, since=since, first_parent=first_parent)
        if self._cut() & {entry.commit for entry in entries}:
            raise _too_shallow()
        return entries

    @contextmanager
    def _present(self, *commits: str) -> Iterator[None]:
        """Says which commit is missing, when that is why something fails."""
        try:
            yield
        except SwarmError:
            self._require(commits)
            raise

    def _require(self, commits: Sequence[str] | set[str]) -> None:
        """Raises SwarmError when a commit was not fetched: what it holds is unknown, not absent."""
        commits = set(commits) - self._there
        if not commits:
            return
        asked = "".join(f"{commit}^{{}}\n" for commit in sorted(commits)).encode()
        lines = self.git.run("cat-file", "--batch-check", stdin=asked).stdout.decode().splitlines()
        if missing := [line.split("^")[0] for line in lines if line.endswith(" missing")]:
            depth = f", which is {self.depth} deep" if self.depth else ""
            raise SwarmError(
                f"{', '.join(missing)} is not in the copy of {self.url}{depth}",
                "fetch the ref that holds it, or the whole history",
            )
        self._there |= set(filter(ID.fullmatch, commits))

    def _whole(self, *revisions: str) -> None:
        """Raises SwarmError when the history of some revisions ends because no more of it was fetched."""
        cut = self._cut()
        if cut and cut & set(self.git.text("rev-list", *revisions).split()):
            raise _too_shallow()

    def _cut(self) -> frozenset[str]:
        """The commits whose parents were not fetched."""
        file = self.git.directory / "shallow"
        return frozenset(file.read_text().split()) if file.is_file() else frozenset()

    # --- the remote ---

    def _fetch(self, prefix: str) -> None:
        self._refs = None
        name = prefix.rstrip("/")
        if prefix == name and name.startswith("refs/heads/"):
            done = self._fetched(name)
            if b"couldn't find remote ref" in done.stderr:
                # The branch is gone, or this is the name of a folder: what begins with it says which.
                done = self._fetched(f"{name}*")
        else:
            done = self._fetched(*_patterns(prefix))
        nothing = self.depth and done.returncode == 1 and not done.stderr  # how it says that no ref is there
        if done.returncode and not nothing:
            raise self._unreadable(done, "fetch")

    def _fetched(self, *patterns: str) -> CompletedProcess[bytes]:
        depth = [f"--depth={self.depth}"] if self.depth else []
        options = ("--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", *depth)
        return self._patiently("fetch", *options, self.url, *(f"+{pattern}:{pattern}" for pattern in patterns))

    def _patiently(self, *args: str) -> CompletedProcess[bytes]:
        """Runs a command that only reads, again after trouble on the way; how it ended at last."""
        for pause in PAUSES:
            done = self.git.attempt(*args)
            if done.returncode == 0 or not _passing(self.git.words(done)):
                return done
            self._sleep(pause)
        return self.git.attempt(*args)

    def _values(self, names: Sequence[str]) -> dict[str, str]:
        """What refs are on the remote now, without their objects."""
        done = self._patiently("ls-remote", "--quiet", self.url, *names)
        if done.returncode:
            raise self._unreadable(done, "ls-remote")
        pairs = (line.split("\t") for line in done.stdout.decode().splitlines())
        return {name: value for value, name in pairs if name in set(names)}

    def _only_forward(self, updates: Sequence[RefUpdate]) -> None:
        """A lease alone would let a branch be rewritten: here only its descendants may take its place."""
        for update in updates:
            if not (update.new and update.expected and update.ref.startswith("refs/heads/")):
                continue
            if not self.contains(update.new, update.expected):
                raise Refused(
                    f"{update.new[:12]} does not come after {update.expected[:12]}, which {update.ref} is at",
                    "nothing is pushed over what others have pushed: read again and decide anew",
                )

    def _has_happened(self, updates: Sequence[RefUpdate], done: CompletedProcess[bytes], *, first: bool) -> bool:
        """Whether a push that failed has moved the refs all the same. Raises LostRace when others have."""
        races = [ref for ref, why in _rejections(done) if any(f"({race})" in why for race in RACES)]
        if races and first:
            raise _lost(races)
        contended = bool(CONTENTION.search(self._why(done)))
        if contended:  # what comes of the other writer is seen a little later
            self._sleep(PAUSES[0])
        names = [update.ref for update in updates]
        try:
            now = self._values(names)
        except Refused:
            raise
        except SwarmError as error:
            raise SwarmError(
                f"whether {', '.join(names[:3])} moved is unknown: {self._why(done)}; {error.problems[0].what}",
                "run again when the server can be reached: what was done is seen then",
            ) from error
        if all(now.get(update.ref) == update.new for update in updates):
            return True
        moved = [update.ref for update in updates if now.get(update.ref) != update.expected]
        if moved or contended or races:
            raise _lost(moved or races or names)
        return False

    def _turned_down(self, updates: Sequence[RefUpdate], done: CompletedProcess[bytes]) -> SwarmError:
        why = self._why(done)
        if not self._passes(done) and (_rejections(done) or DENIED.search(why)):
            names = ", ".join(update.ref for update in updates[:3]) + (" and others" if len(updates) > 3 else "")
            return Refused(
                f"{self.url} does not let {names} be written: {why}",
                "give the job `contents: write`, and look at the rules that protect the branch",
            )
        return SwarmError(f"{self.url} could not be written: {why}", "nothing has moved; run again")

    def _unreadable(self, done: CompletedProcess[bytes], command: str) -> SwarmError:
        why = self.git.words(done)
        if _passing(why):
            return SwarmError(f"{self.url} could not be read: {why}", "run again when it can be reached")
        if DENIED.search(why):
            return Refused(
                f"{self.url} cannot be read: {why}", "look at its name, and give the job `contents: read`"
            )
        return self.git.failure(done, command)

    def _passes(self, done: CompletedProcess[bytes]) -> bool:
        """Whether a failed push may do better in a moment."""
        reasons = " ".join(why for _, why in _rejections(done))
        return _passing(reasons or self.git.words(done))

    def _why(self, done: CompletedProcess[bytes]) -> str:
        """What a push says about its failure: the server's words, and git's about each ref."""
        reasons = dict.fromkeys(why for _, why in _rejections(done) if not BYSTANDER.search(why))
        return " ".join([*reasons, self.git.words(done)])

    def _follow(self, updates: Sequence[RefUpdate]) -> None:
        """Keeps what was pushed, so that the next fetch need not bring it. The refs here are a copy: no harm
        is done when they cannot follow."""
        lines = [f"update {u.ref} {u.new}" if u.new else f"delete {u.ref}" for u in updates]
        self._refs = None
        self.git.attempt("update-ref", "--stdin", stdin="\n".join([*lines, ""]).encode())

    def _sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds * (0.5 + random.random()))  # noqa: S311  # spreads load, keeps no secret


def _settings(url: str, basic: str, agent: str, silence: int) -> Iterator[tuple[str, str]]:
    yield "http.userAgent", f"git/2.0 {agent}"  # GitHub answers nobody who does not begin like this
    yield "http.followRedirects", "false"  # a header of our own would go along to another host
    yield "http.lowSpeedLimit", "1"
    yield "http.lowSpeedTime", str(silence)
    yield "core.hooksPath", "/dev/null"
    yield "gc.auto", "0"
    yield "maintenance.auto", "false"
    yield "push.followTags", "false"
    yield "push.gpgSign", "false"
    if basic:
        # An empty value forgets what others have set: two such headers are refused by the server.
        yield f"http.{url}.extraHeader", ""
        yield f"http.{url}.extraHeader", f"Authorization: Basic {basic}"
        yield "credential.helper", ""


def _patterns(prefix: str) -> Sequence[str]:
    """What to fetch for a prefix. One asterisk finds a ref and those below it, and fails when there is neither."""
    name = prefix.rstrip("/")
    if name == "refs":
        return ("refs/heads/*", "refs/swarm/*")
    return (f"{name}/*",) if prefix != name or name.count("/") == 1 else (f"{name}*",)


def _passing(words: str) -> bool:
    """Whether these are words about trouble on the way, not about a refusal."""
    return bool(TRANSIENT.search(words)) and not DENIED.search(words)


def _rejections(done: CompletedProcess[bytes]) -> list[tuple[str, str]]:
    """Each ref that a push did not move, with why: `!\\t<from>:<to>\\t[rejected] (stale info)`."""
    lines = done.stdout.decode(errors="replace").splitlines()
    fields = [line.split("\t", 2) for line in lines if line.startswith("!\t")]
    return [(pair.partition(":")[2], why) for _, pair, why in fields]


def _lost(refs: Sequence[str]) -> LostRace:
    return LostRace(f"{', '.join(refs)} moved in the meantime", "read again and decide anew")


def _too_shallow() -> SwarmError:
    return SwarmError("this needs more history than was fetched", "fetch the whole history (depth None)")
