"""What a picture's SVG says, read back: its elements, and where its paths go."""

import re
from xml.etree import ElementTree as ET

_COMMAND = re.compile(r"([MmhvlzZ])([^MmhvlzZ]*)")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")


def parsed(svg):
    """The root of a picture, of which the whole must be XML."""
    return ET.fromstring(svg)


def by_class(root, name):
    """The elements that have a class, in the order of drawing."""
    return [element for element in root.iter() if name in element.get("class", "").split()]


def said(root):
    """All words of a picture."""
    return ["".join(element.itertext()) for element in root.iter("text")]


def stretches(element):
    """Where a path goes: a list of points for each of its parts."""
    found, here = [], (0.0, 0.0)
    for command, text in _COMMAND.findall(element.get("d")):
        values = [float(value) for value in _NUMBER.findall(text)]
        if command in "Mm":
            here = tuple(values) if command == "M" else (here[0] + values[0], here[1] + values[1])
            found.append([here])
        elif command in "zZ":
            here = found[-1][0]
        else:
            step = {"h": [*values, 0], "v": [0, *values], "l": values}[command]
            here = (here[0] + step[0], here[1] + step[1])
            found[-1].append(here)
    return [[(round(x, 1), round(y, 1)) for x, y in part] for part in found]
