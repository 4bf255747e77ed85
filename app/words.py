"""Every text a person reads, in Korean and English, side by side where it is used.

Two languages only, both always present: a pair in the code cannot lose its twin, and needs no compile step
(docs/decisions/0003-words-side-by-side.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

LANGUAGES = ("ko", "en")
_language: ContextVar[str] = ContextVar("language", default="ko")


def language() -> str:
    """The language of whoever reads now: "ko" unless something said otherwise."""
    return _language.get()


def speak(chosen: str) -> None:
    """From here on, in this context, texts are in `chosen`; anything but "en" is Korean."""
    _language.set("en" if chosen == "en" else "ko")


@contextmanager
def spoken(chosen: str) -> Iterator[None]:
    """Within the block texts are in `chosen`."""
    token = _language.set("en" if chosen == "en" else "ko")
    try:
        yield
    finally:
        _language.reset(token)


class Words:
    """A text in both languages that becomes the reader's when it is turned into a string.

    Two Words are equal when both texts are; a Words equals a plain string when it reads like it now.
    """

    __slots__ = ("en", "ko")

    def __init__(self, ko: str, en: str) -> None:
        self.ko = ko
        self.en = en

    def in_language(self, chosen: str) -> str:
        return self.en if chosen == "en" else self.ko

    def __str__(self) -> str:
        return self.in_language(_language.get())

    def __repr__(self) -> str:
        return f"say({self.ko!r}, {self.en!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Words):
            return (self.ko, self.en) == (other.ko, other.en)
        return isinstance(other, str) and str(self) == other

    def __hash__(self) -> int:
        return hash((self.ko, self.en))

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other)

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __contains__(self, part: object) -> bool:
        return str(part) in str(self)

    def __add__(self, other: object) -> Words:
        return Words(self.ko + in_(other, "ko"), self.en + in_(other, "en"))

    def __radd__(self, other: object) -> Words:
        return Words(in_(other, "ko") + self.ko, in_(other, "en") + self.en)

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(str(self), name)

    def __reduce__(self) -> tuple[type[Words], tuple[str, str]]:
        return (Words, (self.ko, self.en))

    def fill(self, **values: object) -> Words:
        """Both texts with `{name}` filled in; a Words among the values gives each text its own language."""
        return Words(
            with_particles(self.ko.format(**{name: in_(value, "ko") for name, value in values.items()})),
            self.en.format(**{name: in_(value, "en") for name, value in values.items()}),
        )


# After a consonant, after a vowel: what is written "을(를)" where the word before it is not known yet.
_PARTICLES = {"을(를)": ("을", "를"), "이(가)": ("이", "가"), "은(는)": ("은", "는"), "(으)로": ("으로", "로")}
_PARTICLE = re.compile(r"([가-힣0-9])([」』”’\"')]*)(을\(를\)|이\(가\)|은\(는\)|\(으\)로)")
_RIEUL = 8
# How the digits end when they are read: 영 일 이 삼 사 오 육 칠 팔 구, as final consonants are numbered in Hangul.
_READ = dict(zip("0123456789", (21, 8, 0, 16, 0, 0, 1, 8, 8, 0), strict=True))


def with_particles(korean: str) -> str:
    """The text with each "을(를)" decided by the sound before it; after anything but Hangul and digits it stays."""
    return _PARTICLE.sub(_decided, korean) if "(" in korean else korean


def _decided(found: re.Match[str]) -> str:
    before, closing, pair = found.groups()
    final = _READ[before] if before in _READ else (ord(before) - ord("가")) % 28
    closed = final != 0 and not (pair == "(으)로" and final == _RIEUL)
    return before + closing + _PARTICLES[pair][0 if closed else 1]


def in_(value: object, chosen: str) -> str:
    """A value as text in one language."""
    return value.in_language(chosen) if isinstance(value, Words) else str(value)


def say(ko: str, en: str) -> Words:
    """The pair that every label, message and refusal is made of."""
    return Words(with_particles(ko), en)
