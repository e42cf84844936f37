"""Segment many files with a trained model.

INPUTs are files, folders and quoted patterns. DIR gets the labels, a
manifest, measurements.csv and report.html. A file that cannot be done does
not stop the others: each is named, and the exit code is 1. With --resume,
what an earlier run with the same model and settings finished is left alone.
"""

import argparse
from pathlib import Path
from typing import Any

from .terminal import add_json_option, print_result, progress_bar, say, spacing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("inputs", metavar="INPUT", nargs="+", help="file, folder or quoted pattern")
    parser.add_argument("-m", "--model", metavar="MODEL", type=Path, required=True, help="made by train")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="folder to write to")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument("--jobs", metavar="N", type=int, help="files at a time (default: automatic)")
    parser.add_argument("--view", action="store_true", help="write pictures in the class colours, too")
    parser.add_argument("--scores", action="store_true", help="write the class scores, too")
    parser.add_argument("--truth", metavar="DIR", type=Path, help="folder with masks of the same names")
    parser.add_argument(
        "--truth-from-zero", action="store_true", help="the truth counts classes from 0, the seeds from 1"
    )
    parser.add_argument("--ignore", metavar="N", type=int, help="do not score where the truth has this value")
    parser.add_argument(
        "--tolerance", metavar="X", type=float, default=2.0, help="of boundaries, in pixels (default: 2)"
    )
    parser.add_argument("--channel-axis", metavar="N", type=int, help="axis of the channels")
    parser.add_argument(
        "--spacing", metavar="SIZES", type=spacing, help="pixel size along each axis; inf for frames"
    )
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the files, say what went wrong with which, and sum up."""
    from ..batch.run import segment_folder

    outcomes = []
    with progress_bar("segmenting") as progress:
        for outcome in segment_folder(
            arguments.model,
            arguments.inputs,
            arguments.output,
            resume=arguments.resume,
            jobs=arguments.jobs,
            truth=arguments.truth,
            truth_from_zero=arguments.truth_from_zero,
            ignore=arguments.ignore,
            tolerance=arguments.tolerance,
            view=arguments.view,
            scores=arguments.scores,
            channel_axis=arguments.channel_axis,
            spacing=arguments.spacing,
        ):
            outcomes.append(outcome)
            progress(outcome.n_done, outcome.n_total)
            if outcome.problem:
                say(f"{outcome.path}: {outcome.problem}")
    summary = _summary(outcomes, arguments.output)
    print_result(arguments, summary, *_lines(summary))
    return int(any(outcome.status != "done" for outcome in outcomes))


def _summary(outcomes: list[Any], output: Path) -> dict[str, Any]:
    from statistics import mean

    ious = [outcome.scores["iou"] for outcome in outcomes if outcome.scores is not None]
    return {
        "output": str(output),
        "report": str(output / "report.html"),
        "n_done": sum(outcome.status == "done" for outcome in outcomes),
        "n_resumed": sum(outcome.resumed for outcome in outcomes),
        "failed": {str(outcome.path): outcome.problem for outcome in outcomes if outcome.problem},
        "drift": {str(outcome.path): outcome.drift_warning for outcome in outcomes if outcome.drift_warning},
        "mean_iou": mean(ious) if ious else None,
    }


def _lines(summary: dict[str, Any]) -> list[str]:
    failed, drift = len(summary["failed"]), len(summary["drift"])
    parts = [f"{summary['n_done']} done"]
    parts += [f"{summary['n_resumed']} of them earlier"] if summary["n_resumed"] else []
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{drift} unlike the training images"] if drift else []
    parts += [f"mean IoU {summary['mean_iou']:.4f}"] if summary["mean_iou"] is not None else []
    return [f"{summary['output']}: {', '.join(parts)}", f"report: {summary['report']}"]
