from __future__ import annotations

from station.timing import kernel as kernel_module
from station.timing.kernel import kernel


def test_where_nothing_can_be_kept_a_kernel_is_compiled_all_the_same(monkeypatch):
    asked = []

    def njit(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(kernel_module, "njit", njit)

    @kernel
    def double(x: int) -> int:
        return 2 * x

    assert double(4) == 8
    assert [options.get("cache", False) for options in asked] == [True, False]
