"""A repository's settings as GitHub tells them to this token, and its labels."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from bot.adapters.github.client import Client
from bot.adapters.github.errors import CallFailed
from bot.core.doctor import Protection, Settings

T = TypeVar("T")
HIDDEN = (403, 404)
"""How GitHub answers a token that may not see something."""


class RepositorySettings:
    """Reads what can be read; whatever this token is not told is None."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def settings(self, base: str) -> Settings:
        """The settings, with what protects the base branch. Raises CallFailed when there is no such repository."""
        shown = self.client.read(lambda: self._get(""), "read the repository's settings")
        allowed = self._told("/actions/permissions/workflow", "read what workflows may do") or {}
        rights = shown.get("permissions") or {}
        return Settings(
            archived=shown.get("archived"),
            issues=shown.get("has_issues"),
            push=rights.get("push"),
            merge_commits=shown.get("allow_merge_commit"),
            auto_merge=shown.get("allow_auto_merge"),
            delete_branches=shown.get("delete_branch_on_merge"),
            actions_may_propose=allowed.get("can_approve_pull_request_reviews"),
            job_permissions=allowed.get("default_workflow_permissions"),
            protection=self._protection(quote(base, safe="")),
            labels=self._names(lambda: self.client.repo.get_labels(), "read the labels"),
            secrets=self._names(lambda: self.client.repo.get_secrets(), "read the names of the secrets"),
        )

    def create_label(self, name: str, color: str, description: str) -> None:
        """Creates a label, once (G11). Raises CallFailed when this token may not."""
        repo = self.client.repo

        def find() -> bool | None:
            known = self.client.read(
                lambda: [label.name.casefold() for label in repo.get_labels()], "read the labels"
            )
            return True if name.casefold() in known else None

        def create() -> bool:
            repo.create_label(name, color, description)
            return True

        self.client.create(create, find, f"create the label {name}")

    # --- parts ---

    def _get(self, path: str) -> Any:
        repo = self.client.repo
        return repo.requester.requestJsonAndCheck("GET", f"{repo.url}{path}")[1]

    def _told(self, path: str, doing: str) -> Any:
        return self._unless_hidden(lambda: self._get(path), doing)

    def _unless_hidden(self, call: Callable[[], T], doing: str) -> T | None:
        try:
            return self.client.read(call, doing)
        except CallFailed as error:
            if error.status in HIDDEN:
                return None
            raise

    def _names(self, listed: Callable[[], Any], doing: str) -> frozenset[str] | None:
        return self._unless_hidden(lambda: frozenset(one.name for one in listed()), doing)

    def _protection(self, base: str) -> Protection:
        """From what everybody who reads is told, the rules of rulesets, and what administrators are told."""
        branch = self._told(f"/branches/{base}", "read the base branch")
        rules = self._told(f"/rules/branches/{base}", "read the rules of the base branch")
        if branch is None or rules is None:
            return Protection(None, None, None)
        classic = bool((branch.get("protection") or {}).get("enabled"))
        ruled = [
            rule for rule in rules if rule.get("type") in ("pull_request", "required_status_checks", "update")
        ]
        if not classic and not ruled:
            # Rules against deletion and force pushes hinder nobody here; they are no protection in our sense.
            return Protection(bool(branch.get("protected")) and not rules, (), 0)
        whole = self._told(f"/branches/{base}/protection", "read the branch's protection") if classic else {}
        shown = _checks((branch.get("protection") or {}).get("required_status_checks"))
        checks = (*shown, *(name for rule in ruled for name in _checks(rule.get("parameters"))))
        return Protection(True, tuple(dict.fromkeys(checks)), _reviews(whole, ruled))


def _checks(demanded: Mapping[str, Any] | None) -> Sequence[str]:
    """The names of checks, in the form of a branch's protection or of a rule."""
    found = demanded or {}
    return [*found.get("contexts", ()), *(check["context"] for check in found.get("required_status_checks", ()))]


def _reviews(whole: Mapping[str, Any] | None, rules: Sequence[Mapping[str, Any]]) -> int | None:
    """How many approving reviews are demanded; None when only administrators are told."""
    counts = [int((rule.get("parameters") or {}).get("required_approving_review_count", 0)) for rule in rules]
    if whole is None:
        return max(counts, default=0) or None
    demanded = whole.get("required_pull_request_reviews") or {}
    return max([*counts, int(demanded.get("required_approving_review_count", 0))])
