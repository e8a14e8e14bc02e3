#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# static.sh BUILD SOURCE: a program that is linked statically loads the module form of a driver at run time, from an
# installed prefix, by mounting its type; with the host's libc shared and static, and stripped.
set -eu
build=$1 source=$2
PATH=$PATH:/sbin:/usr/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR='' cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig RUMP_MODULEBASE=$work/prefix/lib/rump-modules
truncate -s 1M "$work/bfs"
mkfs.bfs "$work/bfs" >/dev/null
mkdir "$work/tree" && echo hello >"$work/tree/f"
mkfs.ext4 -q -d "$work/tree" "$work/ext4" 4M >/dev/null
try() { # try NAME
	local out
	for type in "sysvbfs $work/bfs" "ext2fs $work/ext4"; do
		# shellcheck disable=SC2086
		out=$("$work/p" $type 2>&1) || true
		[ "$out" = "mounted" ] || { echo "$1, $type: $out"; exit 1; }
	done
}
for cc in gcc clang; do
	for libc in "" -static; do
		flags=$(pkg-config --cflags --libs rumpvfs-static)
		[ -z "$libc" ] || flags=${flags/-Wl,-Bdynamic -luv/-l:libuv_a.a}
		# shellcheck disable=SC2086
		$cc $libc "$source/static.c" -o "$work/p" $flags 2>"$work/err" || { cat "$work/err"; exit 1; }
		try "$cc $libc"
		strip "$work/p"
		try "$cc $libc stripped"
	done
done
if ldd "$work/p" 2>&1 | grep -q librump; then echo "links a shared rump library"; exit 1; fi
# Without a place for modules there are none.
out=$(RUMP_MODULEBASE='' "$work/p" sysvbfs "$work/bfs" 2>&1) && { echo "mounted without a module"; exit 1; }
grep -qi "no such device" <<<"$out"
