#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# ext4.sh IMGLS IMGCAT: walk and read an image that is many times larger than the memory allowed.
set -eu
PATH=$PATH:/sbin:/usr/sbin
command -v mkfs.ext4 >/dev/null || { echo "no mkfs.ext4"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/tree/many"
i=0
while [ $i -lt 1500 ]; do
	echo "file number $i" > "$dir/tree/many/f$i"
	i=$((i + 1))
done
head -c 12000000 /dev/urandom > "$dir/tree/big"
mkfs.ext4 -q -d "$dir/tree" "$dir/img" 32M
want=$(sha256sum < "$dir/tree/big")
for limit in 1m 2m 16m; do
	n=$(RUMP_MEMLIMIT=$limit timeout 60 "$1" -l "$dir/img" /many | grep -c ' f[0-9]*$')
	[ "$n" = 1500 ] || { echo "$limit: $n of 1500 names"; exit 1; }
	got=$(RUMP_MEMLIMIT=$limit timeout 60 "$2" "$dir/img" /big | sha256sum)
	[ "$got" = "$want" ] || { echo "$limit: other contents"; exit 1; }
done
