"""One colour per class value, the same in seeds, masks, lists and reports; safe for colour-blind people."""

import colorsys
import re

from .seeds import BACKGROUND, FOREGROUND

# Okabe and Ito, https://jfly.uni-koeln.de/color/, ordered so that the first two differ in hue *and*
# lightness under every common deficiency and stand out on dark pictures.
_OKABE_ITO = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2")
_GOLDEN_RATIO = (5**0.5 - 1) / 2
_FAINT = "33"


def class_color(value: int) -> str:
    """Return the colour of a class as ``"#rrggbb"``.

    Values 1 to 7 have the colours of Okabe and Ito (1 = background sky blue, 2 = foreground orange);
    any other integer gets a hue of its own by golden-ratio steps, always the same one.
    Value 0 means "not painted" and is drawn transparent, see `color_cycle`.
    """
    if 1 <= value <= len(_OKABE_ITO):
        return _OKABE_ITO[value - 1]
    red, green, blue = colorsys.hls_to_rgb(value * _GOLDEN_RATIO % 1.0, (0.4, 0.55, 0.7)[value % 3], 0.75)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def check_color(text: object) -> str:
    """Return `text` if it is a colour as ``"#rrggbb"``.

    Raises
    ------
    ValueError
        When it is anything else.
    """
    if not isinstance(text, str) or not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f"{text!r} is not a colour")
    return text


def class_name(value: int) -> str:
    """Return what a class is called as long as nobody named it."""
    return {BACKGROUND: "background", FOREGROUND: "foreground"}.get(value, f"class {value}")


def color_cycle(*, faint_background: bool = False) -> list[str]:
    """Return the colours of a labels layer, by value: item 0 is transparent, 1 to 255 are `class_color`.

    A list and not a dictionary: napari compiles for seconds in the GUI thread before it draws the first
    layer whose colours are given value by value. Values over 255 start again at 1.

    Parameters
    ----------
    faint_background : bool
        Draw the background class nearly transparent (masks), not solid (strokes).

    Returns
    -------
    list of 256 str
        ``"#rrggbb"`` or ``"#rrggbbaa"``.
    """
    colors = ["#00000000", *(class_color(value) for value in range(1, 256))]
    if faint_background:
        colors[BACKGROUND] += _FAINT
    return colors
