"""The embedded sample: invented films, people and ratings in exactly the raw format of The Movies Dataset.

Not one value comes from real data. The archive beside this module is made by `tools/sample`.
"""

import tarfile
from importlib import resources
from typing import Final

SAMPLE_NOTICE: Final = (
    "Muestra inventada: estas películas, personas y valoraciones no existen. "
    "An invented sample: these films, people and ratings do not exist."
)
_ARCHIVE: Final = "sample.tar.xz"


def sample_files() -> dict[str, bytes]:
    """The raw files of the sample by name, UTF-8 CSV, with every known kind of defect of the real ones."""
    packed = resources.files(__package__).joinpath(_ARCHIVE)
    with packed.open("rb") as file, tarfile.open(fileobj=file, mode="r:xz") as archive:
        return {member.name: content.read() for member in archive if (content := archive.extractfile(member))}
