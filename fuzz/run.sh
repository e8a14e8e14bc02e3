#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# run.sh BUILD SECONDS: run each fuzzer for so long.  A fuzzer's seeds are in BUILD/corpus/<fuzzer>,
# made at build time; what it finds is kept in BUILD/findings/<fuzzer>.
set -eu
build=$1 seconds=$2
case "$seconds" in
'' | *[!0-9]*) echo "fuzz: SECONDS must be a number, not '$seconds'" >&2; exit 2 ;;
esac
status=0
while read -r fuzzer path; do
	findings=$build/findings/$fuzzer
	mkdir -p "$findings" "$build/corpus/$fuzzer" "$build/grown/$fuzzer"
	echo "== $fuzzer, $seconds s"
	# New inputs go to grown/; seeds stay as the build made them.
	if ! "$path" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
	    -artifact_prefix="$findings/" "$build/grown/$fuzzer" "$build/corpus/$fuzzer" >"$findings/log" 2>&1; then
		grep -E 'ERROR|SUMMARY|Test unit written' "$findings/log" || tail -n 20 "$findings/log"
		status=1
	else
		grep -E 'stat::number_of_executed_units|stat::peak_rss_mb' "$findings/log"
	fi
done <"$build/fuzzers"
exit $status
