#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# link_matrix.sh BUILD SOURCE: installs into a fresh prefix, then links and runs a user's program in
# every way that is promised: compilers, linkers, --as-needed, --gc-sections, shared and static rump
# libraries, dlopen before and after boot, CMake's find_package.
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail=0 ran=0

DESTDIR='' cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib
mkdir "$work/tree" && printf 'hello, image' >"$work/tree/f"
mkfs.ext4 -q -d "$work/tree" "$work/img" 4M >/dev/null

check() { # check NAME COMMAND...: it must print the file's size
	local name=$1 out
	shift
	ran=$((ran + 1))
	out=$("$@" 2>&1) || true
	if [ "$out" != "size 12" ]; then
		echo "FAIL $name: $out"
		fail=$((fail + 1))
	fi
}

for cc in gcc clang; do
	for ld in bfd gold lld; do
		for kind in "" -static; do
			for flags in "" -Wl,--as-needed -Wl,--gc-sections "-Wl,--as-needed,--gc-sections"; do
				name="$cc $ld rumpfs_ext2fs$kind $flags"
				# shellcheck disable=SC2046,SC2086
				if ! $cc -fuse-ld=$ld $flags "$source/first.c" -o "$work/first" \
				    $(pkg-config --cflags --libs rumpfs_ext2fs$kind) 2>"$work/err"; then
					echo "FAIL $name: $(head -3 "$work/err")"
					fail=$((fail + 1))
					continue
				fi
				check "$name" "$work/first" "$work/img" f
				if [ -n "$kind" ] && ldd "$work/first" | grep -q librump; then
					echo "FAIL $name: links a shared rump library"
					fail=$((fail + 1))
				fi
			done
		done
	done
done

# A file-system component loaded with dlopen(), before and after rump_init().
# shellcheck disable=SC2046
gcc "$source/first.c" -o "$work/first" $(pkg-config --cflags --libs rumpvfs) -ldl
for when in before after; do
	check "dlopen $when boot" "$work/first" $when "$work/prefix/lib/librumpfs_ext2fs.so.0" "$work/img" f
done

# What cannot work says so: a second rump kernel in one program, a faction after boot.
refused() { # refused NAME MESSAGE COMMAND...: fails, with the message
	local name=$1 message=$2 out
	shift 2
	ran=$((ran + 1))
	if out=$("$@" 2>&1) || ! grep -q "$message" <<<"$out"; then
		echo "FAIL $name: $out"
		fail=$((fail + 1))
	fi
}
# shellcheck disable=SC2046
gcc "$source/first.c" -o "$work/static" $(pkg-config --cflags --libs rumpvfs-static) -ldl
refused "shared component in a static program" "second rump kernel" \
    "$work/static" after "$work/prefix/lib/librumpfs_ext2fs.so.0" "$work/img" f
# shellcheck disable=SC2046
gcc "$source/first.c" -o "$work/base" $(pkg-config --cflags --libs rump) -ldl
refused "faction after boot" "faction cannot be loaded after" \
    "$work/base" after "$work/prefix/lib/librumpvfs.so.0" "$work/img" f

# CMake.
mkdir "$work/cm"
cat >"$work/cm/CMakeLists.txt" <<-EOF
	cmake_minimum_required(VERSION 3.20)
	project(first C)
	find_package(librump REQUIRED)
	add_executable(first $source/first.c)
	target_link_libraries(first rump::fs_ext2fs)
EOF
for static in OFF ON; do
	rm -rf "$work/cmb"
	if cmake -G Ninja -S "$work/cm" -B "$work/cmb" -DCMAKE_PREFIX_PATH="$work/prefix" -DLIBRUMP_STATIC=$static >"$work/log" 2>&1 &&
	    cmake --build "$work/cmb" >>"$work/log" 2>&1; then
		check "find_package static=$static" "$work/cmb/first" "$work/img" f
	else
		cat "$work/log"
		fail=$((fail + 1))
	fi
done

echo "$ran programs linked and run, $fail failures"
[ $fail -eq 0 ]
