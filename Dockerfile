# One image for the app, its commands and its flows: docs/containers.md.
#   docker build --tag almazara .
#   docker build --tag almazara --build-arg EXTRAS="postgres,explore" .
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
# The extras of pyproject.toml that are installed. Render and Railway take it from a variable of that name.
ARG EXTRAS="postgres"
ENV UV_PROJECT_ENVIRONMENT=/opt/almazara \
    UV_PYTHON=/usr/local/bin/python3 \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN python3 -m pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
WORKDIR /src
# What others made changes more seldom than what is ours, and is a layer of its own.
COPY pyproject.toml uv.lock ./
RUN read -ra extras <<< "${EXTRAS//,/ }"; \
    flags=(); for extra in "${extras[@]}"; do flags+=(--extra "$extra"); done; \
    uv sync --frozen --no-cache --no-install-project --compile-bytecode "${flags[@]}"; \
    uv export --quiet --frozen --format cyclonedx1.5 "${flags[@]}" > /opt/almazara/sbom.cdx.json
COPY README.md LICENSE ./
COPY src src
# With the sample of films in it a new container answers at once, on a tenth of a processor too.
RUN uv pip install --quiet --no-cache --no-deps --compile-bytecode --python /opt/almazara .; \
    ALMAZARA_HOME=/data /opt/almazara/bin/python -c "from almazara.movies.building import ensure_movies; \
from almazara.settings import Settings; ensure_movies(Settings(), lambda *_: None)"

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Almazara" \
      org.opencontainers.image.description="A film API with recommendations, and a price watcher with forecasts." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.documentation="docs/containers.md"
ENV PATH=/opt/almazara/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ALMAZARA_HOME=/data \
    ALMAZARA_HOST=0.0.0.0 \
    ALMAZARA_PORT=8000
RUN groupadd --gid 10001 almazara; useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home almazara
COPY --from=build /opt/almazara /opt/almazara
# A new volume takes this folder's content and owner. No VOLUME: Railway refuses it, and it would keep what nobody named.
COPY --from=build --chown=10001:10001 /data /data
WORKDIR /data
USER 10001:10001
EXPOSE 8000
# An interrupt ends Python in each of its phases; as the first process it would not hear SIGTERM before it serves.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python3", "-Ic", "import http.client as h, os; c = h.HTTPConnection('127.0.0.1', int(os.environ['ALMAZARA_PORT']), timeout=8); c.request('GET', '/health'); exit(c.getresponse().status != 200)"]
ENTRYPOINT ["almazara"]
CMD ["up"]
