"""Builds images: ``python -m firmware_bridge.firmware.build [target … | all] --out DIR``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

import platformdirs

from firmware_bridge.firmware.targets import HERE, TARGETS, WARNINGS, Target, target_named
from firmware_bridge.firmware.toolchain import command_of, run
from station.errors import StationError, WrongUse

_CORE = "core/*.c"
_HEADERS = ("core/*.h", "ports/**/*.h")


def build(target: Target, out: Path) -> list[Path]:
    """Build one image.

    Parameters
    ----------
    target
        Which.
    out
        The folder for it; made when it is not there.

    Returns
    -------
    list of Path
        What was made: the compiler's output first, then what is flashed.

    Raises
    ------
    OutsideError
        When the compiler is not there, or does not like the source.
    """
    compiler = command_of(target.compiler)
    out.mkdir(parents=True, exist_ok=True)
    sources = _files((_CORE, *target.sources))
    folders = sorted({path.parent for path in sources})
    made = out / target.output
    flags = [flag.replace("{here}", str(HERE)) for flag in target.flags]
    # Under another name first: nobody is to load half a library.
    with tempfile.TemporaryDirectory(dir=out) as place:
        half = Path(place) / target.output
        run(
            [
                *compiler,
                *flags,
                *WARNINGS,
                *(f"-I{folder}" for folder in folders),
                *map(str, sources),
                "-o",
                str(half),
            ],
            f"The image '{target.name}'",
        )
        half.replace(made)
    return [made, *(target.finish(made) if target.finish else ())]


def built(target: Target, out: Path | None = None) -> Path:
    """The compiler's output for a target, built only when its sources have changed.

    Parameters
    ----------
    target
        Which.
    out
        Where images are kept; by default the user's cache.

    Raises
    ------
    OutsideError
        As `build`.
    """
    root = out or Path(platformdirs.user_cache_dir("edrum-station", appauthor=False)) / "firmware"
    folder = root / f"{target.name}-{fingerprint(target)}"
    # The last thing that `build` makes, so that an image half finished is not taken for one.
    done = folder / "built"
    if not done.exists():
        build(target, folder)
        done.touch()
    return folder / target.output


def fingerprint(target: Target) -> str:
    """Another one for every change of what goes into an image."""
    digest = blake2b(digest_size=8)
    digest.update(repr((target.flags, WARNINGS, target.compiler)).encode())
    for path in _files((_CORE, *_HEADERS, *target.sources, *target.needs)):
        digest.update(f"{path.relative_to(HERE).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Build what is named; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m firmware_bridge.firmware.build",
        description="Build the trigger board's firmware.",
        epilog="targets: " + "; ".join(f"{t.name}: {t.about}" for t in TARGETS),
    )
    parser.add_argument("targets", nargs="*", default=["all"], metavar="TARGET")
    parser.add_argument("--out", type=Path, default=Path("firmware-images"), metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        for target in _wanted(options.targets):
            for path in build(target, options.out):
                print(f"{path}  {path.stat().st_size:,} bytes")
    except StationError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _wanted(names: list[str]) -> list[Target]:
    wanted: list[Target] = []
    for name in names:
        target = target_named(name)
        if name == "all":
            wanted += [t for t in TARGETS if t.in_all]
        elif target is None:
            known = ", ".join(t.name for t in TARGETS)
            raise WrongUse(f"There is no image '{name}'; there are {known}, and all.")
        else:
            wanted.append(target)
    return wanted


def _files(globs: tuple[str, ...]) -> list[Path]:
    """Files by globs from this folder on, each once, always in the same order."""
    return sorted({path for glob in globs for path in HERE.glob(glob)})


if __name__ == "__main__":
    sys.exit(main())
