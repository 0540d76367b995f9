#!/usr/bin/env python3
"""What a few extracted circuits or nets are worth: protocol.sh's row `few`.

    few.py GALENA DATA OUT      with the models t1_1, t3_1, t5_*_1 of OUT; writes OUT/few.json

Cells: models of sky130 predict gf180 (magic's labels) with --calibrate on all cells of some families,
scored on the others. Blocks: models that saw other designs predict a mixed-signal block with
--calibrate on a SPEF of some of its nets, scored on its other nets. Each line is the mean over draws
of families or nets, seeded, and a poor draw: the worst of five, the worst but one of ten. Rows that
few.json has are not measured again.
"""
import csv
import gzip
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys

GALENA, DATA, OUT = sys.argv[1:]
FAMILIES, NETS, DRAWS, BLOCK_DRAWS = (1, 2, 5, 20), (1, 3, 10), 5, 10


def galena(*arguments):
    return subprocess.run([GALENA, "parasitics", *arguments, "--quiet"], check=True, capture_output=True, text=True).stdout


def r2(pairs):
    mean = statistics.mean(y for y, _ in pairs)
    return 1 - sum((y - p) ** 2 for y, p in pairs) / sum((y - mean) ** 2 for y, _ in pairs)


def write(name, text):
    path = f"{OUT}/few_{name}"
    with open(path, "w") as file:
        file.write(text)
    return path


def cells(path):
    """[(name, text)] of a .par.gz"""
    text = gzip.open(path, "rt").read()
    return re.findall(r"^(cell (\S+)\n.*?^end\n)", text, re.M | re.S)


def summary(scores):
    """{target: [mean, a poor draw, share within the band]} of [{target: (r2, share)}]"""
    result = {}
    for target in scores[0]:
        values = sorted(score[target][0] for score in scores)
        shares = [score[target][1] for score in scores]
        result[target] = [statistics.mean(values), values[len(values) // 10], statistics.mean(shares)]
    return result


def family(cell):
    return re.sub(r"_\d+$", "", cell.split("__")[1])


def of_cells(model, data):
    """{number of families: summary}; 0: without calibration, on the cells that one family leaves"""
    found = {}
    every = cells(f"{DATA}/{data}")
    names = sorted({family(name) for _, name in every})
    for n in FAMILIES:
        plain, calibrated = [], []
        for draw in range(DRAWS):
            chosen = random.Random(f"{n} {draw}").sample(names, n)
            few = write("cells.par", "".join(text for text, name in every if family(name) in chosen))
            apart = write("families.txt", "\n".join(chosen) + "\n")
            base = ("eval", "--json", "--model", f"{OUT}/{model}.safetensors", "--exclude", apart, f"{DATA}/{data}")
            for into, more in ((plain, ()), (calibrated, ("--calibrate", few))):
                if n == FAMILIES[0] or more:
                    score = json.loads(galena(*base, *more))
                    into.append({t: (score[t]["r2_log"], score[t]["coverage_1sd"]) for t in ("ground", "total", "coupling")})
        if plain:
            found[0] = summary(plain)
        found[n] = summary(calibrated)
    return found


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def of_block(design):
    """The same of the ground and total C of a block's nets, by numbers of nets."""
    model, data = f"{OUT}/t5_{design}_1.safetensors", f"{DATA}/magic_ams_sky130.par.gz"
    text = next(text for text, name in cells(data) if name == design)
    whole = write("block.par", text)
    bare = write("bare.par", "".join(line for line in text.splitlines(True) if not line.startswith("cap ")))
    for source, target in ((whole, "block.spef"), (bare, "block.sp")):
        subprocess.run([GALENA, "convert", source, "--out", f"{OUT}/few_{target}"], check=True, stderr=subprocess.DEVNULL)
    truth = rows(galena("eval", "--csv", "--model", model, whole))
    nets = sorted({row["net_a"] for row in truth if row["kind"] == "total"})
    head, *sections = re.split(r"(?=^\*D_NET )", open(f"{OUT}/few_block.spef").read(), flags=re.M)
    number = {name: at for at, name in re.findall(r"^\*(\d+) (\S+)$", head, re.M)}
    section = {re.match(r"\*D_NET \*(\d+)", part).group(1): part for part in sections}
    found = {}
    for n in (0, *NETS):
        scores = []
        for draw in range(BLOCK_DRAWS):
            chosen = random.Random(f"{max(n, NETS[0])} {draw}").sample(nets, max(n, NETS[0]))
            few = write("nets.spef", head + "".join(section[number[net]] for net in chosen))
            said = galena("predict", f"{OUT}/few_block.sp", "--extractor", "magic", "--model", model, "--csv",
                          *(("--calibrate", few) if n else ()))
            answer = {(row["kind"], frozenset((row["net_a"], row["net_b"]))): row for row in rows(said)}
            scores.append({})
            for kind in ("ground", "total"):
                pairs, inside = [], 0
                for row in truth:
                    key = (kind, frozenset((row["net_a"], "")))
                    if row["kind"] != kind or row["net_a"] in chosen or key not in answer:
                        continue
                    pairs.append((math.log10(float(row["extracted"])), math.log10(float(answer[key]["farad"]))))
                    inside += float(answer[key]["low"]) <= float(row["extracted"]) <= float(answer[key]["high"])
                scores[-1][kind] = (r2(pairs), inside / len(pairs))
        found[n] = summary(scores)
    return found


ROWS = [
    ("gf180 by a sign-off model of sky130", "families", lambda: of_cells("t1_1", "magic_gf7.par.gz")),
    ("gf180 by magic's model of sky130", "families", lambda: of_cells("t3_1", "magic_gf7.par.gz")),
    ("sar1_comp by a model of other designs", "nets", lambda: of_block("sar1_comp")),
    ("avsd_pll by a model of other designs", "nets", lambda: of_block("avsd_pll")),
    ("sar1_array by a model of other designs", "nets", lambda: of_block("sar1_array")),
]
path = f"{OUT}/few.json"
result = json.load(open(path)) if os.path.exists(path) else {}
for title, unit, measure in ROWS:
    if title not in result:
        result[title] = {"unit": unit, "by": measure()}
        with open(path, "w") as file:
            json.dump(result, file, indent=1)
for name in os.listdir(OUT):
    if name.startswith("few_"):
        os.remove(f"{OUT}/{name}")
