#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# driver_elsewhere.sh RELEASE CHECKED EXAMPLES: installs both flavours into a fresh prefix, and builds and tests the
# example drivers in a tree of their own, with find_package(librump) and nothing else.
set -eu
release=$1 checked=$2 examples=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for build in "$release" "$checked"; do
	DESTDIR='' cmake --install "$build" --prefix "$work/prefix" >/dev/null
done
mkdir "$work/tree"
drivers=0
{
	echo 'cmake_minimum_required(VERSION 3.20)'
	echo 'project(drivers C)'
	echo 'include(CTest)'
	echo 'find_package(librump REQUIRED)'
	for dir in "$examples"/*/; do
		grep -q rump_driver_test "$dir/CMakeLists.txt" 2>/dev/null || continue
		cp -r "$dir" "$work/tree/"
		echo "add_subdirectory($(basename "$dir"))"
		drivers=$((drivers + 1))
	done
} >"$work/tree/CMakeLists.txt"
[ "$drivers" -gt 0 ] || { echo "no example has a driver"; exit 1; }
cmake -G Ninja -S "$work/tree" -B "$work/tree/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/tree/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
(cd "$work/tree/build" && ctest --output-on-failure --no-tests=error)

# The release has none of the instruments, the checked flavour has them all.
nm -D --defined-only "$work/prefix/lib/librump.so.0" | grep -q rump_check_ && { echo "the release is checked"; exit 1; }
nm -D --defined-only "$work/prefix/lib/rump-checked/librump.so.0" | grep -q rump_check_census
