"""A picture as PNG, without a browser."""

from importlib.resources import as_file, files

from almazara.errors import MissingExtraError
from almazara.figures.style import Theme, standalone, values


def png(svg: str, width: int) -> bytes:
    """A picture that was drawn with a width, as a PNG so many pixels wide, on light paper.

    resvg reads neither WOFF2 nor a variable font by its family's name, so the font stands beside this module as
    TrueType, renamed; letters that it lacks come from the machine's fonts.

    Raises:
        MissingExtraError: when resvg-py is not installed.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise MissingExtraError("report", "A picture as PNG") from error
    with as_file(files(__package__).joinpath("public-sans.ttf")) as font:
        image = resvg_py.svg_to_bytes(
            svg_string=standalone(svg),
            width=width,
            background=values(Theme.LIGHT)["paper"],
            font_files=[str(font)],
            sans_serif_family="Public Sans",
        )
    return bytes(image)
