"""The work on one image as it is right now, and what the workers write of it: no layers, no widgets."""

import json
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from ..core.errors import SeededKMeansError
from ..core.frames import are_frames
from ..core.legend import Legend
from ..core.region import are_equal
from ..io.digests import digest
from ..io.files import safe_writer
from ..io.images import read_image, write_image
from ..io.placement import Placement
from ..io.seeds import write_seeds
from ..io.sessions import ImageReference, SavedSession, beside, region_path, seeds_path, write_session
from .job import Request

_SCRIPT = '''"""Segment {name} as it was done in napari: same strokes, same settings, same mask."""

{imports}from pathlib import Path

import napari_seeded_kmeans as nsk

HERE = Path(__file__).parent

image = nsk.read_image({image})
{channels}seeds = nsk.read_labels(HERE / {seeds!r})
result = nsk.segment(
    image,
    seeds,
    channel_axis={channel_axis!r},
    spacing={spacing},
    preset={preset!r},
{more})
result.model.names.update({names!r})
result.model.colors.update({colors!r})
result.model.save(HERE / {model!r})
nsk.write_seeds(result.labels, HERE / {labels!r})
print("Labels of classes", result.classes, "are in", HERE / {labels!r})
'''


@dataclass(frozen=True, eq=False)
class Sitting:
    """What is needed to come back to this point.

    Attributes
    ----------
    request : Request
        What a result is made of.
    name, path : str
        What the image is called and where it came from; the path may be empty.
    legend : Legend
    placement : mapping
        Where the image lies, see `Source.placement`.
    is_rgb : bool
        Whether the last axis of the image is shown as colour.
    outputs : tuple of str
        Which layers are kept of the result.
    """

    request: Request
    name: str
    path: str
    legend: Legend
    placement: Placement
    is_rgb: bool
    outputs: tuple[str, ...]

    def is_like(self, saved: SavedSession) -> bool:
        """Whether a session of the same strokes would lead to the same result under the same names."""
        request, legend = self.request, self.legend
        # Listed in one only are classes that nobody painted.
        own, other = legend.listing(saved.legend.values), saved.legend.listing(legend.values)
        mine = request.preset, dict(request.params), request.edits, own.to_rows()
        theirs = saved.preset, dict(saved.params), saved.edits, other.to_rows()
        own_axes = request.channel_axis, request.channels, are_frames(request.spacing)
        has_same_axes = own_axes == (saved.channel_axis, saved.channels, saved.has_frames)
        return has_same_axes and mine == theirs and are_equal(request.region, saved.region)

    def to_session(self, image_digest: str) -> SavedSession:
        """Return it in the form that is written."""
        request = self.request
        data = request.image
        reference = ImageReference(self.name, self.path, tuple(data.shape), str(data.dtype), image_digest)
        return SavedSession(
            reference,
            request.seeds,
            request.channel_axis,
            request.preset,
            request.params,
            self.legend,
            request.edits,
            request.region,
            placement=self.placement,
            is_rgb=self.is_rgb,
            channels=request.channels,
            has_frames=are_frames(request.spacing),
            outputs=self.outputs,
        )


def save_session(sitting: Sitting, path: str | Path) -> None:
    """Write the session, in the worker thread."""
    write_session(sitting.to_session(digest(sitting.request.image)), path)


def export_script(sitting: Sitting, path: str | Path) -> None:
    """Write a script that gives the same mask, with its seeds beside it, in the worker thread.

    The image is copied beside it, too, unless reading its file gives the very same pixels.
    """
    path, request = Path(path), sitting.request
    image_path = beside(path, ".image.npy")
    if _is_in_file(sitting):
        image = repr(sitting.path)
    else:
        write_image(np.asarray(request.image), image_path)
        image = f"HERE / {image_path.name!r}"
    write_seeds(request.seeds, seeds_path(path))
    text = _SCRIPT.format(
        imports="import json\n" if request.edits else "",
        more=_write_more(request, path),
        name=sitting.name.replace('"', "'").replace("\\", "/"),
        image=image,
        seeds=seeds_path(path).name,
        channel_axis=request.channel_axis,
        channels=_write_channels(request),
        spacing=_write_spacing(request),
        preset=request.preset,
        names=dict(sitting.legend.names),
        colors=dict(sitting.legend.colors),
        model=beside(path, ".model.json").name,
        labels=beside(path, ".labels.tif").name,
    )
    with safe_writer(path) as file:
        file.write(text.encode())


def _write_channels(request: Request) -> str:
    """Return the line that leaves out the channels that do not count, if there are any."""
    if request.channels is None:
        return ""
    return f"image = image.take({list(request.channels)!r}, axis={request.channel_axis!r})\n"


def _write_spacing(request: Request) -> str:
    sizes = ['float("inf")' if size == inf else repr(size) for size in request.spacing]
    return f"({', '.join(sizes)},)"


def _write_more(request: Request, path: Path) -> str:
    """Write edits and region beside the script; return the arguments that stand for what is not usual."""
    lines = []
    if request.edits:
        edits_path = beside(path, ".palette.json")
        with safe_writer(edits_path) as file:
            file.write((json.dumps(request.edits.to_dict(), indent=1) + "\n").encode())
        lines.append(
            f"    edits=nsk.PaletteEdits.from_dict(json.loads((HERE / {edits_path.name!r}).read_text())),\n"
        )
    if request.ignore:
        lines.append(f"    ignore={request.ignore!r},\n")
    if request.region is not None:
        write_seeds(request.region.astype(np.uint8), region_path(path))
        lines.append(f"    region=nsk.read_labels(HERE / {region_path(path).name!r}),\n")
    lines += [f"    {name}={value!r},\n" for name, value in request.params.items()]
    return "".join(lines)


def _is_in_file(sitting: Sitting) -> bool:
    if not sitting.path:
        return False
    try:
        stored = read_image(sitting.path)
    except SeededKMeansError:
        return False
    array = np.asarray(sitting.request.image)
    return stored.dtype == array.dtype and np.array_equal(stored, array)
