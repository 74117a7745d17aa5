"""`quote`: what a run will cost and take, before it is started."""

from bot.commands.outcome import Outcome
from bot.core.affording import session_prices
from bot.core.loading import load
from bot.core.quote import quote as quoted
from bot.ports import PriceList
from bot.render.quote import quote_data
from bot.render.quote_text import quote_text


def quote(mission: bytes, file: str, prices: PriceList) -> Outcome:
    """Raises InvalidInput for a bad mission, also one whose models or agents could not be paid for."""
    loaded = load(mission, file)
    made = quoted(loaded.mission, session_prices(loaded, prices))
    return Outcome({"mission": loaded.mission.mission} | quote_data(made), quote_text(loaded.mission, made))
