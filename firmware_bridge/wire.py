"""Layouts: a frozen dataclass of annotated fields is a payload's layout, and its codec.

A field of fixed size is a number; behind the numbers may stand texts, lists of numbers and
lists of records, each with its count in front, so that a payload can always grow at its end:
a reader takes what it knows and passes over the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Generic, TypeVar, get_args, get_type_hints

T = TypeVar("T")


class Misfit(ValueError):  # noqa: N818 - says what it is: bytes that do not fit their layout
    """A payload that does not fit its layout."""


@dataclass(frozen=True, slots=True)
class Number:
    """A little-endian integer; `code` is its letter in `struct`."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class TextField:
    """UTF-8 behind its length in bytes (u8)."""

    name: str = "text"


@dataclass(frozen=True, slots=True)
class NumbersField:
    """Numbers behind their count (u8)."""

    number: Number

    @property
    def name(self) -> str:
        """As in the tables of PROTOCOL.md."""
        return f"{self.number.name} list"


@dataclass(frozen=True, slots=True)
class RecordsField:
    """Records behind their count (u8), each behind its own length in bytes (u8)."""

    record: type

    @property
    def name(self) -> str:
        """As in the tables of PROTOCOL.md."""
        return f"{self.record.__name__} list"


_U16_NUMBER = Number("u16", "H")
U8 = Annotated[int, Number("u8", "B")]
U16 = Annotated[int, _U16_NUMBER]
U32 = Annotated[int, Number("u32", "I")]
U64 = Annotated[int, Number("u64", "Q")]
I32 = Annotated[int, Number("i32", "i")]
Text = Annotated[str, TextField()]
U16List = Annotated[tuple[int, ...], NumbersField(_U16_NUMBER)]

Tail = TextField | NumbersField | RecordsField


_LAYOUTS: dict[type, Any] = {}


def layout_of(record: type[T]) -> Layout[T]:
    """The layout of a dataclass whose fields are annotated as in this module."""
    layout: Layout[T] = _LAYOUTS.get(record) or _LAYOUTS.setdefault(record, Layout(record))
    return layout


class Layout(Generic[T]):
    """Bytes to a record and back.

    Attributes
    ----------
    columns
        Name and kind of each field, in the order of the wire.
    fixed_size
        Bytes of the numbers at the beginning: a payload is never shorter.
    """

    def __init__(self, record: type[T]) -> None:
        hints = get_type_hints(record, include_extras=True)
        self.columns: list[tuple[str, Number | Tail]] = [
            (f.name, get_args(hints[f.name])[1])
            for f in fields(record)  # type: ignore[arg-type]
        ]
        numbers = [kind for _, kind in self.columns if isinstance(kind, Number)]
        self._tails = [kind for _, kind in self.columns if not isinstance(kind, Number)]
        assert [kind for _, kind in self.columns] == [*numbers, *self._tails]
        self._numbers = struct.Struct("<" + "".join(number.code for number in numbers))
        self._count = len(numbers)
        self._record = record
        self.fixed_size = self._numbers.size

    def pack(self, record: T) -> bytes:
        """A record's bytes.

        Raises
        ------
        ValueError
            When a field does not fit; the message names it.
        """
        values = [getattr(record, name) for name, _ in self.columns]
        try:
            packed = self._numbers.pack(*values[: self._count])
        except struct.error as error:
            raise ValueError(f"{record} does not fit its layout: {error}.") from None
        for kind, value in zip(self._tails, values[self._count :], strict=True):
            packed += _pack_tail(kind, value)
        return packed

    def unpack(self, data: bytes) -> tuple[T, int]:
        """A record, and how many bytes it took; what follows is a newer version's.

        Raises
        ------
        Misfit
            When it is too short, or a text is no UTF-8.
        """
        if len(data) < self.fixed_size:
            raise Misfit(f"{len(data)} bytes, {self.fixed_size} are needed")
        values: tuple[Any, ...] = self._numbers.unpack_from(data)
        at = self.fixed_size
        for kind in self._tails:
            value, at = _unpack_tail(kind, data, at)
            values += (value,)
        return self._record(*values), at


def _pack_tail(kind: Tail, value: Any) -> bytes:
    match kind:
        case TextField():
            return _behind_length(value.encode())
        case NumbersField(number):
            return _count(value) + struct.pack(f"<{len(value)}{number.code}", *value)
        case RecordsField(record):
            layout: Layout[Any] = layout_of(record)
            return _count(value) + b"".join(_behind_length(layout.pack(r)) for r in value)


def _unpack_tail(kind: Tail, data: bytes, at: int) -> tuple[Any, int]:
    match kind:
        case TextField():
            raw, at = _take(data, at)
            try:
                return raw.decode(), at
            except UnicodeDecodeError:
                raise Misfit("a text that is no UTF-8") from None
        case NumbersField(number):
            count, at = _take_u8(data, at)
            form = struct.Struct(f"<{count}{number.code}")
            if at + form.size > len(data):
                raise Misfit(f"{count} numbers promised, fewer are there")
            return form.unpack_from(data, at), at + form.size
        case RecordsField(record):
            count, at = _take_u8(data, at)
            layout: Layout[Any] = layout_of(record)
            records = []
            for _ in range(count):
                raw, at = _take(data, at)
                records.append(layout.unpack(raw)[0])
            return tuple(records), at


def _count(value: Sequence[Any]) -> bytes:
    return _u8(len(value))


def _behind_length(raw: bytes) -> bytes:
    return _u8(len(raw)) + raw


def _u8(length: int) -> bytes:
    if length > 255:
        raise ValueError(f"A list or text of {length}; at most 255 go into a message.")
    return bytes((length,))


def _take_u8(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise Misfit("it ends before a count")
    return data[at], at + 1


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _take_u8(data, at)
    if at + length > len(data):
        raise Misfit(f"{length} bytes promised, {len(data) - at} are there")
    return data[at : at + length], at + length
