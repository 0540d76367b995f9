#!/usr/bin/python3
"""The counterpart of bench_surrogate in PyTorch: an MLP 22-256-256-256-15 with SiLU, frozen by torch.jit.

usage: surrogate_torch.py [rounds]
Prints us of processor time per evaluation at batch 1024 and 1, the best of the rounds, one thread.
"""
import sys
import time

import torch

N_IN, N_OUT, WIDTH = 22, 15, 256


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    layers = []
    for i, o in ((N_IN, WIDTH), (WIDTH, WIDTH), (WIDTH, WIDTH)):
        layers += [torch.nn.Linear(i, o), torch.nn.SiLU()]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(WIDTH, N_OUT)).eval()
    frozen = torch.jit.freeze(torch.jit.script(net))
    with torch.no_grad():
        for name, run in (("eager", net), ("frozen", frozen)):
            for batch, repeat in ((1024, 10), (1, 200)):
                x = torch.full((batch, N_IN), 0.5)
                best = 1e9
                for _ in range(5):
                    run(x)
                for _ in range(rounds):
                    start = time.process_time()
                    for _ in range(repeat):
                        run(x)
                    best = min(best, (time.process_time() - start) / repeat / batch)
                print(f"torch_{name}_{batch}_us {1e6 * best:.3f}")


main()
