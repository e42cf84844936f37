"""Say what is in a model: what it was trained on, what it chose and how sure it is."""

import argparse
from pathlib import Path

from .terminal import add_json_option, print_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("model", metavar="MODEL", type=Path, help="made by train")
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> None:
    """Read the model and print what a person wants to know of it."""
    from ..core.params import asked_for
    from ..estimator import SeededKMeans

    model = SeededKMeans.load(arguments.model)
    images = () if model.training_ is None else model.training_.images
    names = [image.name or "an array" for image in images]
    settings = asked_for(model.params)
    lines = {
        "Classes": ", ".join(f"{value} {model.name_of(value)}" for value in model.classes),
        "Trained on": ", ".join(names) or "nothing that is recorded",
        "Settings by hand": ", ".join(f"{name}={value}" for name, value in settings.items()) or "none",
        **model.summary(),
    }
    report = {
        "classes": {str(value): model.name_of(value) for value in model.classes},
        "images": names,
        "settings": settings,
        "choices": model.choices.to_dict(),
        "estimated_accuracy": None if model.accuracy_ is None else model.accuracy_.to_dict(),
    }
    print_result(arguments, report, *(f"{title}: {words}" for title, words in lines.items()))
