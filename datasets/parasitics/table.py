#!/usr/bin/env python3
"""Prints the tables of a model card, accuracy and bands, from the scores of protocol.sh: table.py OUT"""
import glob
import json
import statistics
import sys

ROWS = [  # title, score files, (metric path, label) ...
    ("ground, hd held-out", "t1_hd_*", "ground", "r2_log"),
    ("ground, hdll held-out", "t1_hdll_*", "ground", "r2_log"),
    ("ground, routed nets, hd", "t1_hd_*", "ground", "routed_r2_log"),
    ("ground, routed nets, hdll", "t1_hdll_*", "ground", "routed_r2_log"),
    ("total, hd held-out", "t1_hd_*", "total", "r2_log"),
    ("total, hdll held-out", "t1_hdll_*", "total", "r2_log"),
    ("coupling, hd held-out", "t1_hd_*", "coupling", "r2_log"),
    ("coupling, hdll held-out", "t1_hdll_*", "coupling", "r2_log"),
    ("existence AUC, hd", "t1_hd_*", "coupling", "auc"),
    ("existence AUC, hdll", "t1_hdll_*", "coupling", "auc"),
    ("no pre-training: ground hd", "ablation_pretrain_hd", "ground", "r2_log"),
    ("no pre-training: total hd", "ablation_pretrain_hd", "total", "r2_log"),
    ("no pre-training: coupling hd", "ablation_pretrain_hd", "coupling", "r2_log"),
    ("no pre-training: coupling hdll", "ablation_pretrain_hdll", "coupling", "r2_log"),
    ("no balanced loss: ground hd", "ablation_balance_hd", "ground", "r2_log"),
    ("no balanced loss: total hd", "ablation_balance_hd", "total", "r2_log"),
    ("no balanced loss: coupling hd", "ablation_balance_hd", "coupling", "r2_log"),
    ("no balanced loss: coupling hdll", "ablation_balance_hdll", "coupling", "r2_log"),
    ("shipped: ground, hd", "generic_calibre_hd_*", "ground", "r2_log"),
    ("shipped: ground, hdll", "generic_calibre_hdll_*", "ground", "r2_log"),
    ("shipped: ground, routed nets, hd", "generic_calibre_hd_*", "ground", "routed_r2_log"),
    ("shipped: ground, routed nets, hdll", "generic_calibre_hdll_*", "ground", "routed_r2_log"),
    ("shipped: total, hd", "generic_calibre_hd_*", "total", "r2_log"),
    ("shipped: total, hdll", "generic_calibre_hdll_*", "total", "r2_log"),
    ("shipped: coupling, hd", "generic_calibre_hd_*", "coupling", "r2_log"),
    ("shipped: coupling, hdll", "generic_calibre_hdll_*", "coupling", "r2_log"),
    ("shipped: existence AUC, hd", "generic_calibre_hd_*", "coupling", "auc"),
    ("shipped: existence AUC, hdll", "generic_calibre_hdll_*", "coupling", "auc"),
    ("shipped: ground, hd (magic)", "generic_magic_hd_*", "ground", "r2_log"),
    ("shipped: ground, hdll (magic)", "generic_magic_hdll_*", "ground", "r2_log"),
    ("shipped: total, hd (magic)", "generic_magic_hd_*", "total", "r2_log"),
    ("shipped: total, hdll (magic)", "generic_magic_hdll_*", "total", "r2_log"),
    ("shipped: coupling, hd (magic)", "generic_magic_hd_*", "coupling", "r2_log"),
    ("shipped: coupling, hdll (magic)", "generic_magic_hdll_*", "coupling", "r2_log"),
    ("a kind of cell left out: ground, hd", "kind_hd_*", "ground", "r2_log"),
    ("a kind of cell left out: ground, hdll", "kind_hdll_*", "ground", "r2_log"),
    ("a kind of cell left out: total, hd", "kind_hd_*", "total", "r2_log"),
    ("a kind of cell left out: total, hdll", "kind_hdll_*", "total", "r2_log"),
    ("a kind of cell left out: coupling, hd", "kind_hd_*", "coupling", "r2_log"),
    ("a kind of cell left out: coupling, hdll", "kind_hdll_*", "coupling", "r2_log"),
    ("large cells from small ones: coupling, hd", "size_hd_*", "coupling", "r2_log"),
    ("large cells from small ones: coupling, hdll", "size_hdll_*", "coupling", "r2_log"),
    ("zero-shot gf180 7-track: ground", "t3_gf7_*", "ground", "r2_log"),
    ("zero-shot gf180 7-track: total", "t3_gf7_*", "total", "r2_log"),
    ("SRAM 128x32: ground", "t4_128x32_*", "ground", "r2_log"),
    ("SRAM 128x32: total", "t4_128x32_*", "total", "r2_log"),
    ("SRAM 128x32: coupling", "t4_128x32_*", "coupling", "r2_log"),
    ("AMS sar1_array: coupling", "t5_sar1_array_*", "coupling", "r2_log"),
    ("AMS sar1_comp: coupling", "t5_sar1_comp_*", "coupling", "r2_log"),
    ("AMS avsd_pll: coupling", "t5_avsd_pll_*", "coupling", "r2_log"),
]

BANDS = [  # what is predicted from labels of the same extractor, score files
    ("held-out families, hd from hd", "t1_hd_*"),
    ("held-out families, hdll from hd", "t1_hdll_*"),
    ("held-out families, hd, shipped", "generic_calibre_hd_*"),
    ("held-out families, hdll, shipped", "generic_calibre_hdll_*"),
    ("a kind of cell left out, hd", "kind_hd_*"),
    ("a kind of cell left out, hdll", "kind_hdll_*"),
    ("another process: gf180 from sky130", "t3_gf7_*"),
    ("SRAM 128x32 from 16x4 and 64x16", "t4_128x32_*"),
    ("another kind of circuit: sar1_comp", "t5_sar1_comp_*"),
    ("another kind of circuit: avsd_pll", "t5_avsd_pll_*"),
    ("another kind of circuit: sar1_array", "t5_sar1_array_*"),
]


def values(out, pattern, target, metric):
    """{predictor: [value per seed]}"""
    found = {}
    for path in sorted(glob.glob(f"{out}/{pattern}.json")):
        score = json.load(open(path))
        for name, part in [("model", score), *score["baselines"].items()]:
            value = part[target][metric]
            if value is not None:
                found.setdefault(name, []).append(value)
    return found


def of_kinds(out, pattern, target, metric):
    """{predictor: [mean over the kinds or sizes of cells, by their numbers of labels]}"""
    scores = [json.load(open(path)) for path in sorted(glob.glob(f"{out}/{pattern}.json"))]
    found = {}
    for name in ("model", *(scores[0]["baselines"] if scores else ())):
        parts = [(score if name == "model" else score["baselines"][name])[target] for score in scores]
        parts = [part for part in parts if part[metric] is not None]
        n = sum(part["n"] for part in parts)
        found[name] = [sum(part["n"] * part[metric] for part in parts) / n] if n else []
    return found if scores else {}


def show(numbers):
    if not numbers:
        return "-"
    if len(numbers) == 1:
        return f"{numbers[0]:.3f}"
    return f"{statistics.mean(numbers):.3f} ± {statistics.stdev(numbers):.3f}"


def scores_of(pattern, target, metric):
    read = of_kinds if pattern.startswith(("kind_", "size_")) else values
    return read(sys.argv[1], pattern, target, metric)


print("| measure | model | trees only | linear fF | log fan-out | seeds |")
print("|---|---|---|---|---|---|")
for title, pattern, target, metric in ROWS:
    found = scores_of(pattern, target, metric)
    if found:
        print(f"| {title} | " + " | ".join(show(found.get(name)) for name in
              ("model", "trees", "linear", "fan-out")) + f" | {len(found['model'])} |")

print()
print("| true values within the band of 68 % | ground | total | coupling |")
print("|---|---|---|---|")
for title, pattern in BANDS:
    found = [scores_of(pattern, target, "coverage_1sd").get("model") for target in ("ground", "total", "coupling")]
    if any(found):
        print(f"| {title} | " + " | ".join(f"{100 * statistics.mean(f):.0f} %" if f else "-" for f in found) + " |")
