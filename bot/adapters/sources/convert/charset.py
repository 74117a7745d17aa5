"""From bytes to text: no guessing, because a wrongly read character makes a wrong quote."""

import codecs
import re

from bot.adapters.sources.state import Unusable

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEVEN_BIT = ("utf-16", "utf-32", "iso-2022", "hz", "utf-7")  # such bytes may well look like UTF-8


def decoded(data: bytes, declared: str = "") -> str:
    """The text of a document. Raises Unusable for binary data and for text that is not in the charset it names."""
    marked = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    in_page = _META.search(data[:4096])
    named = declared or (in_page[1].decode() if in_page else "")
    charsets = [marked] if marked else _order(named)
    for name in charsets:
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        if _is_binary(text):
            break
        return text
    if b"\0" in data[:4096]:
        raise Unusable("unreadable", "binary data, not text")
    raise Unusable("unreadable", f"binary data, or text that is not in its charset ({named or 'UTF-8'})")


def _order(named: str) -> list[str]:
    if named.lower().startswith(_SEVEN_BIT):
        return [named]
    return ["utf-8", named] if named else ["utf-8"]


def _is_binary(text: str) -> bool:
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27)))
    return "\0" in text or controls > max(2, len(text) // 500)
