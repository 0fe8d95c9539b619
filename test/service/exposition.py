"""A reader of the text format that Prometheus scrapes (0.0.4), which forgives nothing."""

import re

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="[^"\\\n]*",?)+)\})? (\d+(?:\.\d+)?)')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


def parse_metrics(text):
    """{name: {labels: value}}; labels as they are written, None without any."""
    types, values, family = {}, {}, None
    assert text.endswith("\n")
    lines = iter(text.splitlines())
    for line in lines:
        if found := re.fullmatch(r"# HELP ([a-z_]+) ([A-Z].+\.)", line):
            family = found[1]
            assert family not in types, f"twice: {line}"
            found = re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge|histogram)", next(lines))
            assert found and found[1] == family, f"no TYPE behind: {line}"
            types[family] = found[2]
            check_name(family, types[family])
            continue
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        assert name in [family + suffix for suffix in SUFFIXES.get(types[family], ("",))], f"not of {family}: {line}"
        assert labels not in values.setdefault(name, {}), f"twice: {line}"
        values[name][labels] = float(value)
    for name, type in types.items():
        if type == "histogram":
            check_histogram(name, values)
        else:
            assert values[name]
    return values


def check_name(name, type):
    """Base units, and the ending that tells a counter."""
    assert name.startswith(("frontdesk_", "process_"))
    assert name.endswith("_total") == (type == "counter"), name
    assert not re.search(r"_(ms|us|ns|kb|kib|mb|mib|percent)(_|$)", name), name


def check_histogram(name, values):
    buckets = [(re.fullmatch(r'le="(.+)"', labels)[1], count) for labels, count in values[name + "_bucket"].items()]
    bounds = [float(bound) for bound, _ in buckets]
    counts = [count for _, count in buckets]
    assert len(bounds) > 5 and bounds == sorted(set(bounds)) and bounds[-1] == float("inf") and buckets[-1][0] == "+Inf"
    assert counts == sorted(counts), f"{name} is not cumulative"
    assert values[name + "_count"] == {None: counts[-1]}
    total, = values[name + "_sum"].values()
    assert total >= sum((above - below) * bound for below, above, bound in zip(counts, counts[1:], bounds)), f"{name}_sum is too small"


def scrape(service):
    return parse_metrics(service.request("/metrics")[2].decode())


def single(values):
    """Those without labels."""
    return {name: by_label[None] for name, by_label in values.items() if None in by_label}
