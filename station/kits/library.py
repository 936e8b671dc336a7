"""The profiles at hand: a person's own, then those that ship; and which one fits a port."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from station import settings
from station.errors import FileError, ProfileError
from station.files import read_text
from station.kits.profile import Profile
from station.kits.profile_file import read_profile
from station.toml_source import nearest

FALLBACK = "general-midi"


@dataclass(frozen=True, slots=True)
class Picked:
    """A profile for a port.

    Attributes
    ----------
    profile
        The one to use.
    hint
        What a person should know about the choice, one sentence or more; else None.
    """

    profile: Profile
    hint: str | None


@dataclass(frozen=True, slots=True)
class Library:
    """All profiles.

    Attributes
    ----------
    profiles
        By name; a person's own hides a shipped one of the same name.
    broken
        A sentence for each of a person's own profiles that cannot be read, by name.
    """

    profiles: dict[str, Profile]
    broken: dict[str, str]

    @property
    def problems(self) -> tuple[str, ...]:
        """What to tell a person, a sentence or two for each profile that is left out."""
        return tuple(f"{sentence} This profile is left out." for sentence in self.broken.values())

    def named(self, name: str) -> Profile:
        """The profile of that name.

        Raises
        ------
        ProfileError
            When there is none, or it cannot be read; says the nearest, or why.
        """
        if name in self.broken:
            raise ProfileError(self.broken[name])
        if name not in self.profiles:
            raise ProfileError(
                f"There is no kit profile '{name[:60]}'; {nearest(name, self.profiles)}"
            )
        return self.profiles[name]

    def pick(self, port_name: str) -> Picked:
        """The profile whose pattern fits a port's name best, else General MIDI with a hint."""
        lengths = {name: p.match_length(port_name) for name, p in self.profiles.items()}
        best = max(lengths, key=lengths.__getitem__)
        hints = list(self.problems)
        if lengths[best] == 0:
            best = FALLBACK
            hints.append(
                f'Unknown kit "{port_name}": using General MIDI; if a pad shows up as another, '
                "teach the station this kit: 'station kits learn' and its address."
            )
        return Picked(self.profiles[best], " ".join(hints) or None)


def own_folder() -> Path:
    """Where a person's own profiles are."""
    return settings.user_config_dir() / "kits"


def load_library() -> Library:
    """Read every profile; a broken one of a person's own is left out and told.

    Raises
    ------
    ProfileError, FileError
        When a shipped profile is missing or broken.
    """
    profiles: dict[str, Profile] = {}
    broken: dict[str, str] = {}
    for path in _files(own_folder()):
        try:
            profiles[path.stem] = load_profile(path)
        except FileError as error:
            broken[path.stem] = str(error)
    for path in _files(settings.config_dir() / "kits"):
        if path.stem not in profiles:
            profiles[path.stem] = load_profile(path)
    if FALLBACK not in profiles:
        raise ProfileError(
            f"The profile {FALLBACK}.toml is missing from {settings.config_dir() / 'kits'}; "
            "install the station again."
        )
    return Library(profiles, broken)


def load_profile(path: Path) -> Profile:
    """A profile from a file.

    Raises
    ------
    FileError
        ProfileError when it is not sound.
    """
    return read_profile(read_text(path), path.stem, path.name)


def pick_profile(port_name: str) -> Picked:
    """The profile for a port's name, from all that are at hand.

    Raises
    ------
    ProfileError, FileError
        When a shipped profile is missing or broken.
    """
    return load_library().pick(port_name)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".toml")
    except OSError:
        return []
