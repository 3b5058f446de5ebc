"""For a process with this folder on its path, the libraries of the costly forecasters are not installed."""

import sys

sys.modules.update(dict.fromkeys(("lightgbm", "prophet", "statsforecast", "tensorflow")))
