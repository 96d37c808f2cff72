"""Writes docs/performance.md to standard output from what `run` measured. Python's standard library only.

A figure of a tool is the median over the rounds; its spread is the least and the greatest. A ratio is the
median of the ratios round by round: what disturbed the machine in a round disturbed both."""

import argparse
import csv
import os
import pathlib
import platform
import re
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BEGIN, END = "<!-- by hand -->", "<!-- end by hand -->"

OWN = "plimsoll"
BEST_LOOP = "loop, tournament and tables"
LOOPS = ("loop, usual way", BEST_LOOP)
NAMES = {OWN: "**Plimsoll**", "loop, usual way": "loop by hand, the usual way", BEST_LOOP: "loop by hand, the best"}

# What must come out [ms]. W1: Erlang C. W2: the mean and quantiles that independent simulators agree on.
ANSWERS = {
    "w1": {"mean_ms": 0.28603},
    "w2": {"mean_ms": 13.2, "p50_ms": 10.7, "p99_ms": 48.0},
}
WORKS = {
    "w1": (
        "W1: M/M/8",
        "Eight servers, 80 % busy, 2,000,000 customers. The mean wait must be that of Erlang C, 0.28603 service "
        "times. Two events a customer.",
        "customers/s",
    ),
    "w2": (
        "W2: a web request",
        "1,000 requests/s at random, in turn over seven pods, for 600 s. A request holds one of 200 threads "
        "while it takes one of two CPUs for a log-normal time of 5 ms and then one of 15 connections for 8 ms. "
        "Mean 13.2 ms, median 10.7 ms, 99th percentile 48 ms. Three events a request.",
        "requests/s",
    ),
}


def tolerance(jobs):
    """How far an answer may lie from the true one: 3 %, and chance, which falls with the root of the jobs."""
    return 0.03 + 20 / jobs**0.5


def read(path):
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def rate(row):
    return float(row["jobs"]) / float(row["seconds"])


def number(value):
    """Jobs a second with three digits that count."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    return f"{value / 1e3:.3g} k"


def ratio(value):
    return "–" if value is None else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def wrong(work, rows):
    """What is wrong with the answer of a tool, over all its rounds; nothing if it is right."""
    jobs = sum(float(row["jobs"]) for row in rows)
    complaints = []
    for measure, true in ANSWERS[work].items():
        found = [(float(row[measure]), float(row["jobs"])) for row in rows if row[measure]]
        if not found:
            continue  # Plimsoll and the loops end their bench with an error instead
        value = sum(each * weight for each, weight in found) / jobs
        if not abs(value / true - 1) <= tolerance(jobs):
            complaints.append(f"{measure.removesuffix('_ms')} {value:.4g} ms instead of {true:g}")
    return ", ".join(complaints)


def over(rows, others):
    """Median over the rounds of the rate of one tool over that of another."""
    by_round = {row["round"]: rate(row) for row in others}
    pairs = [rate(row) / by_round[row["round"]] for row in rows if row["round"] in by_round]
    return statistics.median(pairs) if pairs else None


def beside(work, rows):
    """The table of one work: who does how much of it in a second."""
    title, about, unit = WORKS[work]
    tools = {}
    for row in rows:
        if row["work"] == work:
            tools.setdefault(row["tool"], []).append(row)
    text = f"### {title}\n\n{about}\n\n"
    if not tools:
        return text + "Not measured.\n"
    right = {name: runs for name, runs in tools.items() if not wrong(work, runs)}
    ranked = sorted(right, key=lambda name: -statistics.median(map(rate, tools[name])))
    lines = []
    for name in ranked:
        runs = tools[name]
        rates = [rate(row) for row in runs]
        idle = [float(row["process_seconds"]) - float(row["seconds"]) for row in runs if row["process_seconds"]]
        lines.append(
            [
                NAMES.get(name, f"{name} {runs[0]['version']}"),
                number(statistics.median(rates)),
                f"{number(min(rates))} – {number(max(rates))}",
                ratio(over(runs, right.get(OWN, []))),
                ratio(over(runs, right.get(BEST_LOOP, []))),
                f"{statistics.median(float(row['jobs']) for row in runs):,.0f}",
                f"{max(0.0, statistics.median(idle)):.2f}" if idle else "–",
            ]
        )
    header = [
        "tool", f"{unit}, median", "least – greatest", "of Plimsoll", "of the best loop", "jobs of a run", "besides \\[s\\]",
    ]  # fmt: skip
    text += table(header, lines)
    for name in sorted(set(tools) - set(right)):
        text += f"\nNot ranked, because its answer is wrong: {name} ({wrong(work, tools[name])}).\n"
    return text


def about(work):
    """The line of the scenario that says what it is."""
    scenario = ROOT / "scenarios" / "bench" / f"{work}.yaml"
    found = re.search(r'^about: *"?(.*?)"?$', scenario.read_text(), re.M) if scenario.is_file() else None
    return found[1] if found else ""


def works(rows):
    """The table of all works in Plimsoll."""
    if not rows:
        return "Not measured.\n"
    by_work = {}
    for row in rows:
        by_work.setdefault(row["work"], []).append(row)
    lines = []
    for work, runs in sorted(by_work.items()):
        nanos = [float(row["seconds"]) * 1e9 / float(row["events"]) for row in runs]
        of = lambda value: statistics.median(value(row) for row in runs)  # noqa: E731
        instructions = runs[0]["instructions_per_event"]
        lines.append(
            [
                f"`{work}`",
                about(work),
                f"{of(lambda row: float(row['events'])):,.0f}",
                f"{statistics.median(nanos):.1f}",
                f"{min(nanos):.1f} – {max(nanos):.1f}",
                f"{of(lambda row: float(row['events']) / float(row['seconds'])) / 1e6:.1f}",
                number(of(lambda row: float(row["completions"]) / float(row["seconds"]))),
                f"{of(lambda row: float(row['peak_bytes'])) / 1e6:.2f}",
                f"{of(lambda row: float(row['in_flight_most'])):,.0f}",
                runs[0]["allocations_second_half"] or "–",
            ]
            + ([instructions] if instructions else [])
        )
    header = [
        "work", "what it is", "events", "ns/event", "least – greatest", "M events/s", "requests/s", "peak \\[MB\\]",
        "in flight, most", "allocations, second half",
    ]  # fmt: skip
    if len(lines[0]) > len(header):
        header.append("instructions/event")
    return table(header, lines)


def efficiency(path):
    """32 replications on one thread against all cores."""
    text = path.read_text() if path.is_file() else ""
    runs = [float(found) for found in re.findall(r"^run \d+: .*: ([0-9.]+)$", text, re.M)]
    cores = re.search(r", (\d+) threads", text)
    if not runs or not cores:
        return "Not measured.\n"
    return (
        f"32 replications of W2 over a fifth of its window, on one thread and on all {cores[1]} cores by turns: the "
        f"time on one over {cores[1]} times the time on all is {statistics.median(runs):.2f} "
        f"({min(runs):.2f} – {max(runs):.2f}). 1 would be perfect.\n"
    )


def output(*command):
    """First line of what a command prints; nothing if it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return (done.stdout.splitlines() or [""])[0]


def processor():
    try:
        info = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return output("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or "unknown processor"
    found = re.search(r"^model name\s*: (.*)$", info, re.M)
    detail = [re.search(rf"^{key}\s*: (.*)$", info, re.M) for key in ("cpu family", "model")]
    name = found[1] if found else platform.machine()
    # Virtual machines tell little by the name.
    return name + (f" (family {detail[0][1]}, model {detail[1][1]})" if all(detail) else "")


def by_hand(path):
    """The part of the page that people write."""
    text = path.read_text() if path.is_file() else ""
    begin, end = text.find(BEGIN), text.find(END)
    return text[begin + len(BEGIN) : end].strip("\n") if 0 <= begin < end else ""


def page(scratch, options):
    rows = read(scratch / "results.csv")
    rounds = f"{options.rounds} round" + ("s" if options.rounds != 1 else "")
    rust = " ".join(output("rustc", "--version").split()[1:2]) or "unknown"
    python = output(str(ROOT / "target/peers/venv/bin/python"), "--version") or "no Python"
    absent = (scratch / "absent").read_text().splitlines()
    own = next((row["version"] for row in rows if row["tool"] == OWN), "")
    parts = [
        "# Performance\n",
        "<!-- Made by benches/peers/run; only what stands between the marks “by hand” is kept. -->\n",
    ]
    if options.short:
        parts.append("**Short horizons, one round: this shows that everything runs and measures nothing.**\n")
    parts += [
        "How much Plimsoll simulates in a second, beside other simulators and beside loops written by hand for one "
        "piece of work and nothing else. All on one thread unless said otherwise.\n",
        f"- Machine: {os.cpu_count()} cores, {processor()}, {platform.system()}; load before the first round "
        f"{options.load}.\n"
        f"- Versions: Plimsoll {own or '–'}, rustc {rust}, {python}; the peers' are in the tables. All compiled "
        "tools: release profile, fat link-time optimisation for the peers.\n"
        f"- {rounds[0].upper()}{rounds[1:]}, in each of which every tool ran every work once, by turns. The peers draw "
        "anew in each. A figure is the median; beside it are the least and the greatest.\n"
        "- What is timed is the simulation itself; starting up and writing the answer (“besides”) is not.\n",
        "Another machine gives other figures. Compare ratios, not seconds.\n",
        "## Beside others\n",
        "Plimsoll reads the work from a file (`scenarios/bench/w1.yaml`, `w2.yaml`) and keeps all that a report "
        "needs; each peer runs a program for this one work, written from its documentation (`benches/peers/`), and "
        "keeps the mean and the quantiles. Compiled peers share one generator and one set of samplers. An answer "
        "more than 3 % (and what chance allows) from the true one is not ranked.\n",
        beside("w1", rows),
        beside("w2", rows),
        "Slow tools run fewer jobs; the figure is per second. The two loops: a binary heap with floating-point keys "
        "and rejection samplers, as most would write it; and a tournament tree with quantile tables, the best "
        "known. NeXosim runs as one model on one thread; with two it is slower by far. Ciw has nothing that is held "
        "over two nodes, so its W2 leaves out the threads, of which about two in 200 are in use, and gives every pod "
        "its own Erlang arrivals instead of taking turns.\n",
    ]
    if absent:
        parts.append("Left out:\n\n" + "\n".join(f"- {line}" for line in absent) + "\n")
    parts += [
        "## What a work costs\n",
        "One replication each, on one thread, as `plimsoll run` does it. Allocations of the second half: what a "
        "longer run would go on allocating. Whole days (W4) run once.\n",
        works(read(scratch / "works-others.csv") + read(scratch / "works-days.csv")),
        "## Many replications\n",
        efficiency(scratch / "efficiency"),
    ]
    if (ROOT / "docs" / "growth.svg").is_file():
        parts += [
            "## Larger systems\n",
            "![Time an event takes, against the size of the system](growth.svg)\n",
            "Time an event takes against the size of the system, the requests in flight and the load, each alone on "
            "its axis; made by `cargo bench --bench growth`. A search tree would grow with the logarithm of the "
            "size.\n",
        ]
    parts += [
        f"{BEGIN}\n\n{kept}\n\n{END}\n" if (kept := by_hand(options.keep)) else f"{BEGIN}\n\n{END}\n",
        "## Measure it anew\n",
        "```sh\nbenches/peers/run              # five rounds, about ten minutes; --rounds N for more\n"
        "benches/peers/run --quick      # does everything run? Into target/peers\n"
        "cargo bench --bench growth     # docs/growth.svg\n"
        "cargo bench --bench workloads  # Plimsoll and the loops alone\n```\n",
        "The first needs Cargo, Python 3.11 or later and their registries, and leaves out what it cannot get. The "
        "last rounds are in `benches/peers/results.csv`. Nothing else should run on the machine meanwhile.\n",
    ]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=pathlib.Path, help="folder with what was measured")
    parser.add_argument("--keep", type=pathlib.Path, required=True, help="page whose part by hand is kept")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--load", default="?", help="load average before the first round")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    print(page(options.scratch, options), end="")


if __name__ == "__main__":
    main()
