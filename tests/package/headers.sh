#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# headers.sh SOURCE GENERATED: every public header stands alone, in strict C and in C++, and all of them
# beside the host's headers that speak of the same things.
set -eu
include=(-I"$1/include" -I"$2/include")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail=0
try() { # try NAME COMPILER...: t.c or t.cc compiles without a warning
	local name=$1
	shift
	"$@" -Wall -Wextra -Wpedantic -Werror "${include[@]}" -fsyntax-only 2>"$work/err" ||
		{ echo "$name: $*"; head -5 "$work/err"; fail=1; }
}
everywhere() { # everywhere NAME: what is in t.c
	cp "$work/t.c" "$work/t.cc"
	for std in c99 c11 gnu11; do
		try "$1" gcc -std=$std "$work/t.c"
		try "$1" clang -std=$std "$work/t.c"
	done
	for std in c++11 c++17; do
		try "$1" clang++ -std=$std "$work/t.cc"
	done
}
count=0
for path in "$1"/include/rump/*.h "$2"/include/rump/*.h; do
	echo "#include <rump/${path##*/}>" >"$work/t.c"
	everywhere "${path##*/}"
	count=$((count + 1))
done
{
	echo '#define _GNU_SOURCE 1'
	for h in sys/epoll sys/mount sys/reboot sys/resource sys/socket sys/stat sys/statvfs sys/uio sys/vfs dirent fcntl \
	    poll signal stdio unistd; do
		echo "#include <$h.h>"
	done
	for path in "$1"/include/rump/*.h "$2"/include/rump/*.h; do
		echo "#include <rump/${path##*/}>"
	done
} >"$work/t.c"
sed -i 's/#define _GNU_SOURCE 1/#ifndef _GNU_SOURCE\n#define _GNU_SOURCE 1\n#endif/' "$work/t.c"
everywhere "all together"
[ "$count" -ge 8 ] || { echo "only $count headers"; fail=1; }
exit $fail
