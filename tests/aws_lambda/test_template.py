"""The template is valid, and says of tables, queues and rights what the code needs, and no more."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from almazara.aws_lambda import plan
from almazara.prices.store.dynamodb_table import KEYS
from aws_template import PATH, allowed, resources

ASKS = {"dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
COPIES = {"s3:GetObject", "s3:ListBucket"}
RIGHTS = {
    "Api": ASKS | LOGS | COPIES | {"dynamodb:DeleteItem", "dynamodb:PutItem"},
    "Plan": ASKS | LOGS | {"dynamodb:PutItem", "sqs:SendMessage"},
    "Read": ASKS
    | LOGS
    | {"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem"}
    | {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
    "Alert": ASKS | LOGS | COPIES | {"dynamodb:DeleteItem", "dynamodb:PutItem", "sqs:SendMessage"},
}


def properties(name: str) -> dict:
    return resources()[name]["Properties"]


@pytest.mark.server
def test_cfn_lint_finds_nothing_in_it():
    lint = Path(sys.executable).with_name("cfn-lint")
    program = str(lint) if lint.exists() else shutil.which("cfn-lint")
    assert program, "uv sync --group test"
    linted = subprocess.run([program, "--include-checks", "I", "--", PATH], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("function", RIGHTS)
def test_a_function_has_the_rights_that_its_work_takes_on_resources_of_this_stack_alone(function):
    rights = allowed(function)
    assert set(rights) == RIGHTS[function]
    own = {resource.partition(".")[0].removeprefix("${") for resource in rights.values()}
    assert own <= {"Table", "Artifacts", "Batches", "DeadEvents", f"{function}Log"}


def test_every_function_names_a_handler_that_is_there():
    source = PATH.parents[2] / "src"
    handlers = [one["Properties"]["Handler"] for one in resources().values() if one["Type"].endswith("::Function")]
    assert len(handlers) == len(RIGHTS)
    for handler in handlers:
        module, _, name = handler.rpartition(".")
        text = (source / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
        assert f"def {name}(" in text or f"\n{name} = " in text


def test_the_table_is_the_one_that_the_store_makes():
    assert {key["AttributeName"]: key["KeyType"] for key in properties("Table")["KeySchema"]} == KEYS
    assert {key["AttributeName"] for key in properties("Table")["AttributeDefinitions"]} == set(KEYS)


def test_a_message_is_kept_as_long_as_its_run_is_waited_for_and_hidden_for_as_long_as_it_may_be_worked_on():
    queue, mapping = properties("Batches"), properties("Read")["Events"]["Batch"]["Properties"]
    assert queue["FifoQueue"] is True
    assert queue["MessageRetentionPeriod"] == plan.KEPT.total_seconds()
    assert queue["VisibilityTimeout"] >= 6 * properties("Read")["Timeout"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties("DeadBatches")["FifoQueue"] is True  # as SQS asks of the dead letters of such a queue


def test_the_free_tier_of_dynamodb_is_not_left():
    assert properties("Table")["BillingMode"] == "PROVISIONED"
    assert {"ProvisionedThroughput", "BillingMode", "AttributeDefinitions", "KeySchema"} == set(properties("Table"))
