# Almazara. `make` alone lists what can be done.
PYTHON ?= python3
EXTRAS ?= postgres
VENV := .venv
FLOWS := .venv-prefect
BIN := $(VENV)/bin
DVC := .venv-dvc
FILMS ?= # folders of films and ratings, for the peers: make peers-lenskit FILMS=... RATINGS=...
RATINGS ?=
WITHOUT ?= # extras that are not to be had here: make test WITHOUT="--no-extra lstm"
UV := $(BIN)/uv
# Tests wait for servers and children half of their time: half as many workers again as there are cores.
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE # tests start many processes: what was compiled once is kept
.PHONY: help up installed test quick nightly fuzz flows check format settings examples requirements sbom audit lambda sample mutants demo-video bench peers clean

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: $(VENV)/.base ## Install, build what is missing from the embedded sample, and serve on http://127.0.0.1:8000
	$(BIN)/almazara up

installed: $(VENV)/.dev $(FLOWS)/.made $(DVC)/.done ## Install all that the tests need

test: installed ## Install with all extras, and run every test but what is heavy and rare
	$(PYTEST)

quick: $(VENV)/.dev ## Run the tests that need no server, no training and no real data (a minute)
	HYPOTHESIS_PROFILE=quick $(PYTEST) -m quick -p no:schemathesis

nightly: installed ## Run every test, property tests with a thousand examples that are new each time
	HYPOTHESIS_PROFILE=nightly $(PYTEST) -m ""

fuzz: $(VENV)/.dev ## Let readers read a million of whatever strangers could write, each (hours; goes on where it was stopped)
	$(UV) sync --frozen --inexact --compile-bytecode --all-extras --no-extra prefect --group dev --group fuzz
	$(BIN)/python tools/fuzz.py

flows: $(FLOWS)/.made ## Install Prefect, in an environment of its own: .venv-prefect/bin/almazara flows ...

check: $(VENV)/.dev ## Lint, types, floors between the modules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

settings: $(VENV)/.base ## Write .env.example and docs/settings.md anew from the settings
	$(BIN)/python -m almazara.settings > .env.example
	$(BIN)/python -m almazara.settings --page > docs/settings.md

examples: $(VENV)/.dev ## Record the examples of answers in the description of the API anew
	$(BIN)/pytest -p no:xdist tests/api/test_generated_client.py -k example_shows --record-examples

requirements: $(VENV)/.base ## Write requirements.txt anew from uv.lock, for Streamlit Cloud, and what DVC is installed from
	{ echo '# What Streamlit Cloud installs for streamlit_app.py; made of uv.lock by `make requirements`.'; \
	$(UV) export --quiet --frozen --extra streamlit --extra postgres --no-hashes --no-annotate --no-header --no-emit-project; echo .; } \
	> deploy/streamlit/$@.txt
	{ echo '# What DVC is installed from, in an environment of its own; made by `make requirements`.'; \
	echo 'dvc[s3]>=3.67' | $(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --upgrade -; } > $@-dvc.txt

sbom: $(VENV)/.base ## Write build/sbom.cdx.json, what is installed with EXTRAS="postgres ..." (CycloneDX); the image has its own
	@mkdir -p build
	$(UV) export --quiet --frozen --format cyclonedx1.5 $(EXTRAS:%=--extra %) > build/sbom.cdx.json

# Scrapy's old fault is of stores of files on S3, which are not used; it has no mended release.
audit: $(VENV)/.dev ## Look the locked packages up among known faults: at osv.dev, or OSV=http://... of tools/advisories.py
	$(UV) audit --frozen --preview-features audit-command --ignore-until-fixed PYSEC-2017-83 $(if $(OSV),--service-url $(OSV))

lambda: $(VENV)/.base ## Make build/lambda, what the functions of deploy/aws are made of (docs/aws.md)
	$(BIN)/python tools/lambda_package.py

sample: $(VENV)/.base ## Make the embedded sample of films anew
	PYTHONPATH=tools $(BIN)/python -m sample

mutants: $(VENV)/.dev ## Change the pure modules in small ways, and see that their tests notice (minutes)
	$(UV) sync --frozen --inexact --compile-bytecode --all-extras --no-extra prefect --group dev --group mutants
	$(BIN)/python tools/mutants.py

demo-video: $(VENV)/.dev ## Film a walk through the site and every route of the API; leaves the pictures of the README
	$(UV) sync --frozen --inexact --compile-bytecode --all-extras --no-extra prefect --group dev --group video
	$(BIN)/python tools/demo_video.py

bench: $(VENV)/.dev ## Measure against what a user would do instead (minutes)
	$(BIN)/python benchmarks/run.py

peers: peers-implicit peers-lenskit peers-rectools ## Measure other libraries' recommenders beside ours, each in an environment of its own

# RecTools needs an older NumPy than we ask for, which is all that holds the two apart.
NUMPY_rectools := numpy<2
METHODS_implicit := implicit_als,implicit_bpr,implicit_cosine,implicit_bm25
METHODS_lenskit := lenskit_ease_300,lenskit_ease_1000,lenskit_implicit_mf,lenskit_item_knn
METHODS_rectools := rectools_ease_300,rectools_ease_1000,rectools_pure_svd
peers-implicit peers-lenskit peers-rectools: peers-%: | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) build/peers/$*
	echo '$(NUMPY_$*)' > build/peers/$*/overrides.txt
	$(UV) pip install --quiet --python build/peers/$*/bin/python --override build/peers/$*/overrides.txt $* .
	build/peers/$*/bin/almazara movies evaluate --folder '$(FILMS)' --ratings '$(RATINGS)' --split random \
	    --methods popularity,hybrid,$(METHODS_$*) --output build/peers/$*/evaluation

clean: ## Remove the environment and caches; what was built stays in ALMAZARA_HOME
	rm -rf $(VENV) $(FLOWS) $(DVC) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants

# --inexact keeps uv itself, which lives in the same environment.
$(VENV)/.base: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --inexact --compile-bytecode
	@touch $@

$(VENV)/.dev: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --inexact --compile-bytecode --all-extras --no-extra prefect $(WITHOUT) --group dev
	@touch $@ $(VENV)/.base

$(FLOWS)/.made: pyproject.toml uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=$(FLOWS) $(UV) sync --frozen --compile-bytecode --extra prefect
	@touch $@

# DVC brings a hundred packages, and holds some back: it runs beside the app, not within it.
$(DVC)/.done: requirements-dvc.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) $(DVC)
	$(UV) pip sync --quiet --python $(DVC)/bin/python requirements-dvc.txt
	@touch $@

$(UV):
	$(PYTHON) -c 'import sys; sys.exit("Almazara needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
