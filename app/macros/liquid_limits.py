"""Liquid held within limits of size, loops and time, so that no text of ours can stop a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from time import monotonic
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidValueError, LoopIterationLimitError, ResourceLimitError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.token import Token

LONGEST_TEMPLATE = 65_536
"""Characters; as long as a comment of Zendesk may be."""
LONGEST_OUTPUT = 65_536
"""Bytes."""
MOST_ITERATIONS = 2_000
"""Of all loops of one text together."""
LARGEST_PRODUCT = 1_000_000
"""What a filter may at most make of a text, in characters; `replace` and `join` are asked before they begin."""
LONGEST_SECONDS = 2.0

_MULTIPLYING = frozenset({"replace", "replace_first", "replace_last", "join"})
_LEFT_OUT_TAGS = ("include", "render", "doc", "liquid")
_LEFT_OUT_FILTERS = ("safe",)
"""`safe` would let a customer's text into HTML as it is."""


class OutOfTime(ResourceLimitError):
    """It took longer than a text may take."""


class _Output(LimitedStringIO):
    def __init__(self, limit: int, deadline: float) -> None:
        super().__init__(limit, newline="")  # a line's end stays as it was written
        self.deadline = deadline

    def write(self, text: str) -> int:
        _check(self.deadline)
        return super().write(text)


class LimitedContext(RenderContext):
    """Counts the iterations of every loop together, and looks at the time where work is done."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.deadline = monotonic() + LONGEST_SECONDS
        self.iterations = 0

    def assign(self, key: str, val: Any) -> None:
        _check(self.deadline)
        super().assign(key, val)

    def get(self, path: list[object], *, token: Token | None, **more: Any) -> object:
        _check(self.deadline)
        return super().get(path, token=token, **more)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        super().raise_for_loop_limit(length)
        self.iterations += length
        if self.iterations > MOST_ITERATIONS:
            raise LoopIterationLimitError("loop iteration limit reached", token=None)

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        spent = buf.size if isinstance(buf, LimitedStringIO) else 0
        return _Output(LONGEST_OUTPUT - spent, self.deadline)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        _check(self.deadline)
        found = super().filter(name, token)
        return _within_length(_within_product(found) if name in _MULTIPLYING else found)


class ShortRange(RangeLiteral):
    """(1..n): whoever sorts, joins or searches one walks over it all at once, where no limit looks."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        found = super().evaluate(context)
        if found.stop - found.start > MOST_ITERATIONS:
            raise LoopIterationLimitError("loop iteration limit reached", token=self.token)
        return found


class LimitedTemplate(BoundTemplate):
    context_class = LimitedContext

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for one in _expressions(self.nodes, LimitedContext(self)):
            if type(one) is RangeLiteral:
                one.__class__ = ShortRange  # the parser makes its own, and takes no other

    def _get_buffer(self) -> StringIO:
        return _Output(LONGEST_OUTPUT, monotonic() + LONGEST_SECONDS)


class LimitedEnvironment(Environment):
    template_class = LimitedTemplate
    block_nesting_limit = 20
    context_depth_limit = 20
    local_namespace_limit = 200_000
    loop_iteration_limit = MOST_ITERATIONS
    output_stream_limit = LONGEST_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in _LEFT_OUT_TAGS:
            self.tags.pop(tag, None)
        for name in _LEFT_OUT_FILTERS:
            self.filters.pop(name, None)


def _check(deadline: float) -> None:
    if monotonic() > deadline:
        raise OutOfTime("it takes too long", token=None)


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        for one in node.expressions():
            yield from _inside(one)
        yield from _expressions(node.children(context, include_partials=False), context)


def _inside(expression: Expression) -> Iterator[Expression]:
    yield expression
    for one in expression.children():
        yield from _inside(one)


def _within_length(function: Callable[..., object]) -> Callable[..., object]:
    """Some grow by a part each time, and stand in line by the hundred."""

    def within(left: object, *args: object, **more: object) -> object:
        found = function(left, *args, **more)
        if isinstance(found, str) and len(found) > LARGEST_PRODUCT:
            raise LiquidValueError("the result would be too long", token=None)
        return found

    return within


def _within_product(function: Callable[..., object]) -> Callable[..., object]:
    def within(left: object, *args: object, **more: object) -> object:
        pieces = len(left) if isinstance(left, str | list | tuple) else len(str(left))
        longest = max((len(str(one)) for one in args), default=1)
        if (pieces + 1) * (longest + 1) > LARGEST_PRODUCT:
            raise LiquidValueError("the result would be too long", token=None)
        return function(left, *args, **more)

    return within
