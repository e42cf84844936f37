"""Goes on where a session ended: every view shows again what led to the result."""

from napari.layers import Image

from ..core.errors import SeededKMeansError
from ..core.palette_edits import NO_EDITS
from ..io.sessions import SavedSession
from .classes import Classes
from .front import Front
from .inputs import Inputs
from .palette import Palette
from .placing import is_unplaced, place, words_for_size
from .source import Source
from .words import words_for


def resume(
    saved: SavedSession, image: Image, front: Front, inputs: Inputs, classes: Classes, clusters: Palette
) -> str:
    """Go on with a session on the image it belongs to; return what to say if the mask may be another one."""
    choice = front.choice
    choice.choose_image(image)
    # Not before: what lies over an image goes with the one that is chosen.
    problem = _place(image, saved)
    if not image.rgb:
        choice.choose_channels(saved.channel_axis)
        choice.choose_subset(saved.channels)
    choice.choose_frames(has_frames=saved.has_frames)
    front.params.set_value(saved.preset, **saved.params)
    if saved.outputs is not None:
        front.outputs.set_value(saved.outputs)
    source = Source(image, choice.channel_axis, choice.channels, choice.has_frames)
    if saved.region is None:
        choice.choose_region(None)
    else:
        inputs.add_region(source, saved.region)
    # Last, so that the seeds are what one paints on. Those that are there keep edits of their own.
    if inputs.has_seeds(source, saved.seeds) and clusters.edits in (NO_EDITS, saved.edits):
        inputs.take_up_seeds()
    else:
        inputs.add_seeds(source, saved.seeds)
    classes.set_legend(saved.legend)
    clusters.resume(saved.edits)
    return problem or words_for_size(saved, source)


def _place(image: Image, saved: SavedSession) -> str:
    """Put an image where it was, unless somebody put it elsewhere; return what was wrong with that place."""
    if saved.placement is None or bool(image.rgb) != saved.is_rgb or not is_unplaced(image):
        return ""
    try:
        place(image, saved.placement)
    except SeededKMeansError as error:
        return words_for(error)
    return ""
