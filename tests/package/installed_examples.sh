#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# installed_examples.sh BUILD EXAMPLES: installs into a fresh prefix and builds each example with
# nothing but that: programs with cc and pkg-config, the driver with find_package(librump); runs all.
set -eu
build=$1 examples=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib

compile() { # compile NAME COMPONENT SOURCE...
	local out=$work/$1 component=$2
	shift 2
	# shellcheck disable=SC2046
	(cd "$examples" && cc -Wall -Werror "$@" -o "$out" $(pkg-config --cflags --libs "$component"))
}
compile hello rumpvfs hello/hello.c
compile imgcat rumpfs_ext2fs imgcat.c image.c
compile imgls rumpfs_ext2fs imgls.c image.c
compile demo rumpfs_ext2fs demo.c demo_tree.c sha256.c image.c

"$work/hello"
"$examples/imgtools_test.sh" "$work"
"$work/demo" "$work/prefix/include"

mkdir "$work/tree"
cp -r "$examples/scratch" "$work/tree/scratch"
cat >"$work/tree/CMakeLists.txt" <<-'EOF'
	cmake_minimum_required(VERSION 3.20)
	project(mydriver C)
	include(CTest)
	find_package(librump REQUIRED)
	find_package(PkgConfig REQUIRED)
	pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
	add_subdirectory(scratch)
EOF
cmake -G Ninja -S "$work/tree" -B "$work/tree/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/tree/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
(cd "$work/tree/build" && ctest --output-on-failure --no-tests=error)
