#!/usr/bin/python3
"""Golden vectors for the layers of gnn/: forward, input gradients and parameter gradients.

Every layer is written here a second time with plain PyTorch operations in double precision and
differentiated by autograd. Output: one text file per layer beside this script, a sequence of
"name rows cols" lines, each followed by the values. "x0" is x_dst, "x1" x_src, "x2" the edge
features, "edges" holds destination, source (and relation), "value.P" and "grad.P" are the
parameter P. Run: /usr/bin/python3 make_golden_layers.py  (Debian: python3-torch)
"""
import math
import os

import torch

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))
N_DST, N_SRC = 7, 6
# Destination 3 and source 4 are isolated; (0, 1) appears twice.
EDGES = [(0, 1), (0, 1), (0, 2), (1, 0), (2, 5), (2, 3), (2, 1), (4, 0), (5, 5), (5, 2), (5, 3),
         (6, 1), (6, 0)]
RELATION = [0, 1, 0, 1, 0, 0, 2, 1, 0, 0, 0, 2, 1]
DST = torch.tensor([d for d, _ in EDGES])
SRC = torch.tensor([s for _, s in EDGES])


def rand(*shape):
    """Values that survive the rounding to six digits of the file."""
    return (torch.randn(*shape) * 1e4).round() / 1e4


class Case:
    def __init__(self, name, seed):
        torch.manual_seed(seed)
        self.name, self.x, self.p, self.extra = name, [], {}, []

    def input(self, rows, cols):
        self.x.append(rand(rows, cols).requires_grad_())
        return self.x[-1]

    def param(self, name, rows, cols, base=0.0, scale=0.6):
        self.p["l." + name] = (base + scale * rand(rows, cols)).mul(1e5).round().div(1e5)
        return self.p["l." + name].requires_grad_()

    def linear(self, name, n_in, n_out):
        w, b = self.param(name + ".weight", n_in, n_out), self.param(name + ".bias", 1, n_out)
        return lambda x: x @ w + b

    def mlp(self, name, widths, act, norm=False):
        steps = []
        for i in range(len(widths) - 1):
            steps.append(self.linear(f"{name}.{i}", widths[i], widths[i + 1]))
            if i + 2 < len(widths):
                if norm:
                    steps.append(self.layernorm(f"{name}.norm{i}", widths[i + 1]))
                steps.append(act)
        return lambda x: [x := f(x) for f in steps][-1]

    def layernorm(self, name, dim):
        g, b = self.param(name + ".weight", 1, dim, 1.0), self.param(name + ".bias", 1, dim)

        def apply(x):
            m, v = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
            return (x - m) / torch.sqrt(v + 1e-5) * g + b
        return apply

    def graph(self, relations=False):
        rows = [e + (r,) for e, r in zip(EDGES, RELATION)] if relations else EDGES
        self.extra.append(("edges", torch.tensor(rows, dtype=torch.float64)))

    def ranges(self, ptr):
        self.extra.append(("ptr", torch.tensor([ptr], dtype=torch.float64)))

    def save(self, y):
        dy = rand(*y.shape)
        (y * dy).sum().backward()
        out = self.extra + [(f"x{i}", x) for i, x in enumerate(self.x)]
        out += [("y", y), ("dy", dy)] + [(f"dx{i}", x.grad) for i, x in enumerate(self.x)]
        for name, value in self.p.items():
            grad = value.grad if value.grad is not None else torch.zeros_like(value)
            out += [("value." + name, value), ("grad." + name, grad)]
        with open(os.path.join(HERE, self.name + ".txt"), "w", encoding="ascii") as f:
            for name, t in out:
                f.write(f"{name} {t.shape[0]} {t.shape[1]}\n")
                f.writelines(" ".join("%.7g" % v for v in row) + "\n" for row in t.tolist())


def sum_rows(values, index, n):
    return torch.zeros(n, values.shape[1]).index_add(0, index, values)


def softmax_rows(score):
    """Softmax of the rows of `score` that share a destination, column by column."""
    top = torch.stack([score[DST == d].max(0).values for d in DST.tolist()]).detach()
    weight = torch.exp(score - top)
    return weight / sum_rows(weight, DST, N_DST)[DST]


def golden_gine():
    c = Case("gine", 1)
    c.graph()
    xd, xs, e = c.input(N_DST, 4), c.input(N_SRC, 4), c.input(len(EDGES), 2)
    eps, edge = c.param("eps", 1, 1), c.linear("edge", 2, 4)
    mlp = c.mlp("mlp", [4, 5, 3], torch.relu)
    c.save(mlp((1 + eps) * xd + sum_rows(torch.relu(xs[SRC] + edge(e)), DST, N_DST)))


def golden_gated():
    c = Case("gated", 2)
    c.graph()
    xd, xs, e = c.input(N_DST, 4), c.input(N_SRC, 3), c.input(len(EDGES), 2)
    dst, src, edge = c.linear("dst", 4, 6), c.linear("src", 3, 6), c.linear("edge", 2, 3)
    a, s = dst(xd).split(3, 1)
    b, v = src(xs).split(3, 1)
    eta = torch.sigmoid(a[DST] + b[SRC] + edge(e))
    c.save(s + sum_rows(eta * v[SRC], DST, N_DST))


def golden_gen():
    c = Case("gen", 3)
    c.graph()
    xd, xs, e = c.input(N_DST, 4), c.input(N_SRC, 4), c.input(len(EDGES), 2)
    t, edge = c.param("temperature", 1, 1, 1.3, 0.1), c.linear("edge", 2, 4)
    mlp = c.mlp("mlp", [4, 5, 3], torch.relu, norm=True)
    m = torch.relu(xs[SRC] + edge(e)) + 1e-7
    c.save(mlp(xd + sum_rows(softmax_rows(t * m) * m, DST, N_DST)))


def golden_attention():
    c = Case("attention", 4)
    c.graph()
    xd, xs, e = c.input(N_DST, 4), c.input(N_SRC, 3), c.input(len(EDGES), 2)
    dim, heads = 6, 2
    query, kv = c.linear("query", 4, dim), c.linear("key_value", 3, 2 * dim)
    edge, output = c.linear("edge", 2, dim), c.linear("output", dim, dim)
    key, value = kv(xs).split(dim, 1)
    ce = edge(e)
    k, v = (key[SRC] + ce).view(-1, heads, 3), (value[SRC] + ce).view(-1, heads, 3)
    score = (query(xd)[DST].view(-1, heads, 3) * k).sum(2) / math.sqrt(3)
    mixed = (softmax_rows(score)[:, :, None] * v).reshape(-1, dim)
    c.save(output(sum_rows(mixed, DST, N_DST)))


def golden_attention_full():
    """torch's own multi-head attention over a sequence of five, as an independent witness."""
    c = Case("attention_full", 5)
    n, dim, heads = 5, 6, 3
    c.extra.append(("edges", torch.tensor([[i, j] for i in range(n) for j in range(n)],
                                          dtype=torch.float64)))
    x = c.input(n, dim)
    names = ["query", "key_value", "output"]
    sizes = [dim, 2 * dim, dim]
    w = {k: (c.param(k + ".weight", dim, s), c.param(k + ".bias", 1, s)) for k, s in zip(names, sizes)}
    y, _ = torch.nn.functional.multi_head_attention_forward(
        x[:, None], x[:, None], x[:, None], dim, heads,
        torch.cat([w["query"][0], w["key_value"][0]], 1).t(),
        torch.cat([w["query"][1], w["key_value"][1]], 1)[0], None, None, False, 0.0,
        w["output"][0].t(), w["output"][1][0])
    c.save(y[:, 0])


def golden_transformer():
    """Two sequences of five tokens, three of them the prefix; two blocks, torch's own modules."""
    c = Case("transformer", 21)
    batch, n, prefix, dim, heads, hidden = 2, 5, 3, 6, 2, 8
    x = c.input(batch * n, dim)
    unseen = torch.tensor([[u >= prefix and u > t for u in range(n)] for t in range(n)])
    y = x.reshape(batch, n, dim)
    for i in range(2):
        h = c.layernorm(f"norma{i}", dim)(y).transpose(0, 1)
        names = [f"attention{i}.query", f"attention{i}.key_value", f"attention{i}.output"]
        w = [(c.param(k + ".weight", dim, s), c.param(k + ".bias", 1, s))
             for k, s in zip(names, [dim, 2 * dim, dim])]
        mixed, _ = torch.nn.functional.multi_head_attention_forward(
            h, h, h, dim, heads, torch.cat([w[0][0], w[1][0]], 1).t(),
            torch.cat([w[0][1], w[1][1]], 1)[0], None, None, False, 0.0, w[2][0].t(), w[2][1][0],
            attn_mask=unseen)
        y = y + mixed.transpose(0, 1)
        up, down = c.linear(f"up{i}", dim, hidden), c.linear(f"down{i}", hidden, dim)
        z = up(c.layernorm(f"normb{i}", dim)(y))
        y = y + down(z / 2 * (1 + torch.tanh((2 / torch.pi) ** .5 * (z + .044715 * z ** 3))))
    c.save(c.layernorm("norm", dim)(y).reshape(batch * n, dim))


def golden_hetero():
    c = Case("hetero", 6)
    c.graph(relations=True)
    xd, xs = c.input(N_DST, 4), c.input(N_SRC, 3)
    own, w = c.linear("self", 4, 5), c.param("relation.weight", 9, 5)
    y = own(xd)
    for r in range(3):
        pick = torch.tensor([k for k, q in enumerate(RELATION) if q == r])
        degree = sum_rows(torch.ones(len(pick), 1), DST[pick], N_DST).clamp(min=1)
        y = y + sum_rows(xs[SRC[pick]], DST[pick], N_DST) / degree @ w[3 * r:3 * r + 3]
    c.save(torch.nn.functional.silu(y))


def golden_mlp():
    c = Case("mlp", 7)
    x = c.input(6, 4)
    mlp = c.mlp("m", [4, 6, 5, 2], torch.nn.functional.silu, norm=True)
    c.p = {k.replace("l.m.", "l."): v for k, v in c.p.items()}
    c.save(mlp(x))


def golden_layernorm():
    c = Case("layernorm", 8)
    x = c.input(6, 5)
    w, b = c.param("weight", 1, 5, 1.0), c.param("bias", 1, 5)
    c.save(torch.nn.functional.layer_norm(x, (5,), w[0], b[0]))


def golden_batchnorm():
    c = Case("batchnorm", 9)
    x = c.input(7, 4)
    w, b = c.param("weight", 1, 4, 1.0), c.param("bias", 1, 4)
    mean, var = torch.zeros(4), torch.ones(4)
    y = torch.nn.functional.batch_norm(x, mean, var, w[0], b[0], training=True)
    evaluated = torch.nn.functional.batch_norm(x, mean, var, w[0], b[0])
    c.extra += [("moved_mean", mean[None]), ("moved_var", var[None]), ("evaluated", evaluated)]
    c.save(y)


def golden_graphnorm():
    c = Case("graphnorm", 10)
    ptr = [0, 3, 3, 4, 9]
    c.ranges(ptr)
    x = c.input(9, 4)
    w, b = c.param("weight", 1, 4, 1.0), c.param("bias", 1, 4)
    a = c.param("mean_scale", 1, 4, 1.0, 0.3)
    parts = []
    for first, end in zip(ptr, ptr[1:]):
        o = x[first:end]
        if end > first:
            o = o - a * o.mean(0, keepdim=True)
            o = o / torch.sqrt((o * o).mean(0, keepdim=True) + 1e-5)
        parts.append(w * o + b)
    c.save(torch.cat(parts))


def golden_pool(kind, seed):
    c = Case("pool_" + kind, seed)
    ptr = [0, 3, 3, 4, 9]
    c.ranges(ptr)
    x = c.input(9, 3)
    take = {"sum": lambda t: t.sum(0), "mean": lambda t: t.mean(0), "max": lambda t: t.max(0).values}
    rows = [take[kind](x[f:e]) if e > f else torch.zeros(3) for f, e in zip(ptr, ptr[1:])]
    c.save(torch.stack(rows))


if __name__ == "__main__":
    for make in (golden_gine, golden_gated, golden_gen, golden_attention, golden_attention_full,
                 golden_transformer, golden_hetero, golden_mlp, golden_layernorm,
                 golden_batchnorm, golden_graphnorm):
        make()
    for number, pool in enumerate(("sum", "mean", "max")):
        golden_pool(pool, 11 + number)
