"""What is chosen and painted right now, as values for the session and the workers: it changes nothing."""

from ..core.legend import Legend
from ..session import Facts
from .classes import Classes
from .inputs import Inputs
from .job import Request
from .palette import Palette
from .params_form import ParamsForm
from .results import Results
from .seed_tracker import SeedTracker
from .sitting import Sitting
from .source import Source


class Situation:
    """Reads those who know what is chosen.

    Parameters
    ----------
    inputs, seeds, params, classes, clusters, results
        Who knows image and region, strokes, settings, legend, palette edits, and what is shown of them.
    """

    def __init__(
        self,
        inputs: Inputs,
        seeds: SeedTracker,
        params: ParamsForm,
        classes: Classes,
        clusters: Palette,
        results: Results,
    ) -> None:
        self._inputs = inputs
        self._seeds = seeds
        self._params = params
        self._classes = classes
        self._clusters = clusters
        self._results = results

    @property
    def has_result(self) -> bool:
        """Whether there is a result of what is chosen, perhaps an earlier one."""
        return self._results.last is not None

    @property
    def has_mask(self) -> bool:
        """Whether there is a mask of the chosen image, of whatever strokes."""
        source = self._inputs.source
        return source is not None and self._results.has_mask(source)

    @property
    def legend(self) -> Legend:
        """How the classes are called and drawn, all that are painted included."""
        return self._classes.legend.listing(self._seeds.counts)

    def facts(self) -> Facts:
        """Return what the session wants to know."""
        source, counts = self._inputs.source, self._seeds.counts
        ignored = self._classes.legend.ignored
        return Facts(
            image_shape=None if source is None else source.shape,
            seeds_shape=self._inputs.seeds_shape,
            classes=tuple(value for value in counts if value not in ignored),
            ignored=tuple(value for value in counts if value in ignored),
            painted_px=sum(counts.values()),
            keeps_output=bool(self._results.outputs),
            region_problem=self._inputs.region_problem,
            has_result=self.has_result,
            fitting_channels=self._inputs.fitting_channels,
        )

    def request(self, source: Source) -> Request:
        """Return what a result of `source` is to be made of."""
        return Request(
            image=source.data,
            seeds=self._inputs.seeds(source),
            channel_axis=source.data_channel_axis,
            channels=source.channels,
            spacing=source.spacing,
            preset=self._params.preset,
            params=self._params.overrides(),
            edits=self._clusters.edits,
            ignore=tuple(sorted(self._classes.legend.ignored)),
            region=self._inputs.region,
        )

    def sitting(self) -> Sitting | None:
        """Return all that leads to the result; None while seeds do not fit or nothing is painted."""
        source = self._inputs.source
        if source is None or self._inputs.seeds_shape != source.shape or not self._seeds.counts:
            return None
        image, path = source.layer, self._inputs.path_of(source.layer)
        return Sitting(
            self.request(source),
            image.name,
            path,
            self._classes.legend,
            Source(image).placement,
            image.rgb,
            self._results.outputs,
        )
