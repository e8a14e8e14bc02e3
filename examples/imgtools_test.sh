#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
#
# imgtools_test.sh DIR: imgls and imgcat of DIR on an image, and their answers to misuse.
set -eu
bin=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
PATH=$PATH:/usr/sbin:/sbin
cd "$dir"

fail() { echo "imgtools: $*" >&2; exit 1; }

# refuses STATUS TEXT COMMAND...: fails with that status, and says that.
refuses() {
	status=$1 text=$2 got=0
	shift 2
	"$@" >out 2>err || got=$?
	[ "$got" -eq "$status" ] || fail "$*: status $got, not $status: $(cat err)"
	grep -q -- "$text" err || fail "$*: says '$(cat err)', not '$text'"
}

mkdir -p src/sub
head -c 300000 /dev/urandom >src/data
echo hello >src/sub/hello
ln -s /sub/hello src/absolute
chmod 640 src/sub/hello
touch -d '2020-02-02 02:02:02' src/sub/hello
mkfs.ext4 -q -F -d src image 16M
head -c 100000 /dev/zero >nothing
head -c 5M image >short

"$bin/imgcat" image /data | cmp - src/data || fail "data differs"
[ "$("$bin/imgcat" image sub/hello)" = hello ] || fail "relative path"
[ "$("$bin/imgcat" image absolute)" = hello ] || fail "absolute link"
[ "$("$bin/imgls" image sub)" = hello ] || fail "imgls"
"$bin/imgls" -l image / >out
grep -q '^lrwxrwxrwx .* absolute -> /sub/hello$' out || fail "link: $(cat out)"
grep -q '^-rw.* 300000 .* data$' out || fail "file: $(cat out)"
"$bin/imgls" -l image sub | grep -q '^-rw-r----- .* 6 2020-02-02 02:02:02 hello$' || fail "times"

refuses 2 usage "$bin/imgcat"
refuses 2 usage "$bin/imgcat" image
refuses 2 usage "$bin/imgls"
refuses 2 usage "$bin/imgls" -x image
refuses 2 usage "$bin/imgls" image a b
refuses 1 'No such file' "$bin/imgcat" none /data
refuses 1 'No such file' "$bin/imgcat" image /none
refuses 1 'Is a directory' "$bin/imgcat" image /sub
refuses 1 'Not a directory' "$bin/imgls" image /data/x
refuses 1 'not a sound' "$bin/imgls" nothing /
refuses 1 'not a sound' "$bin/imgls" short /
refuses 1 'imgls: src' "$bin/imgls" src /
if [ -w /dev/full ]; then
	"$bin/imgcat" image /data >/dev/full 2>err && fail "full output"
	grep -q 'No space' err || fail "full output: $(cat err)"
fi
exit 0
