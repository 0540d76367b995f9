#!/usr/bin/python3
"""The counterpart of bench_layer in PyTorch: the same GraphSAGE layer on a graph of the same kind.

usage: layer_torch.py random|local [rounds [nodes [edges [width]]]]

Four ways to aggregate are tried (COO and CSR matrix products, index_add and scatter_reduce over
gathered rows, edges sorted by destination); after the first round only those within 1.5 times of
the fastest go on, and for each figure the fastest counts. Prints "key value" lines, times in ms, the
best of the rounds; two threads unless OMP_NUM_THREADS says otherwise.
"""
import os
import sys
import time

import torch

NEAR, LAYERS = 1000, 7


def edges_of(ids, nodes, edges):
    dst, src = torch.randint(nodes, (edges,)), torch.randint(nodes, (edges,))
    if ids == "local":
        near = (dst + torch.randint(-NEAR, NEAR + 1, (edges,))) % nodes
        src = torch.where(torch.rand(edges) < 0.9, near, src)
    order = torch.argsort(dst)
    return dst[order], src[order]


def aggregations(dst, src, nodes, width):
    """name -> function: the mean of the sources' rows for every destination."""
    scale = 1 / torch.bincount(dst, minlength=nodes).clamp(min=1).float()
    matrix = torch.sparse_coo_tensor(torch.stack([dst, src]), scale[dst], (nodes, nodes)).coalesce()
    rows = matrix.to_sparse_csr()
    wide, column = dst[:, None].expand(-1, width), scale[:, None]

    def index_add(x):
        return torch.zeros(nodes, width).index_add(0, dst, x[src]) * column

    def scatter(x):
        return torch.zeros(nodes, width).scatter_reduce(0, wide, x[src], "sum") * column

    return {"coo": lambda x: torch.sparse.mm(matrix, x), "csr": lambda x: rows @ x,
            "index_add": index_add, "scatter": scatter}


def timed(run):
    start = time.perf_counter()
    result = run()
    return result, 1e3 * (time.perf_counter() - start)


def main():
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    torch.manual_seed(1)
    ids = sys.argv[1]
    numbers = [int(a) for a in sys.argv[2:]] + [3, 1000000, 3000000, 64][len(sys.argv) - 2:]
    rounds, nodes, edges, width = numbers
    x = torch.randn(nodes, width, requires_grad=True)
    gradient = torch.randn(nodes, width)
    weights = [[(torch.randn(width, width) / width**0.5).requires_grad_(),
                (torch.randn(width, width) / width**0.5).requires_grad_(),
                torch.zeros(width, requires_grad=True)] for _ in range(LAYERS)]
    best = {}

    def keep(key, value, how):
        if value < best.get(key, (1e9,))[0]:
            best[key] = (value, how)

    ways = aggregations(*edges_of(ids, nodes, edges), nodes, width)
    for _ in range(rounds):
        spent = {}
        for how, mean in ways.items():
            def layer(h, own, neighbour, bias):
                return torch.relu(torch.addmm(bias, h, own) + mean(h) @ neighbour)

            def seven():
                with torch.no_grad():
                    h = x
                    for w in weights:
                        h = layer(h, *w)

            y, forward = timed(lambda: layer(x, *weights[0]))
            _, backward = timed(lambda: y.backward(gradient))
            del y
            for leaf in [x] + weights[0]:
                leaf.grad = None
            keep("forward_ms", forward, how)
            keep("backward_ms", backward, how)
            keep("both_ms", forward + backward, how)
            _, all_seven = timed(seven)
            keep("seven_ms", all_seven, how)
            spent[how] = forward + backward + all_seven
        ways = {how: mean for how, mean in ways.items() if spent[how] <= 1.5 * min(spent.values())}
    for key, (value, how) in best.items():
        print(f"{key} {value:.1f} {how}")


main()
