"""The template as plain values, with the functions of CloudFormation as `{"Ref": ...}` and the like."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).resolve().parents[1] / "deploy" / "aws" / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms."""


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag == "Ref" else f"Fn::{tag}"
    return {name: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None}


_Loader.add_multi_constructor("!", _short_form)


@cache
def resources() -> dict[str, Any]:
    return yaml.load(PATH.read_text(encoding="utf-8"), _Loader)["Resources"]


def allowed(function: str) -> dict[str, str]:
    """What a function may do, and to which resource: `{"dynamodb:Query": "Table.Arn"}`."""
    role = resources()[resources()[function]["Properties"]["Role"]["Fn::GetAtt"].removesuffix(".Arn")]["Properties"]
    statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    assert {one["Effect"] for one in statements} == {"Allow"}
    return {action: next(iter(one["Resource"].values())) for one in statements for action in one["Action"]}
