"""What all models share: intervals over replications and the rows they print. No queueing in here."""

import importlib.metadata
import math
import sys

CONFIDENCE = 0.999


class Window:
    """The part of a run that counts, from the end of the warm-up on [s]."""

    def __init__(self, begin, length):
        self.begin, self.length, self.end = begin, length, begin + length

    def holds(self, instant):
        return self.begin <= instant < self.end

    def mean_number(self, intervals):
        """Mean over time of how many of `intervals` (from, to) are open."""
        begin, end = self.begin, self.end
        return sum(max(0.0, min(b, end) - max(a, begin)) for a, b in intervals) / self.length


def mean(values):
    return sum(values) / len(values)


def quantile(values, p):
    """Smallest of `values` that at least the share `p` of them does not exceed."""
    return sorted(values)[max(0, math.ceil(p * len(values)) - 1)]


def responses(seconds):
    """The usual measures of response times [s], in milliseconds."""
    found = {("mean", ""): 1e3 * mean(seconds)}
    for name, p in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        found[name, ""] = 1e3 * quantile(seconds, p)
    return found


def student(freedom, confidence=CONFIDENCE):
    """Two-sided quantile of Student's t: its density summed by Simpson's rule, then bisected."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    scale /= math.sqrt(freedom * math.pi)

    def within(t, steps=2000):
        def density(x):
            return scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)

        inner = sum((4 if i % 2 else 2) * density(i * t / steps) for i in range(1, steps))
        return 2 * (density(0) + inner + density(t)) * t / steps / 3

    low, high = 0.0, 1000.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < confidence else (low, middle)
    return high


def interval(values, confidence=CONFIDENCE):
    """Mean of `values` and half the width of its t interval."""
    n, centre = len(values), mean(values)
    variance = sum((value - centre) ** 2 for value in values) / (n - 1)
    return centre, student(n - 1, confidence) * math.sqrt(variance / n)


def report(scenario, tool, replications):
    """Print one row a measure. `replications` are dicts of (measure, at) to value, one a replication."""
    version = importlib.metadata.version(tool)
    name = {"ciw": "Ciw", "simpy": "SimPy"}[tool]
    for key in replications[0]:
        values = [replication[key] for replication in replications]
        centre, half_width = interval(values)
        if half_width < 1e-9 * abs(centre):
            half_width = 0.0  # the replications differ by rounding alone
        measure, at = key
        print(f"{scenario},{measure},{at},{name},{version},{len(values)},{centre:.6g},{half_width:.3g}")
    sys.stdout.flush()
