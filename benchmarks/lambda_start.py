"""How long the functions of deploy/aws take from nothing to their first answer: `python benchmarks/lambda_start.py`.

`make lambda` must have made build/lambda. A table and a bucket are moto's, on this machine; the bucket holds the films
of a home folder (`--home`, where `almazara up` has built some). A CPU limit needs a cgroup that may be written (root);
without one, processor seconds alone are told. Lambda gives a function its memory's share of a core: one for 1,769 MB.
"""

import argparse
import json
import logging
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
from moto.server import ThreadedMotoServer

PACKAGE = Path(__file__).resolve().parents[1] / "build" / "lambda"
REGION = "eu-west-1"
MEMORY = (512, 1024, 1769)
WHOLE_CORE_MB = 1769
URL_EVENT = {
    "version": "2.0",
    "rawPath": "/health",
    "rawQueryString": "",
    "headers": {"host": "bench"},
    "requestContext": {"domainName": "bench", "http": {"method": "GET", "path": "/health", "sourceIp": "192.0.2.1"}},
    "isBase64Encoded": False,
}
EVENTS = {"api": URL_EVENT, "plan": {}, "read": {"Records": []}, "alert": {}}
CHILD = """
import importlib, json, resource, sys, time
begun = time.monotonic()
class Context:
    def get_remaining_time_in_millis(self): return 60_000
handler = importlib.import_module("almazara.aws_lambda." + sys.argv[1]).handler
ready = time.monotonic()
handler(json.loads(sys.argv[2]), Context())
first = time.monotonic()
handler(json.loads(sys.argv[2]), Context())
again = time.monotonic()
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss, which counts what the parent held when this process was made.
resident = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([ready - begun, first - ready, again - first, used.ru_utime + used.ru_stime, resident / 1024]))
"""


@contextmanager
def limit(cores: float) -> Iterator[Path | None]:
    """A file that takes the processes which may use so much of a core; None where there is no such cgroup."""
    old = Path("/sys/fs/cgroup/cpu")
    group = (old if old.is_dir() else old.parent) / f"almazara-{os.getpid()}"
    try:
        group.mkdir()
        if old.is_dir():
            (group / "cpu.cfs_quota_us").write_text(str(int(cores * 100_000)))
        else:
            (group / "cpu.max").write_text(f"{int(cores * 100_000)} 100000")
    except OSError:
        yield None
        return
    try:
        yield group / "cgroup.procs"
    finally:
        time.sleep(0.5)  # until the last process has left it
        group.rmdir()


def started(function: str, python: str, environment: dict[str, str], procs: Path | None) -> list[float]:
    """Seconds until ready, of the first and of the second answer, processor seconds, and megabytes."""
    enter = "" if procs is None else f"echo $$ > {procs}; "
    command = ["sh", "-c", f'{enter}exec "$0" -c "$1" "$2" "$3"', python, CHILD, function, json.dumps(EVENTS[function])]
    with TemporaryDirectory() as home:
        env = {**environment, "ALMAZARA_HOME": home}
        done = subprocess.run(command, env=env, cwd=home, stdout=subprocess.PIPE, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def account(endpoint: str, home: Path | None) -> dict[str, str]:
    """The environment of the functions, with a queue, a table and a bucket."""
    aws = {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
    }
    os.environ.update(aws)
    queue = boto3.client("sqs").create_queue(QueueName="bench.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bench", CreateBucketConfiguration={"LocationConstraint": REGION})
    for path in (home / "artifacts").rglob("*") if home else ():
        if path.is_file():
            s3.upload_file(str(path), "bench", f"artifacts/{path.relative_to(home / 'artifacts')}")
    return {
        **aws,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PACKAGE),
        "ALMAZARA_STORE_URL": "dynamodb://bench",
        "ALMAZARA_QUEUE_URL": queue,
        "ALMAZARA_ARTIFACTS_URL": "s3://bench/artifacts",
        "ALMAZARA_DEMO": "false",
        "ALMAZARA_LOG_LEVEL": "ERROR",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a home folder whose published films the bucket holds")
    parser.add_argument("--python", default="python3.13", help="an interpreter of the functions' version")
    arguments = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it writes a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = account(f"http://{host}:{port}", arguments.home)
    print("function  memory  ready s  first answer s  next s  CPU s  resident MB")
    for memory in MEMORY:
        with limit(memory / WHOLE_CORE_MB) as procs:
            for function in EVENTS:
                ready, first, following, cpu, resident = started(function, arguments.python, environment, procs)
                shown = f"{memory:6d}" if procs else "     -"
                times = f"{ready:7.2f}  {first:14.2f}  {following:6.3f}  {cpu:5.2f}"
                print(f"{function:8}  {shown}  {times}  {resident:11.0f}")
    server.stop()


if __name__ == "__main__":
    main()
