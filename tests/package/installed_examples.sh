#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# installed_examples.sh BUILD EXAMPLES: installs into a fresh prefix and builds each example program
# with nothing but that, cc and pkg-config; runs all.
set -eu
build=$1 examples=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib

compile() { # compile NAME PACKAGES SOURCE...
	local out=$work/$1 packages=$2
	shift 2
	# shellcheck disable=SC2046,SC2086
	(cd "$examples" && cc -Wall -Werror "$@" -o "$out" $(pkg-config --cflags --libs $packages))
}
compile hello rumpvfs hello/hello.c
compile imgcat rumpfs_ext2fs imgcat.c image.c
compile imgls rumpfs_ext2fs imgls.c image.c
compile demo "rumpfs_ext2fs libcrypto" demo.c demo_tree.c image.c

"$work/hello"
"$examples/imgtools_test.sh" "$work"
"$work/demo" "$work/prefix/include"
