"""Options for the settings of a segmentation, made from `Params`."""

import argparse
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from ..core.params import PRESETS, Params

_SHORT = {"n_clusters": "-k"}


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add ``--preset`` and one option for each setting."""
    basic = parser.add_argument_group("settings")
    advanced = parser.add_argument_group("advanced settings")
    basic.add_argument(
        "--preset",
        choices=list(PRESETS),
        default="auto",
        help="Where the settings start from. (default: auto)",
    )
    for name, field in Params.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        group = advanced if extra.get("advanced") else basic
        flags = [_SHORT[name]] if name in _SHORT else []
        group.add_argument(
            *flags,
            f"--{name.replace('_', '-')}",
            dest=name,
            # Only what was given overrides the preset.
            default=argparse.SUPPRESS,
            help=f"{field.description} ({_facts(field)})".replace("%", "%%"),
            **_kind(field.annotation),
        )


def given_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given, by name."""
    return {name: value for name, value in vars(arguments).items() if name in Params.model_fields}


def _kind(annotation: Any) -> dict[str, Any]:
    """Return how argparse is to read a value of this type."""
    wanted = [kind for kind in get_args(annotation) if kind is not NoneType]
    if get_origin(annotation) is Literal:
        return {"choices": wanted}
    kind = wanted[0] if wanted else annotation
    if kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    return {"type": kind, "metavar": {int: "N", str: "TEXT"}.get(kind, "X")}


def _facts(field: FieldInfo) -> str:
    """Return range and default in words."""
    bounds = {
        name: getattr(mark, name)
        for mark in field.metadata
        for name in ("ge", "gt", "le")
        if hasattr(mark, name)
    }
    facts = []
    if "ge" in bounds and "le" in bounds:
        facts.append(f"{bounds['ge']} to {bounds['le']}")
    elif "gt" in bounds:
        facts.append(f"above {bounds['gt']}")
    default = field.default
    if default is None:
        default = "automatic"
    elif isinstance(default, bool):
        default = "yes" if default else "no"
    elif default == "":
        default = "none"
    return ", ".join([*facts, f"default: {default}"])
