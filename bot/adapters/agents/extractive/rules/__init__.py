"""One module for each field (or for a few small ones): what answers it, and what only looks like it."""

from bot.adapters.agents.extractive.rule import Rule
from bot.adapters.agents.extractive.rules import about, authentication, events, limits, pricing, regions

RULES: dict[str, Rule] = {
    "overview": about.OVERVIEW,
    "authentication": authentication.RULE,
    "rate-limits": limits.RULE,
    "sdks": about.SDKS,
    "webhooks": events.RULE,
    "versions": about.VERSIONS,
    "regions": regions.RULE,
    "pricing": pricing.RULE,
    "licence": about.LICENCE,
}
