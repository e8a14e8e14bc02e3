#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# run.sh BUILDDIR [--check] [NAME...]: run the benchmarks whose rows begin with NAME (all without
# one), print the table and write BUILDDIR/bench.json, one object a row.  --check compares the
# ratios with bench/reference.json instead of the budgets, and exits 1 when one is over 20% worse.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
check=no
names=()
for a in "$@"; do
	case "$a" in
	--check) check=yes ;;
	*) names+=("$a") ;;
	esac
done

export BENCH_JSON=$build/bench.json
export BENCH_IMAGES=${BENCH_IMAGES:-$build/bench-images}
: >"$BENCH_JSON"

# Is any of a group's rows asked for?
wanted() {
	local n
	[ ${#names[@]} -eq 0 ] && return 0
	for n in "${names[@]}"; do
		case "$n" in "$1"*) return 0 ;; esac
		case "$1" in "$n"*) return 0 ;; esac
	done
	return 1
}

for program in "$build"/bench/bench_group_*; do
	[ -x "$program" ] || continue
	group=${program##*/bench_group_}
	wanted "$group" || continue
	[ "$group" != ext4 ] || "$here/mkimages.py" "$BENCH_IMAGES"
	"$program" ${names[@]+"${names[@]}"}
	export BENCH_NOHEADER=1
done

[ "$check" = no ] || exec python3 "$here/check.py" "$BENCH_JSON" "$here/reference.json"
