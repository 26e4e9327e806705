"""Reading the settings, and telling every mistake in them at once, each with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from bot.config.model import Config, ConfigError, Environment, Program, Section, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

DEFAULT_PATH = "config.toml"
_LIKELY = 60
_REASONS = {
    "string_pattern_mismatch": "must be a time of day such as 09:00",
    "missing": "is missing",
    "tuple_type": "must be a list, in square brackets",
    "model_type": "must be a section with keys of its own",
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
}
_Model = TypeVar("_Model", bound=Section)


def load(environment: Mapping[str, str], path: str | None = None) -> Settings:
    """The settings from a file and the environment.

    The file is `path`, else `POSTERPULSE_CONFIG`, else `config.toml` where there is one.

    Raises:
        ConfigError: naming every mistake.
    """
    named = path or environment.get("POSTERPULSE_CONFIG")
    source = named or (DEFAULT_PATH if Path(DEFAULT_PATH).is_file() else None)
    mistakes: list[str] = []
    config = _parsed(Config, _read(source) if source else {}, source or "", mistakes)
    known = {name for name in Environment.model_fields if environment.get(name.upper())}
    told = {name: environment[name.upper()].strip() for name in known}
    parsed = _parsed(Environment, told, "environment", mistakes)
    if mistakes or config is None or parsed is None:
        raise ConfigError(mistakes)
    return Settings(config=config, environment=parsed, source=source)


def _read(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(source).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{source}: there is no such file; copy config.example.toml."]) from None
    except OSError as error:
        raise ConfigError([f"{source}: can't be read ({error.strerror})."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{source}: not valid TOML: {error}."]) from None


def _parsed(
    model: type[_Model], told: dict[str, Any], source: str, mistakes: list[str]
) -> _Model | None:
    try:
        return model.model_validate(told)
    except ValidationError as error:
        mistakes += [_sentence(source, model, each) for each in error.errors()]
        return None


def _sentence(source: str, model: type[BaseModel], error: ErrorDetails) -> str:
    place = _place(error["loc"])
    place = place.upper() if model is Environment else place
    if error["type"] != "extra_forbidden":
        reason = _reason(error)
        return f"{source}: {place}: {reason}" + ("" if reason.endswith("?") else ".")
    near = process.extractOne(str(error["loc"][-1]), _keys(model, error["loc"][:-1]))
    hint = f"; did you mean {near[0]}?" if near and near[1] > _LIKELY else "."
    return f"{source}: {place}: there is no such key{hint}"


def _reason(error: ErrorDetails) -> str:
    if error["type"] in _REASONS:
        return _REASONS[error["type"]]
    words = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return words.replace("Input should be", "must be")


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return place


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed where an unknown one stands."""
    sections = {"programs": Program}
    for part in location:
        if isinstance(part, str):
            default = model.model_fields[part].default if part in model.model_fields else None
            model = sections.get(part) or (
                type(default) if isinstance(default, BaseModel) else model
            )
    return list(model.model_fields)
