"""Prints what several runs of the benchmark came to, side by side: tables.py RUN.json...

A row has the medians of all rounds, the ratio of each run, and the ratio where the processors were
near each other and where they were far apart, with the number of rounds that it comes from. After
the tables come the rows whose runs do not agree though the processors were equally far apart, with
the medians of each launch.
"""

import json
import math
import statistics
import sys

FAR_NANOS = 200
FEWEST_ROUNDS = 3
AGREEMENT = 1.15


class Row:
    """One row of the benchmark in all runs that have it."""

    def __init__(self, ratio):
        self.id = ratio["id"]
        self.what = f"{ratio['what']}, beside {ratio['peerName']}"
        self.unit = ratio["unit"]
        self.target = ratio["target"]
        self.more = ratio["better"] == "more"
        self.judged_by_p99 = self.id.startswith("recovery.")
        self.ours, self.peer, self.medians, self.rounds, self.launches = [], [], [], [], []

    def add(self, run, ratio, raw, launches):
        if ratio["ratio"] is None:
            return
        self.medians.append(ratio["ratio"])
        self.ours += raw["ours"]
        self.peer += raw["peer"]
        for ours, peer, nanos in zip(raw["ours"], raw["peer"], raw["distance"]):
            if nanos is not None:
                self.rounds.append((run, nanos >= FAR_NANOS, ours / peer))
        count = len(raw["ours"])
        for launch in range(launches):
            part = slice(count * launch // launches, count * (launch + 1) // launches)
            known = [nanos for nanos in raw["distance"][part] if nanos is not None]
            if known:
                far = statistics.median(known) >= FAR_NANOS
                medians = [statistics.median(raw[side][part]) for side in ("ours", "peer")]
                self.launches.append((far, "/".join(f"{m:.3g}" for m in medians)))

    def our_value(self):
        if self.judged_by_p99:
            return sorted(self.ours)[math.ceil(len(self.ours) * 0.99) - 1]
        return statistics.median(self.ours)

    def at(self, far):
        ratios = [ratio for _, is_far, ratio in self.rounds if is_far == far]
        if self.judged_by_p99 or len(ratios) < FEWEST_ROUNDS:
            return ""
        return f"{number(statistics.median(ratios))} ({len(ratios)})"

    def met(self):
        if self.target is None:
            return ""
        good = [m >= self.target if self.more else m <= self.target for m in self.medians]
        if all(good):
            return "yes"
        return f"{sum(good)} of {len(good)} runs" if any(good) else "no"

    def promised(self):
        return "" if self.target is None else f"{'>=' if self.more else '<='} {self.target:.3g}"

    def disagreements(self):
        for far in () if self.judged_by_p99 else (False, True):
            runs = {}
            for run, is_far, ratio in self.rounds:
                if is_far == far:
                    runs.setdefault(run, []).append(ratio)
            medians = [statistics.median(r) for r in runs.values() if len(r) >= FEWEST_ROUNDS]
            if len(medians) > 1 and max(medians) > AGREEMENT * min(medians):
                launches = [values for is_far, values in self.launches if is_far == far]
                yield (
                    f"{self.id}, {'far' if far else 'near'}: {', '.join(map(number, medians))};"
                    f" launches, ours/peer: {' '.join(launches)}"
                )

    def __str__(self):
        cells = [f"`{self.id}`", self.what, self.value(self.our_value())]
        cells.append(self.value(statistics.median(self.peer)))
        cells += map(number, self.medians)
        cells += [self.at(False), self.at(True), self.promised(), self.met()]
        return "| " + " | ".join(cells) + " |"

    def value(self, value):
        if self.unit == "ns" and value >= 10_000:
            return f"{value / 1000:.1f} us" if value < 10_000_000 else f"{value / 1e6:.1f} ms"
        return f"{number(value)} {self.unit}"


def number(value):
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def main(files):
    rows = {}
    for run, file in enumerate(files):
        with open(file, encoding="utf-8") as text:
            results = json.load(text)
        raw = {values["id"]: values for values in results["raw"]}
        for ratio in results["ratios"]:
            row = rows.setdefault(ratio["id"], Row(ratio))
            row.add(run, ratio, raw[ratio["id"]], results["launches"])
    measured = [row for row in rows.values() if row.medians]
    head = ["id", "what, beside", "ours", "peer", *(f"run {i + 1}" for i in range(len(files)))]
    head += ["near", "far", "target", "met"]
    for promised in (True, False):
        print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
        for row in measured:
            if (row.target is not None) == promised:
                print(row)
        print()
    for row in measured:
        for line in row.disagreements():
            print(line)


main(sys.argv[1:])
