#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# driver_new.sh RELEASE CHECKED: what rump-driver of an installed prefix writes builds and passes, for each kind;
# what it cannot do it refuses.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for build in "$1" "$2"; do
	DESTDIR='' cmake --install "$build" --prefix "$work/prefix" >/dev/null
done
tool=$work/prefix/bin/rump-driver
cd "$work"

refuse() { # refuse WORDS ARGS...
	local words=$1
	shift
	if "$tool" "$@" >out 2>&1; then echo "accepted: $*"; exit 1; fi
	grep -qF "$words" out || { echo "$*: no '$words' in:"; cat out; exit 1; }
}
refuse usage: new
refuse usage: old thing
refuse "name 'Thing'" new Thing --kind=char
refuse "name 'a/b'" new a/b --kind=char
refuse "longer than" new abcdefghijklmnop --kind=char
refuse "no kind 'toaster'" new thing --kind=toaster
refuse "no kind '../char'" new thing --kind=../char
refuse "unknown option" new thing --kind=char --help
refuse "two names" new thing thong --kind=char
mkdir here
refuse "'here' exists" new here --kind=char

for template in "$work"/prefix/share/librump/templates/*; do
	kind=$(basename "$template")
	"$tool" new "my$kind" --kind="$kind" >/dev/null
	grep -rqi skel "my$kind" && { echo "$kind: the template's name is still there"; exit 1; }
	cmake -G Ninja -S "my$kind" -B "my$kind/build" -DCMAKE_PREFIX_PATH="$work/prefix" >log 2>&1 || { cat log; exit 1; }
	cmake --build "my$kind/build" >log 2>&1 || { cat log; exit 1; }
	(cd "my$kind/build" && ctest --output-on-failure --no-tests=error)
	[ -e "my$kind/my${kind}_fuzz.c" ] && command -v clang >/dev/null || continue
	cmake -G Ninja -S "my$kind" -B "my$kind/fuzz" -DCMAKE_PREFIX_PATH="$work/prefix" -DRUMP_FUZZ=ON \
	    -DCMAKE_C_COMPILER=clang >log 2>&1 || { cat log; exit 1; }
	cmake --build "my$kind/fuzz" >log 2>&1 || { cat log; exit 1; }
	"my$kind/fuzz/my${kind}_fuzz" -runs=2000 -seed=1 >log 2>&1 || { cat log; exit 1; }
	grep -q 'cov: [1-9]' log || { echo "$kind: the fuzzer sees nothing of the driver:"; cat log; exit 1; }
done
