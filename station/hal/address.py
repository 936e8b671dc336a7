"""A kit's address: `scheme://target?parameter=value`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, quote

from station.errors import WrongUse

_FORM = re.compile(r"(?P<scheme>[a-z][a-z0-9+-]*)://(?P<target>[^?]*)(?:\?(?P<query>.*))?", re.S)


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address.

    Attributes
    ----------
    scheme
        Names the driver.
    target
        A port's name, a device, a file; as typed, blanks and all.
    params
        What stands behind the question mark.
    """

    scheme: str
    target: str
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """The address as one would type it."""
        query = "&".join(f"{k}={quote(v, safe=',/: ')}" for k, v in self.params.items())
        return f"{self.scheme}://{self.target}" + (f"?{query}" if query else "")

    def only(self, known: set[str]) -> None:
        """Refuse parameters that the driver does not know.

        Raises
        ------
        WrongUse
            Naming the first unknown parameter and the known ones.
        """
        for name in self.params:
            if name not in known:
                takes = ", ".join(sorted(known)) or "none"
                raise WrongUse(
                    f"{self}: '{name}' is no parameter of {self.scheme}://; it takes {takes}."
                )


def parse_address(text: str) -> Address:
    """Parse what a person typed.

    Raises
    ------
    WrongUse
        When it has no `scheme://`.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise WrongUse(
            f"'{text}' is no kit address; write for example 'midi://TD-17', "
            "'sim://?player=rushing' or 'replay://take.mid' ('station kits' lists yours)."
        )
    params = dict(parse_qsl(match["query"] or "", keep_blank_values=True))
    return Address(match["scheme"], match["target"], MappingProxyType(params))
