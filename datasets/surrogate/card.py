#!/usr/bin/env python3
"""Prints the card of a shipped surrogate.

usage: galena surrogate predict --model MODEL | card.py DECK SCORES.json MODEL >card.md
The prediction on standard input gives the units of the measures."""
import json
import os
import re
import sys

ANSWERS = ("fast", "full", "mixed", "ridge")
GOOD = 0.95


def number(value, digits="%.3f"):
    return "" if value is None else digits % value


def row(name, by, s):
    percent = [None if s[k] is None or s["mape"] > 10 else 100 * s[k] for k in ("mape", "median_ape")]
    cells = [number(s["r2"]), number(s["r2_log"]), number(s["mae"], "%.3g")]
    cells += [number(p, "%.1f") for p in percent]
    coverage = s["coverage"]
    cells.append(number(None if coverage is None else 100 * coverage, "%.0f"))
    return f"| {name} | {by} | " + " | ".join(cells) + " |"


def table(scores, units):
    lines = ["| measure | by | R2 | R2 of log10 | MAE | MAPE % | median % | within +-1 sd % |",
             "|---|---|---|---|---|---|---|---|"]
    for name in scores["fast"]["metrics"]:
        title = name + (f", {units[name]}" if units.get(name) else "")
        for by in ANSWERS:
            s = scores[by]["metrics"][name]
            if by == "mixed" and s["r2"] == 1 and s["mae"] == 0:
                continue  # as simulated
            if by == "mixed" and s == scores["full"]["metrics"][name]:
                continue  # one stage: the same as full
            lines.append(row(title, by, s))
            title = ""
    return "\n".join(lines)


def sentence(words):
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]


def shortfalls(metrics):
    """Measures that predict answers with R2 below GOOD, on the better of both scales."""
    worst = {}
    for name, s in metrics.items():
        r2 = max(x for x in (s["r2"], s["r2_log"], -1e9) if x is not None)
        if r2 < GOOD:
            worst[name] = r2
    if not worst:
        return f"No measure has R2 below {GOOD}, on the better of both scales."
    listed = ", ".join(f"{name} ({r2:.3f})" for name, r2 in sorted(worst.items(), key=lambda x: x[1]))
    return f"Measures with R2 below {GOOD}, on the better of both scales: {listed}. Simulate these before relying on them."


def main():
    deck, scores_path, model = sys.argv[1:]
    circuit = os.path.splitext(os.path.basename(deck))[0]
    text = open(deck).read()
    title = text.splitlines()[0].lstrip("* ")
    scores = json.load(open(scores_path))
    units = dict(re.findall(r"^  (\S+) +\S+ +\S+ to \S+ +(\S+)$", sys.stdin.read(), re.M))
    valid = sentence([f"`{v}`" for v in re.findall(r"^\*galena valid (.*)$", text, re.M)])
    n_var = len(re.findall(r"^\*galena var ", text, re.M))
    names = sentence(list(scores["fast"]["metrics"]))
    right = ", ".join(f"{by} {100 * scores[by]['validity_accuracy']:.1f} %" for by in ANSWERS)
    print(f"""# {circuit}_generic180: {title[0].lower() + title[1:]} in 0.18 um

**Predicts** {names} of `datasets/circuits/{circuit}.sp` on the shipped cards `datasets/tech/generic180`, at the
nominal corner, from {n_var} sizes, with the spread of each and the probability that {valid} hold.

**Data.** {scores['simulations']} points of a Latin hypercube over the ranges in the deck (seed 1), simulated by ngspice: what the
surrogate cost. 8 % of them choose weights and scale the spread.

**Split.** The test is {scores['n']} points of another hypercube (seed 1001, {100 * scores['share_valid']:.1f} % valid), never used for a choice.

**Command.** `datasets/surrogate/train_shipped.sh build-release/galena WORK {circuit}`, {os.path.getsize(model) / 1e6:.1f} MB. Four members
of MLPs of 4 x 96 SiLU units per stage, a 3 x 80 network distilled from them. Licence: that of galena.

## Accuracy

Over the valid test points, ngspice's values as truth. `fast` is what `predict` answers, `full` the ensemble, `mixed`
the ensemble with operating point and AC as simulated, `ridge` regression on the same features of the same samples.
Where values pass through zero relative errors are left out.

{table(scores, units)}

Validity, over all points: {right} right.

## What falls short

{shortfalls(scores["fast"]["metrics"])}""")


main()
