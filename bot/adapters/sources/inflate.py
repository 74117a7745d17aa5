"""Gzip, opened no further than a cap: a bomb is refused before it has gone off."""

import zlib
from collections.abc import Iterable

from bot.adapters.sources.state import MB, Unusable

_STEP = 1 << 20


def gunzip(data: bytes, cap: int) -> bytes:
    """The content of a gzip file. Raises Unusable when it is larger than `cap` bytes, broken or cut off."""
    return inflate((data,), cap)


def inflate(chunks: Iterable[bytes], cap: int) -> bytes:
    """Like `gunzip`, of chunks as they come. A second member, if there is one, is not read."""
    machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, told by the header
    content = bytearray()
    try:
        for chunk in chunks:
            pending = chunk
            while pending and not machine.eof:
                content += machine.decompress(pending, _STEP)
                pending = machine.unconsumed_tail
                if len(content) > cap:
                    raise Unusable("unreadable", f"larger than {cap // MB} MB when unpacked")
    except zlib.error as error:
        raise Unusable("unreadable", f"broken gzip data: {error}") from None
    if not machine.eof:
        raise Unusable("unreadable", "gzip data that is cut off")
    return bytes(content)
