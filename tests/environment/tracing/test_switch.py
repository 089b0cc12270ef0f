"""Tracing that is off costs nothing, because nothing of it is there."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from backend.core.events import DomainEvent, event_row
from backend.core.settings import Settings
from environment.reading import SettingsError
from environment.tracing.switch import Switch, Tracing, is_wanted, tracing
from tests.world.process import ROOT, environment

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
APPLICATIONS = """
import sys
import workers.main
from backend.app import create_app
from frontend.app import create_app as create_pages

started = create_app(), create_pages()
print(*(type(each).__name__ for each in started), *sorted({name.partition(".")[0] for name in sys.modules}))
"""
OURS = {"opentelemetry", "wrapt", "requests", "asgiref"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "outermost", "imported"),
    [({}, "RequestMiddleware", set()), (COLLECTOR, "OpenTelemetryMiddleware", OURS)],
)
def test_nothing_of_opentelemetry_is_imported_unless_a_collector_is_named(
    settings: Settings, told: dict[str, str], outermost: str, imported: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", APPLICATIONS],
        cwd=ROOT, env=environment(settings) | told, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    backend, _, *modules = done.stdout.splitlines()[-1].split()
    assert backend == outermost
    assert OURS & set(modules) == imported


@pytest.mark.parametrize(
    ("environ", "is_on"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "till", "OTEL_TRACES_SAMPLER": "always_on"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        (COLLECTOR, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        (COLLECTOR | {"OTEL_SDK_DISABLED": "True"}, False),
        (COLLECTOR | {"OTEL_SDK_DISABLED": "false"}, True),
        (COLLECTOR | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (COLLECTOR | {"OTEL_TRACES_EXPORTER": "otlp"}, True),
    ],
)
def test_opentelemetrys_own_variables_turn_it_on(environ: Mapping[str, str], *, is_on: bool) -> None:
    assert is_wanted(environ) == is_on


def test_without_them_the_application_is_what_it_was() -> None:
    switch = Switch()
    started = switch.start("backend", {})
    assert type(started) is Tracing
    assert started is switch.current()

    async def app(*_: object) -> None: ...

    assert started.around_app(app) is app
    assert started.log_processors() == []


def test_a_variable_that_cannot_be_read_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    with pytest.raises(SettingsError, match=r"^A variable OTEL_… cannot be read \(ValueError\)\.$"):
        Switch().start("backend", COLLECTOR)


def test_an_event_has_no_trace() -> None:
    class SomethingSold(DomainEvent, frozen=True):
        pass

    assert tracing().traceparent() is None
    assert event_row(SomethingSold()).traceparent is None
