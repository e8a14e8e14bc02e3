#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# build.sh VERB: everything that is done with this tree.  Each verb sets up what it needs.
set -euo pipefail
cd "$(dirname "$0")"

PACKAGES=(gcc g++ clang libclang-rt-dev lld binutils cmake ninja-build pkg-config python3 check libsubunit-dev libuv1-dev
    liburcu-dev mandoc e2fsprogs attr clang-format libdw-dev lcov libssl-dev
    fdisk gdisk util-linux)

usage() {
	cat <<-EOF
	usage: ./build.sh VERB
	  demo             build, then read a real ext4 image through a rump kernel
	  test [ARGS]      build and run all tests (ARGS go to ctest)
	  bench [NAME...]  build a release and measure; --check compares with bench/reference.json
	  asan, tsan       the tests under AddressSanitizer+UBSan, ThreadSanitizer
	  fuzz [SECONDS]   run each fuzzer (default 60 s)
	  coverage         run the tests; how much of each file they reach
	  install PREFIX   build a release and install it
	EOF
}

# Install what is missing, with the distribution's package manager.
setup() {
	local missing=() p
	for p in "${PACKAGES[@]}"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return
	local sudo=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || { echo "build.sh: please install: ${missing[*]}" >&2; exit 1; }
		sudo=(sudo)
	fi
	echo "build.sh: installing ${missing[*]}"
	"${sudo[@]}" apt-get update -qq
	DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build DIR CMAKE-ARGS...: configure and build; output only when something is wrong.
build() {
	local dir=$1
	shift
	mkdir -p "$dir"
	if ! cmake -S . -B "$dir" -G Ninja "$@" >"$dir/configure.log" 2>&1; then
		cat "$dir/configure.log" >&2
		exit 1
	fi
	if ! ninja -C "$dir" >"$dir/build.log" 2>&1; then
		grep -vE '^\[[0-9]+/' "$dir/build.log" >&2 || tail -n 50 "$dir/build.log" >&2
		exit 1
	fi
}

run_ctest() {
	local dir=$1
	shift
	(cd "$dir" && ctest --output-on-failure -j"$(nproc)" "$@")
}

verb=${1:-}
[ $# -gt 0 ] && shift
case "$verb" in
demo)
	setup
	build build -DRUMP_DIAGNOSTIC=OFF -DBUILD_TESTING=ON
	exec build/examples/demo "$@"
	;;
test)
	setup
	build build -DRUMP_DIAGNOSTIC=OFF -DBUILD_TESTING=ON
	build build-check -DRUMP_DIAGNOSTIC=ON -DRUMP_LOCKDEBUG=ON -DCMAKE_C_COMPILER=clang -DRUMP_RELEASE_BUILD="$PWD/build"
	run_ctest build-check "$@"
	run_ctest build "$@"
	;;
bench)
	setup
	build build -DRUMP_DIAGNOSTIC=OFF -DBUILD_TESTING=ON
	exec bench/run.sh build "$@"
	;;
asan)
	setup
	build build-asan -DRUMP_DIAGNOSTIC=ON -DRUMP_LOCKDEBUG=ON -DCMAKE_C_COMPILER=clang -DRUMP_SANITIZE=address,undefined
	run_ctest build-asan -LE "nosan|noasan|hygiene" "$@"
	;;
tsan)
	setup
	build build-tsan -DRUMP_DIAGNOSTIC=ON -DCMAKE_C_COMPILER=clang -DRUMP_SANITIZE=thread
	run_ctest build-tsan -LE "nosan|notsan|hygiene" "$@"
	;;
fuzz)
	setup
	build build-fuzz -DRUMP_FUZZ=ON -DBUILD_TESTING=OFF -DCMAKE_C_COMPILER=clang -DRUMP_SANITIZE=fuzzer-no-link,address,undefined
	exec fuzz/run.sh build-fuzz "${1:-60}"
	;;
coverage)
	setup
	build build-coverage -DRUMP_DIAGNOSTIC=ON -DRUMP_LOCKDEBUG=ON -DRUMP_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug
	exec ninja -C build-coverage coverage
	;;
install)
	[ $# -eq 1 ] || { usage >&2; exit 2; }
	setup
	for flavour in OFF ON; do # the release, and the checked flavour that drivers are tested on
		build build-install-$flavour -DRUMP_DIAGNOSTIC=$flavour -DRUMP_LOCKDEBUG=$flavour -DBUILD_TESTING=OFF \
		    -DCMAKE_INSTALL_PREFIX="$(realpath -m "$1")" -DCMAKE_INSTALL_LIBDIR=lib
		cmake --install build-install-$flavour >/dev/null
	done
	echo "installed in $1; use PKG_CONFIG_PATH=$1/lib/pkgconfig"
	;;
*)
	usage >&2
	exit 2
	;;
esac
