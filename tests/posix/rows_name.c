/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Names: mkdir, rmdir, link, symlink, readlink, unlink, mknod; link counts. */
#include "posix.h"

static const struct row rows[] = {
	{ "mkdir_makes_directory", "mkdir d 750; stat d type,mode,nlink = dir,0750,2; names d = ''",
	    0 },
	{ "mkdir_umask",
	    "umask 77; mkdir d 777; stat d mode = 0700; umask 0; mkdir e 777; stat e mode = 0777",
	    0 },
	{ "mkdir_special_bits",
	    "umask 0; mkdir d 1777; stat d mode = 1777; mkdir e 7777; stat e mode = 1777", 0 },
	{ "mkdir_counts_links",
	    "mkdir d; mkdir d/a; stat d nlink = 3; mkdir d/b; stat d nlink = 4; "
	    "create d/f; stat d nlink = 4; rmdir d/a; stat d nlink = 3; rmdir d/b; stat d nlink = 2",
	    0 },
	{ "mkdir_exists",
	    "create f; mkdir d; symlink none l; mkfifo p; mkdir f = EEXIST; mkdir d = EEXIST; "
	    "mkdir l = EEXIST; mkdir p = EEXIST; mkdir . = EEXIST; mkdir .. = EEXIST; mkdir / = EEXIST; "
	    "mkdir d/. = EEXIST; mkdir d/.. = EEXIST; mkdir l/ = EEXIST",
	    0 },
	{ "mkdir_slashes",
	    "mkdir d/; mkdir e///; stat d type = dir; stat e type = dir; mkdir none/. = ENOENT; "
	    "mkdir none/.. = ENOENT; mkdir none/d = ENOENT",
	    0 },
	{ "mkdir_parent_permission",
	    "mkdir d 755; @1001 mkdir d/e = EACCES; chmod d 757; @1001 mkdir d/e; "
	    "stat d/e uid,gid = 1001,1001; chmod d 756; @1001 mkdir d/g = EACCES; "
	    "@1001 mkdir d/e = EACCES",
	    NEED_ROOT },
	{ "mkdir_exists_before_permission",
	    "mkdir d 755; mkdir d/e; @1001 mkdir d/e = EEXIST; @1001 mkdir d = EEXIST", NEED_ROOT },
	{ "rmdir_removes", "mkdir d; rmdir d; exists d = ENOENT; rmdir d = ENOENT", 0 },
	{ "rmdir_not_empty",
	    "mkdir d; create d/f; rmdir d = ENOTEMPTY; unlink d/f; mkdir d/e; rmdir d = ENOTEMPTY; "
	    "rmdir d/e; symlink none d/l; rmdir d = ENOTEMPTY; unlink d/l; rmdir d",
	    0 },
	{ "rmdir_kinds",
	    "create f; symlink none l; mkdir d; symlink d k; mkfifo p; rmdir f = ENOTDIR; rmdir l = ENOTDIR; "
	    "rmdir k = ENOTDIR; rmdir p = ENOTDIR; rmdir k/ = ENOTDIR; exists d; rmdir f/x = ENOTDIR",
	    0 },
	{ "rmdir_dots",
	    "mkdir d; mkdir d/e; rmdir . = EINVAL; rmdir d/. = EINVAL; rmdir .. = ENOTEMPTY; rmdir d/e/.. = ENOTEMPTY; "
	    "rmdir d/e/. = EINVAL; rmdir / = EBUSY",
	    0 },
	{ "rmdir_slashes", "mkdir d; rmdir d///; exists d = ENOENT", 0 },
	{ "rmdir_permission",
	    "mkdir d 755; mkdir d/e; chown d/e 1001 1001; @1001 rmdir d/e = EACCES; chmod d 757; "
	    "@1001 rmdir d/e; exists d/e = ENOENT",
	    NEED_ROOT },
	{ "rmdir_open_directory",
	    "mkdir d; open a d rdonly; rmdir d; fstat a nlink = 0; fnames a = ENOENT; "
	    "openat b a f creat,rdwr 644 = ENOENT; mkdirat a e 755 = ENOENT; openat b a . rdonly; "
	    "fstatat a .. = ok",
	    0 },
	{ "rmdir_current_directory",
	    "mkdir d; chdir d; rmdir ../d = ok; getcwd = ENOENT; create f = ENOENT; mkdir e = ENOENT; "
	    "names . = ENOENT; chdir ..; exists d = ENOENT",
	    0 },
	{ "rmdir_mount_point",
	    "mkdir d; mount d; rmdir d = EBUSY; rename d e = EBUSY; mkdir x; rename x d = EBUSY; "
	    "unmount d; rmdir d",
	    NEED_MOUNT },
	{ "unlink_removes", "create f; unlink f; exists f = ENOENT; unlink f = ENOENT", 0 },
	{ "unlink_kinds",
	    "symlink none l; mkfifo p; mknod c chr 600; mknod s sock 600; unlink l; unlink p; unlink c; unlink s; "
	    "names . = ''",
	    NEED_ROOT },
	{ "unlink_link_not_target", "create f; symlink f l; unlink l; exists f; exists l = ENOENT",
	    0 },
	{ "unlink_directory",
	    "mkdir d; unlink d = EISDIR; unlink d/ = EISDIR; unlink . = EISDIR; unlink .. = EISDIR; "
	    "unlink d/. = EISDIR; unlink d/.. = EISDIR; symlink d k; unlink k/ = ENOTDIR; exists d",
	    0 },
	{ "unlink_slash_of_file",
	    "create f; unlink f/ = ENOTDIR; symlink f l; unlink l/ = ENOTDIR; unlink none/ = ENOENT; "
	    "unlink f/x = ENOTDIR; exists f",
	    0 },
	{ "unlink_open_file",
	    "open a f creat,rdwr 644; write a text = 4; unlink f; fstat a nlink,size = 0,4; "
	    "pread a 0 9 = text; write a more = 4; ftruncate a 6; pread a 0 9 = textmo; fchmod a 600; "
	    "fstat a mode = 0600; create f; fstat a nlink = 0; unlink f",
	    0 },
	{ "unlink_counts_links",
	    "create f; link f g; link f h; stat f nlink = 3; unlink g; stat f nlink = 2; unlink f; "
	    "stat h nlink = 1; exists f = ENOENT",
	    0 },
	{ "unlink_permission",
	    "mkdir d 755; create d/f; chown d/f 1001 1001; @1001 unlink d/f = EACCES; chmod d 757; "
	    "@1001 unlink d/f",
	    NEED_ROOT },
	{ "unlink_absent_before_permission",
	    "mkdir d 755; @1001 unlink d/none = ENOENT; @1001 rmdir d/none = ENOENT", NEED_ROOT },
	{ "link_makes_name",
	    "create f 644 text; link f g; same f g = yes; stat f nlink = 2; cat g = text; chmod g 600; "
	    "stat f mode = 0600",
	    0 },
	{ "link_exists",
	    "create f; create g; mkdir d; symlink none l; link f g = EEXIST; link f f = EEXIST; link f d = EEXIST; "
	    "link f l = EEXIST; link f . = EEXIST; stat f nlink = 1",
	    0 },
	{ "link_absent",
	    "link none g = ENOENT; create f; link f none/g = ENOENT; link f f/g = ENOTDIR", 0 },
	{ "link_directory",
	    "mkdir d; link d e = EPERM; link . e = EPERM; link d/ e = EPERM; exists e = ENOENT",
	    0 },
	{ "link_of_link",
	    "create f; symlink f l; link l g; stat g type = link; stat l nlink = 2; readlink g = f; stat f nlink = 1",
	    0 },
	{ "linkat_follows",
	    "create f; symlink f l; linkat cwd l cwd g at_follow; same f g = yes; symlink none m; "
	    "linkat cwd m cwd h at_follow = ENOENT; linkat cwd m cwd h; stat h type = link",
	    0 },
	{ "linkat_flags",
	    "create f; linkat cwd f cwd g 0x8000000 = EINVAL; linkat cwd f cwd g at_nofollow = EINVAL",
	    0 },
	{ "link_kinds",
	    "mkfifo p; link p q; stat p nlink = 2; mknod c chr 600; link c e; stat c nlink = 2; same c e = yes",
	    NEED_ROOT },
	{ "link_slashes",
	    "create f; link f g/ = ENOENT; link f/ g = ENOTDIR; exists g = ENOENT; mkdir d; link f d/ = EEXIST",
	    0 },
	{ "link_permission",
	    "umask 0; mkdir d 755; create f 666; @1001 link f d/g = EACCES; chmod d 777; chown f 1001 1001; "
	    "@1001 link f d/g; mkdir e 700; create e/h 666; @1001 link e/h d/h = EACCES",
	    NEED_ROOT },
	{ "link_other_mount",
	    "create f; mkdir d; mount d; link f d/f = EXDEV; create d/g; link d/g g = EXDEV; stat f nlink = 1; "
	    "rename f d/f = EXDEV; rename d/g g = EXDEV; unlink d/g; unmount d; exists f",
	    NEED_MOUNT },
	{ "link_removed_file",
	    "open a f creat,rdwr 644; unlink f; linkat a '' cwd g at_empty = ENOENT; exists g = ENOENT",
	    NEED_ROOT },
	{ "link_of_descriptor",
	    "create f; open a f rdwr; linkat a '' cwd g at_empty; stat f nlink = 2; linkat a '' cwd h = ENOENT",
	    NEED_ROOT },
	{ "symlink_makes_link",
	    "symlink target l; stat l type,mode,size,nlink = link,0777,6,1; readlink l = target",
	    0 },
	{ "symlink_ignores_umask", "umask 77; symlink x l; stat l mode = 0777", 0 },
	{ "symlink_exists",
	    "create f; mkdir d; symlink x f = EEXIST; symlink x d = EEXIST; symlink x l; symlink y l = EEXIST; "
	    "readlink l = x; symlink x . = EEXIST",
	    0 },
	{ "symlink_empty", "symlink '' l = ENOENT; exists l = ENOENT; symlink x '' = ENOENT", 0 },
	{ "symlink_slash",
	    "symlink x l/ = ENOENT; mkdir d; symlink x d/ = EEXIST; create f; symlink x f/ = EEXIST",
	    0 },
	{ "symlink_target_lengths",
	    "symlink {p:4095} l; linklen l = 4095; stat l size = 4095; symlink {p:4096} m = ENAMETOOLONG; "
	    "exists m = ENOENT",
	    0 },
	{ "symlink_target_need_not_be",
	    "symlink {n:255}/../../.. l; linklen l = 264; symlink / m; stats m; symlink .. k; stats k",
	    0 },
	{ "symlink_permission",
	    "mkdir d 755; @1001 symlink x d/l = EACCES; chmod d 757; @1001 symlink x d/l; stat d/l uid = 1001",
	    NEED_ROOT },
	{ "readlink_short",
	    "symlink target l; readlink l 3 = tar; readlink l 6 = target; readlink l 0 = EINVAL",
	    0 },
	{ "readlink_kinds",
	    "create f; mkdir d; mkfifo p; readlink f = EINVAL; readlink d = EINVAL; readlink p = EINVAL; "
	    "readlink none = ENOENT; readlink . = EINVAL; symlink d l; readlink l/ = EINVAL; symlink f m; readlink m/ = ENOTDIR",
	    0 },
	{ "readlink_needs_no_permission",
	    "mkdir d 711; symlink x d/l; @1001 readlink d/l = x; chmod d 700; @1001 readlink d/l = EACCES",
	    NEED_ROOT },
	{ "mkfifo_makes",
	    "umask 22; mkfifo p 666; stat p type,mode,size,nlink = fifo,0644,0,1; mkfifo p = EEXIST; mkfifo d/p = ENOENT",
	    0 },
	{ "mkfifo_by_anybody",
	    "umask 0; mkdir d 777; @1001 mkfifo d/p 600; stat d/p uid,mode = 1001,0600; @1001 mknod d/s sock 600; "
	    "@1001 mknod d/r reg 600; @1001 mknod d/c chr 600 = EPERM; @1001 mknod d/b blk 600 = EPERM",
	    NEED_ROOT },
	{ "mknod_kinds",
	    "mknod c chr 620; stat c type,mode,rdev = chr,0620,103; mknod b blk 600; stat b type = blk; mknod s sock 600; "
	    "stat s type = sock; mknod r reg 600; stat r type = file; mknod f 0 640; stat f type,mode = file,0640; "
	    "mknod d dir 755 = EPERM; mknod l lnk 755 = EINVAL; mknod x 0030000 600 = EINVAL",
	    NEED_ROOT },
	{ "mknod_exists",
	    "create f; mknod f reg 600 = EEXIST; mknod . reg 600 = EEXIST; mknod f/x reg 600 = ENOTDIR; mknod g/ reg 600 = ENOENT",
	    0 },
	{ "name_255_bytes",
	    "create {n:255}; mkdir d; rename {n:255} d/{n:255}; exists d/{n:255}; unlink d/{n:255}; mkdir {n:255}; "
	    "rmdir {n:255}; symlink x {n:255}; unlink {n:255}; mkfifo {n:255}; link {n:255} d/{n:255}",
	    0 },
	{ "path_4095_bytes",
	    "create x; exists {p:4095}; open a {p:4095} rdonly; chmod {p:4095} 600; unlink {p:4095}; exists x = ENOENT; "
	    "mkdir {p:4095}; rmdir {p:4095}",
	    0 },
	{ "names_are_bytes",
	    "create a\\b; create \xff\xfe; create -; create ...; create .hidden; exists \xff\xfe; unlink ...; unlink -; "
	    "mkdir ....; rmdir ....; mkdir ..a; create ..a/..b; exists ..a/..b",
	    0 },
	{ "getdents_lists",
	    "mkdir d; many d 100; create d/zz; unlink d/m050; stat d nlink = 2; rmdir d = ENOTEMPTY",
	    0 },
	{ "getdents_again",
	    "mkdir d; create d/a; create d/b; open a d rdonly; fnames a = a,b; fnames a = ''; lseek a 0 set = 0; "
	    "fnames a = a,b; create d/c; lseek a 0 set; fnames a = a,b,c; unlink d/a; lseek a 0 set; fnames a = b,c",
	    0 },
	{ "getdents_errors",
	    "create f; open a f rdonly; getdents a 4096 = ENOTDIR; mkdir d; open b d rdonly; getdents b 1 = EINVAL; "
	    "getdents 999 4096 = EBADF; read b 10 = EISDIR; pread b 0 10 = EISDIR",
	    0 },
	{ "getdents_while_removing",
	    "mkdir d; many d 60; open a d rdonly; getdents a 600; unlink d/m060; unlink d/m001; create d/new; "
	    "getdents a 600; lseek a 0 set; unlink d/new; unlink d/m002",
	    0 },
};

const struct group group_name = { "name", ROWS(rows), NULL };
