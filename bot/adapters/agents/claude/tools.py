"""The tools as a model sees them: names, descriptions and strict schemas. No shell, no files, no secrets."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.adapters.agents.claude.client import Json


class Rejected(Exception):
    """A call that did nothing, and the reason, from which the model can correct itself."""


class ToolInput(BaseModel):
    """What a call of a tool says. Bounds are checked by whoever carries it out: schemas of tools have none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SearchSources(ToolInput):
    """Finds passages of your sources by words. Returns the best, each with an id such as P7 by which it is cited.
    Search with the words that documentation would use, several at once; search again with others when it brings
    nothing."""

    query: str = Field(description='Words, or "a phrase" in quotes.')
    source: str = Field(description="The id of one source, such as S1; empty for all of them.")
    kind: Literal["any", "prose", "operation", "code", "metadata"] = Field(
        description="prose: text for people. operation: what an API can do. metadata: names, versions, licences."
    )


class ReadPassage(ToolInput):
    """The whole text of a passage that a search showed only the beginning of."""

    passage: str = Field(description="Its id, such as P7.")
    part: int = Field(description="1 for the beginning; long passages have several parts.")


class FetchPage(ToolInput):
    """Opens another page of the sites of your sources, and shows where its passages are. Nothing else can be
    opened."""

    url: str = Field(description="Its address, beginning with https://")


class RecordFinding(ToolInput):
    """Records one claim that answers a field, with the words that prove it. It is refused when the quote does not
    stand in the passage word for word, or when the claim says more than the quote."""

    field: str = Field(description="The id of the field that it answers.")
    claim: str = Field(description="One plain sentence. Best of all the quote itself, if it can be read alone.")
    quote: str = Field(description="The words of the passage, copied exactly, at least a whole clause.")
    passage: str = Field(description="The id of the passage that the quote stands in.")
    value: str = Field(
        description="The answer in at most five words of the quote, for a table; empty if there is none."
    )


class RecordGap(ToolInput):
    """Says that the sources do not answer a field, after at least two searches for it."""

    field: str = Field(description="The id of the field.")
    reason: str = Field(description="What you looked for, in a few words.")


class ReportBlocker(ToolInput):
    """Says that something keeps the subject from being researched at all."""

    title: str = Field(description="What is in the way, in a few words.")
    description: str = Field(description="What you tried, and what would help.")
    impact: Literal["Critical", "High", "Medium", "Low"]


class Assess(ToolInput):
    """Your opinion of what it takes to integrate the subject. It stands beside a computed assessment."""

    complexity: Literal["Low", "Medium", "High"]
    hours: int = Field(description="Hours of one developer, for a first working integration with tests.")
    priority: Literal["P0", "P1", "P2"] = Field(description="P0: ready to be integrated first.")
    because: list[str] = Field(description="The ids of the fields whose findings it rests on.")


class Finish(ToolInput):
    """Ends the research of this subject, when each field has a finding or a gap."""


class Verdict(BaseModel):
    """What a reviewer says of one claim."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    claim: int = Field(description="The number of the claim.")
    supported: bool = Field(description="Whether the quote alone says what the claim says.")
    reason: str = Field(description="If it does not: what is missing or different, in a few words. Else empty.")


class Judge(ToolInput):
    """Your verdicts on all of the claims, each one once."""

    verdicts: list[Verdict]


NAMES: dict[str, type[ToolInput]] = {
    "search_sources": SearchSources,
    "read_passage": ReadPassage,
    "fetch_page": FetchPage,
    "record_finding": RecordFinding,
    "record_gap": RecordGap,
    "report_blocker": ReportBlocker,
    "assess": Assess,
    "finish": Finish,
}
"""The researcher's tools. Their order is a part of what is cached."""


def schemas(tools: dict[str, type[ToolInput]]) -> list[Json]:
    """The tools as the Messages API takes them."""
    return [
        {
            "name": name,
            "description": " ".join((model.__doc__ or "").split()),
            "input_schema": _inlined(model.model_json_schema()),
            "strict": True,
        }
        for name, model in tools.items()
    ]


def parsed(name: str, value: object, tools: dict[str, type[ToolInput]]) -> ToolInput:
    """A call as a value. Raises Rejected when there is no such tool, or its input is not what its schema says."""
    if name not in tools:
        raise Rejected(f"there is no tool {name[:60]!r}; there are {', '.join(tools)}")
    try:
        return tools[name].model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step)[:60] for step in first["loc"]) or "the input"
        raise Rejected(f"{place}: {first['msg']}") from None


def _inlined(schema: Json) -> Json:
    """The schema without titles and references, both of which a model has no use for."""
    parts = schema.pop("$defs", {})

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return plain(parts[value["$ref"].rpartition("/")[2]])
        # A property may be called title, too: only the one that is a text is an annotation.
        return {key: plain(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))}

    inlined: Json = plain(schema)
    inlined.pop("description", None)
    return inlined
