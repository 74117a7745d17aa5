"""The documented rules on a request that its shape does not say."""

from tests.messages.catalogue import MODELS, Card
from tests.messages.prompts import blocks, markers
from tests.messages.schemas import check_strict
from tests.messages.turns import check_turns
from tests.messages.web import Json, Refusal, invalid

BREAKPOINTS = 4
CONTEXT_BETA = "context-management-2025-06-27"


def card_of(body: Json) -> Card:
    """The model that is asked for; refuses one that does not exist."""
    if body["model"] not in MODELS:
        raise Refusal(404, f"model: {body['model']}")
    return MODELS[body["model"]]


def check(body: Json, betas: set[str]) -> None:
    """Refuses a request that breaks a rule, with the rule."""
    card = card_of(body)
    _check_output(body, card)
    _check_thinking(body, card)
    _check_markers(body)
    _check_tools(body)
    check_turns(body["messages"])
    if body.get("context_management") and CONTEXT_BETA not in betas:
        raise invalid("context_management: Extra inputs are not permitted")


def _check_output(body: Json, card: Card) -> None:
    wanted = body.get("max_tokens", 1)
    if wanted < 1:
        raise invalid("max_tokens: must be greater than or equal to 1")
    if wanted > card.output:
        raise invalid(f"max_tokens: {wanted} > {card.output}, which is the most that {body['model']} can write")


def _check_thinking(body: Json, card: Card) -> None:
    if not card.budget and (body.get("thinking") or {}).get("type") == "enabled":
        raise invalid('"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive".')


def _check_markers(body: Json) -> None:
    found = list(markers(body))
    if len(found) > BREAKPOINTS:
        raise invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {len(found)}.")
    if any(it["cache_control"].get("ttl", "5m") != "5m" for it in found):
        raise invalid("cache_control.ttl: this server knows of entries of 5 minutes only")
    if any(it.get("type") == "text" and not it["text"] for it in found):
        raise invalid("cache_control cannot be set for empty text blocks")


def _check_tools(body: Json) -> None:
    tools = body.get("tools", [])
    names = [tool["name"] for tool in tools if "name" in tool]
    if len(set(names)) < len(names):
        raise invalid("tools: Tool names must be unique.")
    check_strict(tools)
    spoken = [block for message in body["messages"] for block in blocks(message["content"])]
    if not tools and any(block["type"] == "tool_use" for block in spoken):
        raise invalid("Requests which include `tool_use` or `tool_result` blocks must define tools")
