"""The meter keeps counters and writes them, and what was read, as Prometheus reads them."""

import threading

from prometheus_client.parser import text_string_to_metric_families

from hub.ports.meter import COUNTER, LEVEL, METRICS, MOMENT, PREFIX, Level, NoMeter
from hub.process.meter import PrometheusMeter


def values(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(text.decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_a_counter_adds_up_by_its_labels() -> None:
    meter = PrometheusMeter()
    meter.count("done_total", system="erp", direction="in")
    meter.count("done_total", 2, system="erp", direction="in")
    meter.count("done_total", system="crm", direction="in")
    found = values(meter.text([]))
    assert found["tickethub_done_total", (("direction", "in"), ("system", "erp"))] == 3
    assert found["tickethub_done_total", (("direction", "in"), ("system", "crm"))] == 1


def test_counting_from_many_threads_loses_nothing() -> None:
    meter = PrometheusMeter()

    def count() -> None:
        for _ in range(500):
            meter.count("polls_total", system="e", object="o")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values(meter.text([]))["tickethub_polls_total", (("object", "o"), ("system", "e"))] == 4000


def test_sizes_fall_into_buckets_and_moments_are_set() -> None:
    meter = PrometheusMeter()
    meter.observe("commit_group_size", 3)
    meter.mark("done_timestamp_seconds", 17.0, system="erp", direction="out")
    found = values(meter.text([]))
    assert found["tickethub_commit_group_size_bucket", (("le", "2.0"),)] == 0
    assert found["tickethub_commit_group_size_bucket", (("le", "4.0"),)] == 1
    assert found["tickethub_done_timestamp_seconds", (("direction", "out"), ("system", "erp"))] == 17


def test_levels_stand_beside_the_counters_and_odd_names_are_escaped() -> None:
    name = 'a"b\nc\\d'
    found = values(PrometheusMeter().text([Level("lag_seconds", 4.5, {"system": name, "direction": "in"})]))
    assert found["tickethub_lag_seconds", (("direction", "in"), ("system", name))] == 4.5


def test_every_metric_of_the_table_is_written_even_before_it_has_a_value() -> None:
    text = PrometheusMeter().text([]).decode()
    for name, metric in METRICS.items():
        assert f"# HELP {PREFIX}{name} {metric.about}" in text


def test_counters_end_in_total_and_times_in_seconds() -> None:
    assert all(name.endswith("_total") == (metric.kind == COUNTER) for name, metric in METRICS.items())
    assert all(name.endswith("_seconds") for name, metric in METRICS.items() if metric.kind == MOMENT)
    assert all(metric.about[0].isupper() for metric in METRICS.values() if metric.kind == LEVEL)


def test_nothing_is_measured_where_nobody_asked() -> None:
    meter = NoMeter()
    meter.count("done_total", system="erp", direction="in")
    meter.observe("commit_group_size", 3)
    meter.mark("done_timestamp_seconds", 1, system="erp", direction="in")
    assert meter.text([]) == b""
