"""The meter, on the client library of Prometheus."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hub.ports.meter import COUNTER, HISTOGRAM, LEVEL, METRICS, MOMENT, PREFIX, Level


class PrometheusMeter:
    """The counters of this process, in a registry of their own; threads may share it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters = {name: Counter(*self._of(name), registry=self._registry) for name in named(COUNTER)}
        self._moments = {name: Gauge(*self._of(name), registry=self._registry) for name in named(MOMENT)}
        self._histograms = {
            name: Histogram(*self._of(name), registry=self._registry, buckets=METRICS[name].buckets)
            for name in named(HISTOGRAM)
        }

    def count(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        self._counters[name].labels(**labels).inc(amount)

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Put a value into a histogram."""
        histogram = self._histograms[name]
        (histogram.labels(**labels) if labels else histogram).observe(value)

    def mark(self, name: str, at: float, /, **labels: str) -> None:
        """Say when something last happened."""
        self._moments[name].labels(**labels).set(at)

    def text(self, levels: Iterable[Level]) -> bytes:
        """Counters first, then the levels, each family once."""
        read = CollectorRegistry(auto_describe=False)
        read.register(Levels(tuple(levels)))
        return generate_latest(self._registry) + generate_latest(read)

    @staticmethod
    def _of(name: str) -> tuple[str, str, tuple[str, ...]]:
        return PREFIX + name, METRICS[name].about, METRICS[name].labels


class Levels(Collector):
    """What was read, as families."""

    def __init__(self, levels: tuple[Level, ...]) -> None:
        self._levels = levels

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every family of the table, also one without a value."""
        for name in named(LEVEL):
            metric = METRICS[name]
            family = GaugeMetricFamily(PREFIX + name, metric.about, labels=metric.labels)
            for level in self._levels:
                if level.name == name:
                    family.add_metric([level.labels[label] for label in metric.labels], level.value)
            yield family


def named(kind: str) -> list[str]:
    """The metrics of a kind."""
    return [name for name, metric in METRICS.items() if metric.kind == kind]
