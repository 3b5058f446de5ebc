"""The image, compose.yaml, render.yaml, railway.json, a Space: of the documented form, safe, and true of the app."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import yaml

from almazara.artifacts import open_artifacts
from almazara.movies.building import MOVIES
from almazara.settings import Settings
from dvc_project import ROOT, run_in, tool

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
BUILD, FINAL = DOCKERFILE.split("\nFROM ", maxsplit=2)[1:]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("almazara")}
RENDER = yaml.safe_load((ROOT / "render.yaml").read_text(encoding="utf-8"))
RAILWAY = json.loads((ROOT / "railway.json").read_text(encoding="utf-8"))
SPACE = ROOT / "deploy" / "huggingface"
SPACE_DOCKERFILE = (SPACE / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
CARD = yaml.safe_load((SPACE / "README.md").read_text(encoding="utf-8").split("---\n")[1])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# https://render.com/docs/blueprint-spec: fields of a web service that is built from a Dockerfile, without those that
# Render refuses on its free plan (a disk, scaling, a shutdown delay, a command before a deployment).
RENDER_SERVICE = {
    *("type", "name", "runtime", "plan", "region", "repo", "branch", "rootDir", "buildFilter", "domains", "envVars"),
    *("autoDeployTrigger", "dockerfilePath", "dockerContext", "dockerCommand", "healthCheckPath", "registryCredential"),
}
RENDER_SOURCES = {"value", "generateValue", "sync", "fromDatabase", "fromService"}
RENDER_DATABASE = {"name", "plan", "region", "databaseName", "user", "postgresMajorVersion", "ipAllowList"}
RENDER_PROPERTIES = {"host", "port", "database", "user", "password", "connectionString", "connectionPoolString"}
# https://docs.railway.com/config-as-code/reference: each field, and what may stand in it.
RAILWAY_FIELDS = {
    "build": {"builder": "RAILPACK|DOCKERFILE", "watchPatterns": ".+", "dockerfilePath": ".+"},
    "deploy": {
        "startCommand": ".+",
        "healthcheckPath": "/.*",
        "healthcheckTimeout": r"\d+",
        "drainingSeconds": r"\d+",
        "restartPolicyType": "ON_FAILURE|ALWAYS|NEVER",
        "restartPolicyMaxRetries": r"\d+",
    },
}
# https://huggingface.co/docs/hub/spaces-config-reference: keys of a Space that is built from a Dockerfile.
SPACE_FORMS = {
    "title": ".+",
    "emoji": r"\W",
    "colorFrom": "red|yellow|green|blue|indigo|purple|pink|gray",
    "colorTo": "red|yellow|green|blue|indigo|purple|pink|gray",
    "sdk": "docker",
    "app_port": r"\d+",
    "base_path": "/.*",
    "fullWidth": "True|False",
    "header": "mini|default",
    "short_description": ".{1,60}",
    "pinned": "True|False",
    "startup_duration_timeout": r"\d+[mh]",
}


def extras(names):
    return set(names.replace(",", " ").split())


def render_variables():
    return {one["key"]: one for one in RENDER["services"][0]["envVars"]}


def test_the_linter_of_dockerfiles_has_nothing_to_say():
    run_in(ROOT, tool("hadolint"), "Dockerfile", str(SPACE / "Dockerfile"))


def test_the_image_runs_as_nobody_in_particular_and_holds_nothing_that_builds():
    assert re.search(r"^USER (\d+):\d+$", FINAL, re.MULTILINE)[1] != "0"
    assert not re.search(r"\b(pip|uv|apt-get|curl)\b", FINAL)
    assert BUILD.startswith("python:${PYTHON} AS build")
    assert FINAL.startswith("python:${PYTHON}\n")


def test_railway_would_refuse_the_volumes_and_caches_of_a_dockerfile():
    assert not re.search(r"^VOLUME|--mount=type=cache", DOCKERFILE, re.MULTILINE)


def test_nothing_is_copied_into_the_image_but_what_it_is_made_of():
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    let_in = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", BUILD, re.MULTILINE) for name in line.split()}
    assert rules[0] == "*"
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_what_is_installed_into_an_image_are_extras_of_the_package():
    named = extras(re.search(r'^ARG EXTRAS="(.*)"$', BUILD, re.MULTILINE)[1]) | extras(
        render_variables()["EXTRAS"]["value"]
    )
    for one in OURS.values():
        named |= extras(one["build"]["args"]["EXTRAS"].removeprefix("${EXTRAS:-").removesuffix("}"))
    assert "postgres" in named
    assert named <= set(PROJECT["project"]["optional-dependencies"])


def test_each_setting_that_is_given_is_one():
    given = set(re.findall(r"\b(ALMAZARA_[A-Z_]+)=", DOCKERFILE + SPACE_DOCKERFILE)) | {
        name for name in render_variables() if "ALMA" in name
    }
    for one in OURS.values():
        given |= {name for name in one["environment"] if name.startswith("ALMAZARA_")}
    assert "ALMAZARA_STORE_URL" in given
    assert given <= {f"ALMAZARA_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_image_is_healthy_while_the_app_answers(status, code):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *args):
            pass

    command = json.loads(re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", FINAL, re.MULTILINE)[1])
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        answering = Thread(target=server.handle_request if status else server.server_close)
        answering.start()
        ended = subprocess.run(
            [sys.executable, *command[1:]],
            env={**os.environ, "ALMAZARA_PORT": str(server.server_port), "http_proxy": "http://127.0.0.1:9"},
            stderr=subprocess.DEVNULL,
            check=False,
        )
        answering.join()
    assert (command[0], ended.returncode) == ("python3", code)


def test_the_films_of_the_image_are_those_that_the_app_would_build(sample_home):
    code = re.search(r'bin/python -c "([^"]+)"', BUILD)[1]
    before = open_artifacts(Settings(home=sample_home)).current(MOVIES).version
    run_in(ROOT, "env", f"ALMAZARA_HOME={sample_home}", sys.executable, "-c", code)
    assert open_artifacts(Settings(home=sample_home)).current(MOVIES).version == before


def test_compose_is_of_the_form_that_is_documented():
    run_in(ROOT, tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "compose.yaml")


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_may_write_only_where_it_must(name):
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume.split(":")[1] for volume in service["volumes"]] == ["/data"]


def test_compose_holds_no_secret_and_opens_nothing_to_other_machines():
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert all(found.startswith("${") for found in re.findall(r"(?:PASSWORD: |almazara:)(\S+)@?", text) if "@" in found)
    for service in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_compose_begins_prefect_only_where_it_is_asked_for_and_without_a_schedule_beside_it():
    services = COMPOSE["services"]
    assert {name for name, one in services.items() if "profiles" not in one} == {"app", "store"}
    assert services["app"]["environment"]["ALMAZARA_SCHEDULE"] == "${ALMAZARA_SCHEDULE:-true}"
    assert "ALMAZARA_SCHEDULE" not in services["flows"]["environment"]
    assert services["flows"]["volumes"] == services["app"]["volumes"]


def test_render_is_asked_for_what_its_free_plan_gives():
    [service], [database] = RENDER["services"], RENDER["databases"]
    assert set(RENDER) == {"services", "databases"}
    assert set(service) <= RENDER_SERVICE
    assert set(database) <= RENDER_DATABASE
    assert (service["type"], service["runtime"]) == ("web", "docker")
    assert {service["plan"], database["plan"]} == {"free"}
    assert service["region"] == database["region"]
    assert service["autoDeployTrigger"] in {"commit", "checksPass", "off"}
    assert (ROOT / service["dockerfilePath"]).is_file()


def test_each_variable_on_render_has_one_source_and_no_secret_stands_in_the_file():
    secrets = {
        f"ALMAZARA_{name.upper()}" for name, one in Settings.model_fields.items() if "Secret" in str(one.annotation)
    }
    for name, one in render_variables().items():
        [source] = set(one) - {"key"}
        assert source in RENDER_SOURCES
        assert source != "value" or (isinstance(one["value"], str) and name not in secrets)
    store = render_variables()["ALMAZARA_STORE_URL"]["fromDatabase"]
    assert store["name"] == RENDER["databases"][0]["name"]
    assert store["property"] in RENDER_PROPERTIES
    assert render_variables()["PORT"]["value"] in re.search(r"ALMAZARA_PORT=(\d+)", FINAL)[1]


def test_railway_json_is_of_the_form_that_is_documented():
    assert set(RAILWAY) == {"$schema", *RAILWAY_FIELDS}
    for part, forms in RAILWAY_FIELDS.items():
        for name, value in RAILWAY[part].items():
            for one in value if isinstance(value, list) else [value]:
                assert re.fullmatch(forms[name], str(one)), name


def test_on_railway_the_app_listens_where_it_is_told_to(tmp_path):
    stand_in = tmp_path / "almazara"
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    command = shlex.split(RAILWAY["deploy"]["startCommand"])
    said = run_in(tmp_path, "env", f"PATH={tmp_path}:{os.environ['PATH']}", "PORT=4321", *command)
    assert said.split() == ["up", "--port", "4321"]


def test_the_health_of_the_app_is_asked_for_by_the_address_that_it_has():
    assert RENDER["services"][0]["healthCheckPath"] == RAILWAY["deploy"]["healthcheckPath"] == "/health"
    assert "'/health'" in FINAL


def test_the_card_of_a_space_says_what_is_documented():
    assert {"title", "sdk", "app_port"} <= set(CARD) <= set(SPACE_FORMS)
    for name, value in CARD.items():
        assert re.fullmatch(SPACE_FORMS[name], str(value)), name


def test_a_space_listens_where_its_card_says_and_its_user_may_write_its_home():
    port, home = (re.search(rf"ALMAZARA_{name}=(\S+)", SPACE_DOCKERFILE)[1] for name in ("PORT", "HOME"))
    assert f"EXPOSE {port}\n" in SPACE_DOCKERFILE
    assert int(port) == CARD["app_port"]
    assert f"--chown=1000:1000 /data {home}\n" in SPACE_DOCKERFILE
    assert re.findall(r"^USER (.+)$", SPACE_DOCKERFILE, re.MULTILINE)[-1] == "1000:1000"


def test_a_space_is_the_image_with_its_own_settings():
    assert re.findall(r"^FROM (\S+)", SPACE_DOCKERFILE, re.MULTILINE) == ["${IMAGE}", "release"]
    assert not re.search(r"^(CMD|ENTRYPOINT|HEALTHCHECK)", SPACE_DOCKERFILE, re.MULTILINE)
    named = re.search(r"ALMAZARA_FRAME_ORIGINS=(\S+)", SPACE_DOCKERFILE)[1]
    assert Settings(frame_origins=named).frame_origins == ("https://huggingface.co",)
