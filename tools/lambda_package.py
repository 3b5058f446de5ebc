"""Makes build/lambda, what the functions of deploy/aws/template.yaml are made of, and says how large it is.

It is what uv.lock names for the extra `aws`, without what answers and fetches need no part of: Polars and SciPy, which
build, train and forecast, are more than the 250 MB of a function by themselves.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "lambda"
PYTHON = "3.13"
PLATFORM = "x86_64-manylinux_2_28"
MOST_MB = 250
LEFT_OUT = ("polars", "scipy", "uvicorn", "uvloop", "typer", "rich")
_MB = 1_000_000


def main() -> None:
    """Make it, and print its sizes; an error when it is too large for a function."""
    try:
        make(TARGET)
    except subprocess.CalledProcessError as error:
        sys.exit(f"build/lambda was not made: `{' '.join(error.cmd[:4])} ...` failed, as it says above. "
                 f"Python {PYTHON} must be on this machine, or uv must reach the network to fetch it.")  # fmt: skip
    unzipped, zipped = sizes(TARGET)
    print(f"{TARGET.relative_to(ROOT)}: {unzipped} MB, {zipped} MB zipped; a function may have {MOST_MB} MB.")
    sys.exit(int(unzipped > MOST_MB))


def make(target: Path) -> None:
    """Install into an empty folder what runs on Lambda, with its bytecode, since a function cannot keep any."""
    uv = str(Path(sys.executable).with_name("uv"))
    pruned = [word for name in LEFT_OUT for word in ("--prune", name)]
    export = [uv, "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--extra", "aws", *pruned]
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    install += ["--python-version", PYTHON, "--python-platform", PLATFORM]
    subprocess.run(["rm", "-rf", str(target)], check=True)
    with tempfile.NamedTemporaryFile(suffix=".txt") as requirements:
        subprocess.run([*export, "--output-file", requirements.name], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*install, "--only-binary", ":all:", "--requirements", requirements.name], check=True)
    subprocess.run([*install, str(ROOT)], check=True)
    compiled = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", str(target)]
    subprocess.run([uv, "run", "--no-project", "--python", PYTHON, "python", *compiled], check=True)


def sizes(folder: Path) -> tuple[int, int]:
    """Megabytes of a folder's files, as they are and zipped."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        zipped = file.tell()
    return sum(path.stat().st_size for path in files) // _MB, zipped // _MB


if __name__ == "__main__":
    main()
