#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""mkimages.py DIR: the trees and ext4 images that bench/ext4.c reads, made once.

walk  10,103 inodes: 100 directories of 100 small files (with root, lost+found and one more file)
big   one file of 256 MiB
tree  10,002 files, 351 MiB, sizes as in a source tree: many small ones, some large
"""
import os
import random
import subprocess
import sys
import tarfile


def fill(path, size, rng):
    with open(path, "wb") as f:
        while size > 0:
            n = min(size, 1 << 20)
            f.write(rng.randbytes(n))
            size -= n


def make_walk(top, rng):
    for d in range(100):
        os.makedirs(f"{top}/dir{d:03d}")
        for i in range(100):
            fill(f"{top}/dir{d:03d}/file{i:03d}", rng.randrange(64), rng)
    fill(f"{top}/one", 100, rng)


def make_big(top, rng):
    os.makedirs(top)
    fill(f"{top}/big", 256 << 20, rng)


def make_tree(top, rng):
    sizes = [int(rng.lognormvariate(8.6, 1.6)) for _ in range(10002)]
    scale = (351 << 20) / sum(sizes)
    for i, size in enumerate(sizes):
        d = f"{top}/d{i % 20:02d}/e{i // 20 % 25:02d}"
        os.makedirs(d, exist_ok=True)
        fill(f"{d}/file{i:05d}.txt", int(size * scale), rng)


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    for name, make, mib in (("walk", make_walk, 128), ("big", make_big, 320), ("tree", make_tree, 512)):
        image = f"{out}/{name}.img"
        if os.path.exists(image):
            continue
        make(f"{out}/{name}", random.Random(1))
        subprocess.run(["mkfs.ext4", "-q", "-F", "-d", f"{out}/{name}", image + ".new", f"{mib}M"], check=True)
        with tarfile.open(f"{out}/{name}.tar", "w") as tar:
            tar.add(f"{out}/{name}", arcname=".")
        os.rename(image + ".new", image)


main()
