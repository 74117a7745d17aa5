"""Scripted models: each is called with a request's body and answers from that alone."""

from tests.messages.models.conversation import Conversation
from tests.messages.models.diligent import Diligent, Lying
from tests.messages.models.hostile import Huge, Malformed, Malicious
from tests.messages.models.scripted import (
    Chatter,
    Lazy,
    Looping,
    Refusing,
    Roles,
    Sceptical,
    Scripted,
    Silent,
    Thinking,
    Verbose,
)

__all__ = [
    "Chatter",
    "Conversation",
    "Diligent",
    "Huge",
    "Lazy",
    "Looping",
    "Lying",
    "Malformed",
    "Malicious",
    "Refusing",
    "Roles",
    "Sceptical",
    "Scripted",
    "Silent",
    "Thinking",
    "Verbose",
]
