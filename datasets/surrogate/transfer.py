#!/usr/bin/env python3
"""Prints what transfer.sh measured: R2 (of log10 for measures learnt so), mean over measures and seeds.

usage: transfer.py KIND.N.SEED.json..."""
import json
import os
import sys


def score(answer, name):
    s = answer["metrics"][name]
    return s["r2"] if s["r2_log"] is None else s["r2_log"]


def main():
    runs = {}
    for path in sys.argv[1:]:
        kind, n, _, _ = os.path.basename(path).split(".")
        with open(path, encoding="utf-8") as file:
            runs.setdefault((int(n), kind), []).append(json.load(file))
    names = list(next(iter(runs.values()))[0]["full"]["metrics"])
    print("points start  seeds answer  mean  least most   valid % | " + " ".join(f"{n:>9}" for n in names))
    for (n, kind), all_seeds in sorted(runs.items()):
        for answer in ("full", "mixed"):
            each = [[score(r[answer], name) for name in names] for r in all_seeds]
            means = [sum(row) / len(row) for row in each]
            columns = [sum(column) / len(column) for column in zip(*each)]
            valid = sum(r[answer]["validity_accuracy"] for r in all_seeds) / len(all_seeds)
            print(f"{n:6} {kind:6} {len(all_seeds):5} {answer:6} {sum(means) / len(means):.4f} {min(means):.3f} "
                  f"{max(means):.3f} {100 * valid:8.1f}  | " + " ".join(f"{c:9.3f}" for c in columns))


main()
