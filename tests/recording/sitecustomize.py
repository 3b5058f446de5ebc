"""For a process with this folder on its path: each call of AWS is written to the file that AWS_CALLS names, and the
libraries that ABSENT names, which the package of the functions leaves out, are not installed.
"""

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path


class _Recorded(MetaPathFinder):
    """Lets botocore's clients be imported as they are, and then writes down what they call."""

    def find_spec(self, name, path=None, target=None):
        if name != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            call = module.BaseClient._make_api_call

            def recorded(client, operation, arguments):
                with Path(os.environ["AWS_CALLS"]).open("a") as file:
                    file.write(f"{client.meta.service_model.endpoint_prefix}:{operation}\n")
                return call(client, operation, arguments)

            module.BaseClient._make_api_call = recorded

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, _Recorded())
sys.modules.update(dict.fromkeys(os.environ["ABSENT"].split(",")))
