#!/usr/bin/env python3
"""The published plain baseline made again: gradient boosting on 18 features of a net, read off the
schematic. Trained on Calibre hd without the held-out families, scored on those of hd and hdll.

    python3 datasets/parasitics/plain.py DATA          # needs python3-sklearn

DATA holds calibre_hd.par.gz and calibre_hdll.par.gz. Prints R2 of log10 C (1 aF and more) for all nets
and for routed ones: all but those that merely join channels of one type.
"""
import collections
import gzip
import os
import re
import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

HERE = os.path.dirname(os.path.abspath(__file__))
GROUND = {"SUBSTRATE", "VNB", "0", "VPB", "VPWR", "VGND", "KAPWR", "LVPWR", "VDD", "VSS"}
FLOOR = 1e-3  # fF


def cells(path):
    """Yields (name, ports, supplies, devices, capacitances) of a .par file."""
    for line in gzip.open(path, "rt"):
        word = line.split()
        if not word:
            continue
        if word[0] == "cell":
            name, ports, supplies, devices, caps = word[1], [], [], [], []
        elif word[0] == "ports":
            ports = word[1:]
        elif word[0] == "supplies":
            supplies = word[1:]
        elif word[0] == "dev":
            devices.append((*word[1:5], float(word[6])))  # type, drain, gate, source, width
        elif word[0] == "cap":
            caps.append((word[1], word[2], float(word[3])))
        elif word[0] == "end":
            yield name, ports, supplies, devices, caps


def nets(path):
    """(family, 18 features, ground, total) of every net that a device touches."""
    found = []
    for name, ports, supplies, devices, caps in cells(path):
        family = re.sub(r"_\d+$", "", name.split("__")[-1])
        power = set(supplies) | GROUND
        sums = collections.defaultdict(collections.Counter)
        near = collections.defaultdict(set)
        widest = collections.defaultdict(lambda: [0.0, 0.0])  # as a gate, as an end
        for kind, drain, gate, source, width in devices:
            sums[gate]["gate" + kind] += 1
            sums[gate]["gate width" + kind] += width
            widest[gate][0] = max(widest[gate][0], width)
            near[gate] |= {drain, source}
            for end, other in ((drain, source), (source, drain)):
                sums[end]["end" + kind] += 1
                sums[end]["end width" + kind] += width
                sums[end]["supplied" + kind] += other in power
                widest[end][1] = max(widest[end][1], width)
                near[end] |= {other, gate}
        ground, total = collections.Counter(), collections.Counter()
        for a, b, value in caps:
            for net, other in ((a, b), (b, a)):
                total[net] += value
                ground[net] += value if other in GROUND else 0
        for net in sums:
            if net in power or net == "OTHER":
                continue
            row = [sums[net][what + kind] for what in ("gate", "end", "gate width", "end width", "supplied")
                   for kind in "np"]
            row += [net in ports, len(near[net] - power), len(near[net] & power), *widest[net],
                    len(devices), len(ports), len(sums)]
            found.append((family, row, ground[net], total[net]))
    return found


def routed(x):
    """Which rows are of a port, of a gate, or of both kinds of ends."""
    return (x[:, 10] > 0) | (x[:, 0] + x[:, 1] > 0) | ((x[:, 2] > 0) & (x[:, 3] > 0))


def table(rows, label):
    rows = [r for r in rows if r[label] >= FLOOR]
    return np.array([r[1] for r in rows], float), np.log10([r[label] for r in rows])


def r2(truth, said):
    return 1 - ((said - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()


data = sys.argv[1]
with open(f"{HERE}/heldout.txt") as file:
    held = {line.strip() for line in file if not line.startswith("#")}
libraries = {name: nets(f"{data}/calibre_{name}.par.gz") for name in ("hd", "hdll")}
print("measure  library  nets  R2     routed  R2")
for label, measure in ((2, "ground"), (3, "total")):
    x, y = table([r for r in libraries["hd"] if r[0] not in held], label)
    model = HistGradientBoostingRegressor(random_state=0).fit(x, y)
    for name, rows in libraries.items():
        x, y = table([r for r in rows if r[0] in held], label)
        said, wired = model.predict(x), routed(x)
        print(f"{measure:8} {name:8} {len(y):4}  {r2(y, said):.3f}  {wired.sum():6}  "
              f"{r2(y[wired], said[wired]):.3f}")
