#!/usr/bin/env python3
"""Writes golden_training.safetensors: reference results of PyTorch, scikit-learn and SciPy for
losses, optimiser, schedules and metrics. Run: python3 make_golden_training.py (in this folder);
needs python3-torch, python3-sklearn, python3-scipy. Also reads its own file back."""
import json
import struct

import numpy as np
import torch
import torch.nn.functional as F
from scipy.stats import spearmanr
from sklearn import metrics
from sklearn.mixture import GaussianMixture

NAMES = {"float32": "F32", "float64": "F64", "int32": "I32", "int64": "I64", "uint8": "U8"}


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, array in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": NAMES[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = open(path, "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    header, data, out = json.loads(raw[8:8 + size]), raw[8 + size:], {}
    metadata = header.pop("__metadata__", {})
    dtypes = {v: k for k, v in NAMES.items()}
    for name, t in header.items():
        first, end = t["data_offsets"]
        out[name] = np.frombuffer(data[first:end], dtypes[t["dtype"]]).reshape(t["shape"])
    return out, metadata


out = {}


def keep(name, value, dtype="float64"):
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    out[name] = np.array(value, dtype=dtype)


def as_double(array):
    return torch.tensor(array.astype("float64"), requires_grad=True)


def keep_loss(name, loss, *leaves):
    grads = torch.autograd.grad(loss, leaves, retain_graph=True)
    keep(name, loss)
    for leaf_name, grad in zip(("grad", "grad2"), grads):
        keep(f"{name}.{leaf_name}", grad)


def regression(rng):
    n = 12
    pred, target = rng.normal(size=n).astype("float32"), rng.normal(size=n).astype("float32")
    weight = rng.uniform(0.2, 2, size=n).astype("float32")
    both = rng.normal(size=(n, 2)).astype("float32")
    for name, array in (("pred", pred), ("target", target), ("weight", weight), ("both", both)):
        keep(name, array, "float32")
    y, w = torch.tensor(target.astype("float64")), torch.tensor(weight.astype("float64"))
    p, b = as_double(pred), as_double(both)
    keep_loss("mse", F.mse_loss(p, y), p)
    keep_loss("mse.weighted", (w * (p - y) ** 2).mean(), p)
    keep_loss("huber", F.huber_loss(p, y, delta=0.5), p)
    keep_loss("gaussian", F.gaussian_nll_loss(b[:, 0], y, b[:, 1].exp()), b)

    sigma = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    v = sigma ** 2
    logits = -(p[:, None] - y[None, :]) ** 2 / (2 * v)
    keep_loss("bmc", F.cross_entropy(logits, torch.arange(n)) * (2 * v).detach(), p, sigma)

    centre = np.array([-1.0, 0.25, 1.5], "float32")
    variance, share = np.array([0.3, 0.05, 0.8]), np.array([0.5, 0.3, 0.2])
    keep("prior.centre", centre, "float32"), keep("prior.variance", variance)
    keep("prior.weight", share)
    c, s, q = (torch.tensor(a.astype("float64")) for a in (centre, variance, share))
    e2 = (p - y) ** 2
    spread = s + v
    mix = torch.logsumexp(-0.5 * spread.log() - 0.5 * (p[:, None] - c) ** 2 / spread + q.log(), 1)
    keep_loss("gai", ((e2 / 2 / v + 0.5 * v.log() + mix) * (2 * v).detach()).mean(), p, sigma)
    mix = torch.logsumexp(-0.5 * (p[:, None] - c) ** 2 / v + q.log(), 1)
    keep_loss("bni", ((e2 / 2 / v + mix) * (2 * v).detach()).mean(), p, sigma)


def label_distribution(rng):
    label = np.concatenate([rng.normal(-3, 0.4, 150), rng.normal(0, 0.2, 90),
                            rng.normal(2.5, 0.7, 60)]).astype("float32")
    rng.shuffle(label)
    keep("label", label, "float32")
    gmm = GaussianMixture(3, tol=1e-9, reg_covar=0, max_iter=1000,
                          means_init=[[-3], [0], [2.5]]).fit(label[:, None].astype("float64"))
    keep("gmm.mean", gmm.means_[:, 0]), keep("gmm.variance", gmm.covariances_[:, 0, 0])
    keep("gmm.weight", gmm.weights_)

    bins, sigma = 40, 0.3
    x = label.astype("float64")
    count, edges = np.histogram(x, bins)
    width = edges[1] - edges[0]
    reach = int(4 * sigma / width)
    kernel = np.exp(-(np.arange(-reach, reach + 1) * width) ** 2 / (2 * sigma ** 2))
    density = np.convolve(count, kernel, "full")[reach:reach + bins]
    weight = 1 / density[np.clip(np.digitize(x, edges) - 1, 0, bins - 1)]
    keep("lds", weight / weight.mean())


def classes(rng):
    n, k = 10, 5
    logit = rng.normal(scale=2, size=(n, k)).astype("float32")
    label = rng.integers(0, k, n)
    count = np.array([1000, 3, 50, 0, 400])
    z, y = as_double(logit), torch.tensor(label)
    keep("logit", logit, "float32"), keep("class", label, "int32"), keep("count", count, "int64")
    keep_loss("ce", F.cross_entropy(z, y), z)
    prior = torch.tensor(np.maximum(count, 1).astype("float64")).log()
    keep_loss("balanced", F.cross_entropy(z + prior, y), z)
    for gamma, name in ((2.0, "focal2"), (0.5, "focal05")):
        log_p = F.log_softmax(z, 1)[torch.arange(n), y]
        keep_loss(name, (-((1 - log_p.exp()) ** gamma) * log_p).mean(), z)
    s = as_double((logit[:, 0] * 8).astype("float32"))
    keep("binary.logit", s, "float32"), keep("binary.target", label % 2, "float32")
    t = torch.tensor((label % 2).astype("float64"))
    keep_loss("binary", F.binary_cross_entropy_with_logits(
        s, t, pos_weight=torch.tensor(3.0, dtype=torch.float64)), s)


def optimiser(rng):
    w = torch.tensor(rng.normal(size=(3, 4)).astype("float32"), requires_grad=True)
    b = torch.tensor(rng.normal(size=(1, 4)).astype("float32"), requires_grad=True)
    keep("adamw.w0", w, "float32"), keep("adamw.b0", b, "float32")
    opt = torch.optim.AdamW([{"params": [w], "weight_decay": 0.1},
                             {"params": [b], "weight_decay": 0.0}], lr=0.05, betas=(0.8, 0.95))
    steps, norms = [], []
    for _ in range(6):
        grad = rng.normal(size=16).astype("float32")
        w.grad, b.grad = torch.tensor(grad[:12].reshape(3, 4)), torch.tensor(grad[12:].reshape(1, 4))
        steps.append(grad)
        norms.append(float(torch.nn.utils.clip_grad_norm_([w, b], 3.0)))
        opt.step()
    keep("adamw.grad", np.array(steps), "float32"), keep("adamw.norm", norms)
    keep("adamw.w", w, "float32"), keep("adamw.b", b, "float32")
    keep("adamw.v", opt.state[w]["exp_avg_sq"], "float32")


def schedules():
    dummy = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    cycle = torch.optim.lr_scheduler.OneCycleLR(dummy, 0.4, total_steps=50, pct_start=0.2,
                                                cycle_momentum=False)
    rates = []
    for _ in range(50):
        rates.append(cycle.get_last_lr()[0])
        dummy.step()
        if len(rates) < 50:
            cycle.step()
    keep("one_cycle", rates)
    step = np.arange(5, 41)
    cosine = 0.01 + (0.1 - 0.01) * (1 + np.cos(np.pi * (step - 4) / 35)) / 2
    keep("cosine", np.concatenate([0.1 * np.arange(1, 6) / 5, cosine[:35]]))


def scores(rng):
    n = 200
    truth = rng.normal(size=n)
    pred = truth + rng.normal(scale=0.4, size=n)
    keep("score.pred", pred), keep("score.truth", truth)
    keep("score.regression", [metrics.r2_score(truth, pred), metrics.mean_absolute_error(truth, pred),
                              metrics.mean_squared_error(truth, pred) ** 0.5,
                              np.median(abs(pred - truth) / abs(truth))])
    a, b = np.round(truth, 1), np.round(pred, 1)
    keep("rank.a", a), keep("rank.b", b), keep("rank.spearman", spearmanr(a, b)[0])
    positive = truth > 0.8
    keep("rank.positive", positive, "uint8")
    keep("rank.auc", [metrics.roc_auc_score(positive, b), metrics.average_precision_score(positive, b)])
    guess, real = rng.integers(0, 4, n), rng.integers(0, 3, n)
    real[:80] = guess[:80] % 3
    keep("class.pred", guess, "int32"), keep("class.truth", real, "int32")
    keep("class.score", [metrics.accuracy_score(real, guess),
                         metrics.f1_score(real, guess, average="macro", zero_division=0)])
    keep("class.confusion", metrics.confusion_matrix(real, guess, labels=range(6)), "int64")


if __name__ == "__main__":
    generator = np.random.default_rng(20)
    for part in (regression, label_distribution, classes, optimiser, scores):
        part(generator)
    schedules()
    write_safetensors("golden_training.safetensors", out, {"made_by": "make_golden_training.py"})
    back, _ = read_safetensors("golden_training.safetensors")
    assert all(np.array_equal(back[k], v) for k, v in out.items())
    print(len(out), "arrays")
