#!/usr/bin/env python3
"""The tables of a model's card and of the README from the scores of protocol.sh in OUT.

    table.py OUT            prints them, of the rows scored so far
    table.py OUT FILE...    puts them in the place of those that each FILE has;
                            all rows must have scores
"""
import glob
import json
import os
import re
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
    ("zero-shot gf180 7-track: coupling", "t3_gf7_*", "coupling", "r2_log"),
    ("shipped recipe without gf180: ground of it", "unseen_gf7_*", "ground", "r2_log"),
    ("shipped recipe without gf180: total of it", "unseen_gf7_*", "total", "r2_log"),
    ("shipped recipe without gf180: coupling of it", "unseen_gf7_*", "coupling", "r2_log"),
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
    ("another process: gf180, shipped recipe without it", "unseen_gf7_*"),
    ("SRAM 128x32 from 16x4 and 64x16", "t4_128x32_*"),
    ("another kind of circuit: sar1_comp", "t5_sar1_comp_*"),
    ("another kind of circuit: avsd_pll", "t5_avsd_pll_*"),
    ("another kind of circuit: sar1_array", "t5_sar1_array_*"),
]

HELD_OUT = [  # title, published baseline and bar of hd and hdll
    ("ground C", (".954", ".907"), (0.965, 0.925), "ground", "r2_log"),
    ("ground C, routed nets", (".823", ".758"), (0.86, 0.80), "ground", "routed_r2_log"),
    ("total C", (".970", ".926"), (0.975, 0.94), "total", "r2_log"),
    ("coupling", (".775", ".593"), (0.83, 0.66), "coupling", "r2_log"),
    ("coupling existence AUC", (".984", ".937"), (0.988, 0.955), "coupling", "auc"),
]

ELSEWHERE = [  # title, published baseline, bar, score files with their bars, the same of the shipped recipe
    ("SRAM 16x4 + 64x16 → 128x32, coupling", ".43", ".60", [("t4_128x32_*", "coupling", "r2_log", 0.60)], []),
    ("zero-shot gf180 7-track, ground / total", ".51 / .91", ".65 / .92",
     [("t3_gf7_*", "ground", "r2_log", 0.65), ("t3_gf7_*", "total", "r2_log", 0.92)],
     [("unseen_gf7_*", "ground", "r2_log", 0.65), ("unseen_gf7_*", "total", "r2_log", 0.92)]),
    ("AMS leave-one-design-out, coupling: sar1_comp / avsd_pll / sar1_array", "≈ 0", ".2",
     [(f"t5_{design}_*", "coupling", "r2_log", 0.2) for design in ("sar1_comp", "avsd_pll", "sar1_array")], []),
]


FEW = [  # of the README: title, published baseline, score files of the shipped recipe or "", on the baseline's data, target
    ("coupling, 128x32 memory from 16x4 and 64x16", ".43", "", "t4_128x32_*", "coupling"),
    ("ground C, gf180 unseen", ".51", "unseen_gf7_*", "t3_gf7_*", "ground"),
    ("total C, gf180 unseen", ".91", "unseen_gf7_*", "t3_gf7_*", "total"),
]


def values(pattern, target, metric):
    """{predictor: [value per seed]}"""
    found = {}
    for path in sorted(glob.glob(f"{OUT}/{pattern}.json")):
        score = json.load(open(path))
        for name, part in [("model", score), *score["baselines"].items()]:
            value = part[target][metric]
            if value is not None:
                found.setdefault(name, []).append(value)
    return found


def of_kinds(pattern, target, metric):
    """{predictor: [mean over the kinds or sizes of cells, by their numbers of labels]}"""
    scores = [json.load(open(path)) for path in sorted(glob.glob(f"{OUT}/{pattern}.json"))]
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
    found = read(pattern, target, metric)
    if FILES and not found:
        sys.exit(f"{OUT}: no scores {pattern}.json")
    return found


def delays():
    """What galena parasitics validate found; None before it ran."""
    if os.path.exists(f"{OUT}/delay.json"):
        return json.load(open(f"{OUT}/delay.json"))
    if FILES:
        sys.exit(f"{OUT}: no delay.json")
    return None


def accuracy():
    yield "| measure | model | trees only | linear fF | log fan-out | seeds |"
    yield "|---|---|---|---|---|---|"
    for title, pattern, target, metric in ROWS:
        found = scores_of(pattern, target, metric)
        if found:
            yield f"| {title} | " + " | ".join(show(found.get(name)) for name in
                  ("model", "trees", "linear", "fan-out")) + f" | {len(found['model'])} |"


def bands():
    yield "| true values within the band of 68 % | ground | total | coupling |"
    yield "|---|---|---|---|"
    for title, pattern in BANDS:
        found = [scores_of(pattern, target, "coverage_1sd").get("model") for target in ("ground", "total", "coupling")]
        if any(found):
            yield f"| {title} | " + " | ".join(f"{100 * statistics.mean(f):.0f} %" if f else "-" for f in found) + " |"


def against(parts):
    """Scores beside their bars; below a bar, by how much. Parts: (score files, target, metric, bar)."""
    shown, verdicts = [], []
    for pattern, target, metric, bar in parts:
        numbers = scores_of(pattern, target, metric).get("model")
        if not numbers:
            return ""
        short = round(bar - statistics.mean(numbers), 4)
        shown.append(show(numbers))
        verdicts.append("reached" if short <= 0 else f"short by {short:.3f}" if short >= 0.001 else f"short by {short:.4f}")
    return " / ".join(shown) + ": " + (" / ".join(verdicts) if len(set(verdicts)) > 1 else verdicts[0])


def bars():
    yield "| measure | baseline hd / hdll | bar hd / hdll | Calibre hd alone | shipped recipe |"
    yield "|---|---|---|---|---|"
    for title, baseline, bar, target, metric in HELD_OUT:
        columns = [against([(f"{kind}_{library}_*", target, metric, least) for library, least in zip(("hd", "hdll"), bar)])
                   for kind in ("t1", "generic_calibre")]
        yield f"| {title} | {' / '.join(baseline)} | {bar[0]} / {bar[1]} | " + " | ".join(columns) + " |"
    for title, baseline, bar, *parts in ELSEWHERE:
        yield f"| {title} | {baseline} | {bar} | " + " | ".join(against(part) if part else "" for part in parts) + " |"
    found = delays()
    if not found:
        return
    none, predicted = (100 * found["delay"][name]["mean"] for name in ("none", "predicted"))
    verdict = "reached" if predicted <= none / 4 else f"short by {predicted - none / 4:.2f} %"
    yield f"| cell-delay error with predicted C (against schematic only) | {none:.2f} % | a quarter | | {predicted:.2f} %: {verdict} |"


def interval(pattern, target):
    """R2 and the ends of its interval, each the mean over seeds."""
    found = scores_of(pattern, target, "r2_log_95").get("model")
    if not found:
        return "-"
    low, high = (statistics.mean(ends) for ends in zip(*found))
    return f"{statistics.mean(values(pattern, target, 'r2_log')['model']):.3f} ({low:.3f} to {high:.3f})"


def intervals():
    yield "| R2 (95 % interval over cell families) | bar | Calibre hd alone | shipped recipe |"
    yield "|---|---|---|---|"
    for title, _, bar, target, metric in HELD_OUT:
        if metric != "r2_log":
            continue
        for library, least in zip(("hd", "hdll"), bar):
            shown = [interval(f"{kind}_{library}_*", target) for kind in ("t1", "generic_calibre")]
            yield f"| {title}, {library} | {least} | " + " | ".join(shown) + " |"


def few():
    """What --calibrate is worth, by few.py; None before it ran."""
    if not os.path.exists(f"{OUT}/few.json"):
        if FILES:
            sys.exit(f"{OUT}: no few.json")
        return
    yield "| calibrated on | R2 of ground C (a poor draw), within the band | total C | coupling |"
    yield "|---|---|---|---|"
    for title, found in json.load(open(f"{OUT}/few.json")).items():
        for n, scores in found["by"].items():
            shown = [f"{mean:.3f} ({low:.3f}), {100 * share:.0f} %" for mean, low, share in
                     (scores[target] for target in ("ground", "total", "coupling") if target in scores)]
            what = "nothing" if n == "0" else f"{n} of the {found['unit']}"
            yield f"| {title}: {what} | " + " | ".join(shown + ["-"] * (3 - len(shown))) + " |"


def summary():
    yield "| measure | galena | on the baseline's data | best plain predictor |"
    yield "|---|---|---|---|"
    for title, baselines, _, target, metric in HELD_OUT:
        if metric == "routed_r2_log":
            continue
        for library, baseline in zip(("hd", "hdll"), baselines):
            files = [f"{kind}_{library}_*" for kind in ("generic_calibre", "t1")]
            shown = [interval(path, target) if metric == "r2_log" else show(scores_of(path, target, metric).get("model"))
                     for path in files]
            yield f"| {title}, {library} | " + " | ".join(shown) + f" | {baseline} |"
    for title, baseline, *files, target in FEW:
        shown = [show(scores_of(path, target, "r2_log").get("model")) if path else "" for path in files]
        yield f"| {title} | " + " | ".join(shown) + f" | {baseline} |"


def report():
    """The delays as galena parasitics validate prints them."""
    found = delays()
    if not found:
        return
    yield (f"{found['cells']} cells, {found['arcs']} arcs simulated; {found['skipped']} cells without a combinational arc, "
           f"{found['failed_runs']} runs failed")
    yield "error against extracted parasitics"
    yield f"{'':6} {'with':12} {'mean':>9} {'median':>9} {'p90':>9} {'bias':>9}"
    for what in ("delay", "slew"):
        for name, part in found[what].items():
            yield f"{what if name == 'none' else '':6} {name:12}" + "".join(
                f" {100 * part[key]:{sign}8.2f}%" for key, sign in (("mean", ""), ("median", ""), ("p90", ""), ("bias", "+")))


def put(text, block):
    """`text` with what begins like the block and goes on like it, table or report, replaced."""
    lines, out, inside = text.split("\n"), [], False
    table = block[0].startswith("|")
    for line in lines:
        if line == block[0] if table else re.match(r"\d+ cells, \d+ arcs simulated", line):
            out += block
            inside = True
        inside = inside and (line.startswith("|") if table else line != "```")
        if not inside:
            out.append(line)
    return "\n".join(out)


if len(sys.argv) < 2:
    sys.exit(__doc__)
OUT, FILES = sys.argv[1], sys.argv[2:]
blocks = [list(make()) for make in (accuracy, bars, intervals, bands, few, summary, report)]
if not FILES:
    print("\n\n".join("\n".join(block) for block in blocks))
for path in FILES:
    text = open(path).read()
    for block in blocks:
        text = put(text, block)
    with open(path, "w") as file:
        file.write(text)
