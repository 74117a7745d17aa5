"""From a call to its answer: checked, counted, billed, and gone wrong where a fault says so."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.pricing import Tokens
from tests.messages import answers, rules, shapes, wire
from tests.messages.caching import Cache
from tests.messages.calls import Call
from tests.messages.checking import COUNT, MESSAGES, check
from tests.messages.editing import edited
from tests.messages.faults import Altered, Fault, HungUp, Misshapen, Status, Within
from tests.messages.prompts import size
from tests.messages.replies import Model, Reply, limited
from tests.messages.schedule import Faults
from tests.messages.thinking import HandedOut
from tests.messages.web import Json, Refusal, dumped, invalid
from tests.messages.wire import Answer


@dataclass(frozen=True)
class Billed:
    """What one call really cost, whether its answer arrived or not."""

    call: int
    model: str
    tokens: Tokens


@dataclass(frozen=True)
class Said:
    """What a model said, and what that cost."""

    reply: Reply
    whole: Json
    used: Tokens


@dataclass
class Service:
    """Everything that the server knows."""

    model: Model
    keys: tuple[str, ...]
    now: Callable[[], datetime]
    calls: list[Call] = field(default_factory=list)
    ledger: list[Billed] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    handed_out: HandedOut = field(default_factory=HandedOut)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.cache = Cache(self.now)

    def received(self, target: str, headers: dict[str, str], raw: bytes) -> Call:
        """Notes a call."""
        with self.lock:
            call = Call(0, target, headers, raw, f"req_{len(self.calls) + 1:020}")
            if call.path == MESSAGES:
                call.number = 1 + sum(it.number > 0 for it in self.calls)
            self.calls.append(call)
        return call

    def answer(self, call: Call) -> Answer:
        """The answer to a call. What goes wrong in here without being meant is noted, and answered with 500."""
        try:
            made = self._answer(call)
        except Refusal as refusal:
            made = wire.refused(refusal, call.request_id)
        except Exception as failure:
            self.failures.append(f"{call.request_id}: {failure!r}")
            made = wire.refused(Refusal(500, f"the test server failed: {failure!r}"), call.request_id)
        call.status = made.status
        return made

    def _answer(self, call: Call) -> Answer:
        check(call, self.keys)
        with self.lock:
            self.handed_out.check(call.body)
            fault = self.faults.meet(call)
        lost = isinstance(fault, Status | HungUp) and not (fault.worked and call.path == MESSAGES)
        if fault and lost:
            return _lost(fault)
        if call.path == COUNT:
            return _counted(call)
        return self._sent(call, self._said(call, fault), fault)

    def _said(self, call: Call, fault: Fault | None) -> Said:
        """Asks the model, and bills what it says, whatever becomes of that."""
        changed, applied = edited(call.body)
        most = _room(call.body, size(changed))
        reply = self.model(call.body)
        reply = limited(fault.change(reply) if isinstance(fault, Altered) else reply, most)
        content = answers.content_of(reply, call.raw)
        with self.lock:
            used = replace(self.cache.account(changed, rules.card_of(call.body)), output=reply.tokens)
            self.ledger.append(Billed(call.number, call.body["model"], used))
            self.handed_out.sign(call.body, content)
        whole = answers.message(call.body, reply, content, used, f"msg_{call.request_id[4:]}")
        if "context_management" in call.body:
            whole["context_management"] = {"applied_edits": applied}
        return Said(reply, whole, used)

    def _sent(self, call: Call, said: Said, fault: Fault | None) -> Answer:
        """What is sent of it: checked first, then broken where that is meant."""
        if isinstance(fault, Status | HungUp):
            return _lost(fault)
        streams = bool(call.body.get("stream"))
        sent = list(answers.events(said.whole, said.reply, said.used)) if streams else [said.whole]
        for part in sent:
            _check_shape("event" if streams else "message", part, call)
        if isinstance(fault, Misshapen):
            sent = [fault.change(part) for part in sent]
        made = wire.stream(sent) if streams else wire.plain(sent[0])
        return wire.broken(made, fault) if isinstance(fault, Within) else made


def _room(body: Json, prompt: int) -> int:
    """How much may be written. Refuses a prompt beside which that has no room."""
    most, context = int(body["max_tokens"]), rules.card_of(body).context
    if prompt + most > context:
        raise invalid(f"prompt is too long: {prompt} tokens > {context - most} maximum")
    return most


def _counted(call: Call) -> Answer:
    counted: Json = {"input_tokens": size(edited(call.body)[0])}
    if "context_management" in call.body:
        counted["context_management"] = {"original_input_tokens": size(call.body)}
    _check_shape("counted", counted, call)
    return wire.plain(counted)


def _check_shape(kind: str, value: Json, call: Call) -> None:
    """Answers have the shape that the SDK's types say. A ping has none there: the SDK does not look at it."""
    if value.get("type") != "ping" and (problem := shapes.wrong(kind, dumped(value), beta=call.beta)):
        raise AssertionError(f"{kind}: {problem}")


def _lost(fault: Fault) -> Answer:
    if isinstance(fault, Status):
        raise Refusal(fault.status, fault.message, dict(fault.headers))
    return Answer(0)
