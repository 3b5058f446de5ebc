"""Traces: spans of requests, pages that are read and steps of retrainings, sent by OTLP over HTTP to an endpoint.

Without an endpoint nothing is imported, and a span is nothing. Everything else of OpenTelemetry is set by its own
variables, as OTEL_EXPORTER_OTLP_HEADERS and OTEL_TRACES_SAMPLER.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from almazara.errors import InputError, MissingExtraError

_ADDRESS: Final = re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?")
_PATIENCE_SECONDS: Final = 3  # with a collector that does not answer, tries included: no server ends later than that
_tracing: _Tracing | None = None


class Span(Protocol):
    """Something that takes time, while it does."""

    def update_name(self, name: str) -> None:
        """Call it otherwise."""

    def set_attribute(self, key: str, value: str | float) -> None:
        """Keep a figure with it."""


class _NoSpan:
    def update_name(self, name: str) -> None:
        pass

    def set_attribute(self, key: str, value: str | float) -> None:
        pass


class _Tracing:
    """The one module's worth of OpenTelemetry: the global provider is left to whoever embeds Almazara."""

    def __init__(self, endpoint: str) -> None:
        try:
            from opentelemetry import trace
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
        except ImportError as error:
            raise MissingExtraError("otel", "Sending traces to ALMAZARA_OTLP_ENDPOINT") from error
        own = Resource({"service.name": "almazara"}).merge(OTELResourceDetector().detect())
        self.provider = TracerProvider(resource=own)  # it sends what is left when the process ends
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE_SECONDS)
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self.provider.get_tracer("almazara")
        self._kinds = trace.SpanKind
        self._propagator = TraceContextTextMapPropagator()

    def span(self, name: str, caller: Mapping[str, str] | None, attributes: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """A span as a context; with the headers of a `caller` it answers a request, and belongs to its trace."""
        kind, parent = self._kinds.INTERNAL, None
        if caller is not None:
            kind, parent = self._kinds.SERVER, self._propagator.extract(caller)
        return self._tracer.start_as_current_span(name, context=parent, kind=kind, attributes=attributes)


def configure(endpoint: str) -> None:
    """Send traces to an endpoint (`http://collector:4318`), below which `/v1/traces` takes them; to none without one.

    Raises:
        InputError: when it is no address, or holds a password: secrets go into OTEL_EXPORTER_OTLP_HEADERS.
        MissingExtraError: without the extra `otel`.
    """
    global _tracing  # noqa: PLW0603
    if endpoint and not _ADDRESS.fullmatch(endpoint):
        raise InputError(
            "ALMAZARA_OTLP_ENDPOINT is no address of a collector: give one such as http://127.0.0.1:4318, without a "
            "password, which goes into OTEL_EXPORTER_OTLP_HEADERS."
        )
    stop()
    _tracing = _Tracing(endpoint) if endpoint else None


def stop() -> None:
    """Send what is left, and no more."""
    global _tracing  # noqa: PLW0603
    if _tracing is not None:
        _tracing.provider.shutdown()
    _tracing = None


def is_on() -> bool:
    """Whether traces are sent."""
    return _tracing is not None


@contextmanager
def span(name: str, *, caller: Mapping[str, str] | None = None, **attributes: str | float) -> Iterator[Span]:
    """Something that takes time, within what is under way in this thread or task.

    Args:
        name: What it is, in few words that do not vary.
        caller: The headers of a request that this answers, by lower-case name.
        attributes: Figures of it.
    """
    if _tracing is None:
        yield _NoSpan()
        return
    with _tracing.span(name, caller, attributes) as begun:
        yield begun
