#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# readme.sh BUILD SOURCE: the README's first program, and hello, built by the README's own command lines
# from an installed prefix.
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR='' cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib
mkdir -p "$work/tree/etc" && echo testhost >"$work/tree/etc/hostname"
mkfs.ext4 -q -d "$work/tree" "$work/disk.img" 4M

awk '/^```c/ { code = 1; next } /^```/ { code = 0 } code' "$source/README.md" >"$work/prog.c"
lines=$(wc -l <"$work/prog.c")
[ "$lines" -gt 5 ] && [ "$lines" -le 20 ] || { echo "the first program has $lines lines"; exit 1; }
cd "$work"
path=$(sed -nE 's/^\s+\.\/a\.out disk\.img (\S*etc\/hostname)$/\1/p' "$source/README.md")
ran=0
while read -r line; do
	eval "${line%%#*} -Wall -Werror"
	out=$(./a.out disk.img "$path")
	[ "$out" = testhost ] || { echo "$line: $out"; exit 1; }
	./a.out disk.img /nothing && { echo "a missing file is found"; exit 1; }
	ran=$((ran + 1))
done < <(grep -E '^\s+cc prog.c' "$source/README.md")
[ "$ran" -eq 2 ] || { echo "$ran command lines in the README"; exit 1; }
for kind in "" -static; do
	# shellcheck disable=SC2046
	cc -Wall -Werror "$source/examples/hello/hello.c" -o hello $(pkg-config --cflags --libs rumpvfs$kind)
	[ "$(./hello)" = "Hello from a kernel of my own" ] || { echo "hello$kind"; exit 1; }
done
