/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Directories by descriptor, the current directory, the root directory, extended attributes. */
#include "posix.h"

static const struct row at_rows[] = {
	{ "at_relative",
	    "mkdir d; open a d rdonly; openat b a f creat,rdwr 644; exists d/f; mkdirat a e 755; exists d/e; symlinkat x a l; readlinkat a l = x; linkat a f a g; same d/f d/g = yes; renameat a g cwd h; exists h; fchmodat a f 600; stat d/f mode = 0600; mknodat a p fifo 600; faccessat a p f_ok; fstatat a e; unlinkat a f 0; unlinkat a e at_removedir; names d = l,p",
	    0 },
	{ "at_absolute_ignores_descriptor",
	    "mkdir d; openat a 999 {/}/d rdonly; fstatat -1 {/}/d; mkdirat 999 {/}/e 755; unlinkat 999 {/}/e at_removedir; linkat 999 {/}/d/x -1 {/}/y = ENOENT; renameat 999 {/}/d -1 {/}/z; exists z",
	    0 },
	{ "at_moves_with_directory",
	    "mkdir d; mkdir e; open a d rdonly; rename d e/x; openat b a f creat,rdwr 644; exists e/x/f; fstatat a ../../e",
	    0 },
	{ "at_needs_search",
	    "mkdir d 755; create d/f; open a d rdonly; chmod d 600; @1001 fstatat a f = EACCES; @1001 openat b a f rdonly = EACCES; chmod d 711; @1001 fstatat a f",
	    NEED_ROOT },
	{ "unlinkat_flags",
	    "mkdir d; create f; unlinkat cwd d 0 = EISDIR; unlinkat cwd f at_removedir = ENOTDIR; unlinkat cwd f 0x8000000 = EINVAL; unlinkat cwd f at_nofollow = EINVAL; unlinkat cwd d at_removedir; unlinkat cwd '' 0 = ENOENT; unlinkat cwd '' at_removedir = ENOENT",
	    0 },
	{ "renameat_dots",
	    "mkdir d; open a d rdonly; renameat a . cwd x = EBUSY; renameat a .. cwd x = EBUSY; renameat cwd d a .. = EBUSY; renameat cwd d a . = EBUSY",
	    0 },
};

const struct group group_at = { "at", ROWS(at_rows), NULL };

static const struct row cwd_rows[] = {
	{ "chdir_moves",
	    "mkdir d; mkdir d/e; getcwd = .; chdir d; getcwd = ./d; chdir e; getcwd = ./d/e; chdir ..; getcwd = ./d; chdir ../d/e; getcwd = ./d/e; chdir {/}; getcwd = .; chdir .; getcwd = .",
	    0 },
	{ "chdir_errors",
	    "create f; chdir f = ENOTDIR; chdir none = ENOENT; chdir '' = ENOENT; symlink l l; chdir l = ELOOP; symlink f k; chdir k = ENOTDIR; chdir f/.. = ENOTDIR; getcwd = .",
	    0 },
	{ "chdir_permission",
	    "mkdir d 600; @1001 chdir d = EACCES; chmod d 711; @1001 chdir d; getcwd = ./d",
	    NEED_ROOT },
	{ "chdir_by_link", "mkdir d; symlink d l; chdir l; getcwd = ./d", 0 },
	{ "fchdir_moves",
	    "mkdir d; create f; open a d rdonly; open b f rdonly; fchdir a; getcwd = ./d; fchdir b = ENOTDIR; fchdir 999 = EBADF; fchdir -1 = EBADF; chdir ..; chmod d 600; @1001 fchdir a = EACCES",
	    NEED_ROOT },
	{ "getcwd_sizes", "mkdir d; chdir d; getcwd 1 = ERANGE; getcwd 4096 = ./d", 0 },
	{ "getcwd_after_rename",
	    "mkdir d; mkdir e; mkdir d/x; chdir d/x; rename {/}/d/x {/}/e/y; getcwd = ./e/y; rename {/}/e {/}/f; getcwd = ./f/y",
	    0 },
	{ "getcwd_after_rmdir",
	    "mkdir d; chdir d; rmdir {/}/d; getcwd = ENOENT; chdir . = ok; chdir .. ; getcwd = .",
	    0 },
	{ "chroot_needs_root", "mkdir d; @1001 chroot d = EPERM; @1001 chroot none = ENOENT",
	    NEED_ROOT },
	{ "chroot_errors",
	    "create f; chroot f = ENOTDIR; chroot none = ENOENT; chroot '' = ENOENT; symlink l l; chroot l = ELOOP",
	    NEED_ROOT },
	{ "cwd_across_mount",
	    "mkdir d; mount d; create d/f; mkdir d/e; chdir d/e; getcwd = ./d/e; chdir ..; getcwd = ./d; chdir ..; getcwd = .; unmount d",
	    NEED_MOUNT },
	{ "cwd_keeps_mount_busy",
	    "mkdir d; mount d; chdir d; unmount {/}/d = EBUSY; chdir ..; open a d rdonly; unmount d = EBUSY; close a; unmount d; unmount d = EINVAL",
	    NEED_MOUNT },
	{ "mount_covers",
	    "mkdir d; create d/f; mount d; exists d/f = ENOENT; create d/g; unmount d; exists d/f; exists d/g = ENOENT; same d d/. = yes",
	    NEED_MOUNT },
	{ "mount_twice",
	    "mkdir d; mount d; create d/one; mount d; exists d/one = ENOENT; unmount d; exists d/one; unlink d/one; unmount d",
	    NEED_MOUNT },
};

const struct group group_cwd = { "cwd", ROWS(cwd_rows), NULL };

static const struct row xattr_rows[] = {
	{ "xattr_sets",
	    "create f; setxattr f user.a value; getxattr f user.a = value; listxattr f = user.a.; setxattr f user.a other; getxattr f user.a = other; removexattr f user.a; getxattr f user.a = ENODATA; listxattr f = ''",
	    0 },
	{ "xattr_absent",
	    "create f; getxattr f user.a = ENODATA; removexattr f user.a = ENODATA; getxattr none user.a = ENOENT",
	    0 },
	{ "xattr_flags",
	    "create f; setxattr f user.a v xreplace = ENODATA; setxattr f user.a v xcreate; setxattr f user.a w xcreate = EEXIST; setxattr f user.a w xreplace; getxattr f user.a = w; setxattr f user.a w 8 = EINVAL",
	    0 },
	{ "xattr_names",
	    "create f; setxattr f '' v = ERANGE; setxattr f user. v = EINVAL; setxattr f nospace v = EOPNOTSUPP; setxattr f other.x v = EOPNOTSUPP; setxattr f user.{n:250} v; setxattr f user.{n:251} v = ERANGE; getxattr f user.{n:251} = ERANGE; setxattr f NULL v = EFAULT",
	    0 },
	{ "xattr_sizes", "create f; setxattr f user.a value; getxattr f user.a 2 = ERANGE", 0 },
	{ "xattr_permission",
	    "create f 644; setxattr f user.a v; @1001 getxattr f user.a = v; @1001 setxattr f user.b v = EACCES; @1001 removexattr f user.a = EACCES; chmod f 600; @1001 getxattr f user.a = EACCES; chown f 1001 -1; @1001 setxattr f user.b v",
	    NEED_ROOT },
	{ "xattr_kinds",
	    "mkdir d; symlink f l; mkfifo p; setxattr d user.a v; getxattr d user.a = v; lsetxattr l user.a v = EPERM; setxattr p user.a v = EPERM",
	    0 },
	{ "xattr_of_sticky_directory",
	    "mkdir d 777; chmod d 1777; @1001 setxattr d user.a v = EPERM; chmod d 777; @1001 setxattr d user.a v",
	    NEED_ROOT },
};

const struct group group_xattr = { "xattr", ROWS(xattr_rows), NULL };
