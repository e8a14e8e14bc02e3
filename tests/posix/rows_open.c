/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* open(2): flags, modes, kinds of files, permissions. */
#include "posix.h"

static const struct row rows[] = {
	{ "open_creates_with_mode",
	    "open a f creat,rdwr 640; stat f type,mode,size,nlink = file,0640,0,1", 0 },
	{ "open_applies_umask", "umask 27 = 0; open a f creat,rdwr 777; stat f mode = 0750", 0 },
	{ "open_keeps_special_bits", "umask 0; open a f creat,rdwr 7777; stat f mode = 7777", 0 },
	{ "open_of_new_file_ignores_its_mode",
	    "umask 0; open a f creat,rdwr 0; write a text = 4; pread a 0 9 = text; stat f mode,size = 0000,4",
	    0 },
	{ "open_existing_keeps_mode", "create f 600; open a f creat,rdwr 777; stat f mode = 0600",
	    0 },
	{ "open_excl",
	    "create f; open a f creat,excl,rdwr 644 = EEXIST; symlink none l; "
	    "open a l creat,excl,rdwr 644 = EEXIST; mkdir d; open a d creat,excl,rdonly 644 = EEXIST; "
	    "exists none = ENOENT",
	    0 },
	{ "open_creates_behind_link",
	    "symlink t l; open a l creat,rdwr 600; stat t type = file; stat l type = link", 0 },
	{ "open_creates_behind_links", "chain 5 t; open a l5 creat,rdwr 600; stat t type = file",
	    0 },
	{ "open_creates_behind_link_elsewhere",
	    "mkdir d; symlink d/t l; open a l creat,rdwr 600; stat d/t type = file; "
	    "symlink nod/t m; open a m creat,rdwr 600 = ENOENT",
	    0 },
	{ "open_absent",
	    "open a f rdonly = ENOENT; open a f rdwr,trunc = ENOENT; open a d/f creat,rdwr 644 = ENOENT",
	    0 },
	{ "open_trunc", "create f 644 text; open a f wronly,trunc; stat f size = 0", 0 },
	{ "open_trunc_rdonly", "create f 644 text; open a f rdonly,trunc; stat f size = 0", 0 },
	{ "open_trunc_needs_write",
	    "create f 644 text; @1001 open a f rdonly,trunc = EACCES; stat f size = 4", NEED_ROOT },
	{ "open_append",
	    "create f 644 one; open a f wronly,append; write a two = 3; cat f = onetwo; "
	    "lseek a 0 set = 0; write a x = 1; cat f = onetwox; lseek a 0 cur = 7",
	    0 },
	{ "open_append_moves_offset_of_pwrite",
	    "create f 644 one; open a f rdwr,append; lseek a 1 set = 1; "
	    "pwrite a 0 two = 3; lseek a 0 cur = 1; stat f size = 6",
	    0 },
	{ "open_directory_flag",
	    "create f; mkdir d; symlink d l; mkfifo p; open a f rdonly,directory = ENOTDIR; "
	    "open a d rdonly,directory; open b l rdonly,directory; open c p rdonly,directory,nonblock = ENOTDIR; "
	    "open c none rdonly,directory = ENOENT; open c l rdonly,directory,nofollow = ENOTDIR",
	    0 },
	{ "open_directory_for_writing",
	    "mkdir d; open a d wronly = EISDIR; open a d rdwr = EISDIR; open a d rdonly,trunc = EISDIR; "
	    "open a d rdonly,creat 644 = EISDIR; open a d rdwr,creat 644 = EISDIR; open a . rdwr = EISDIR",
	    0 },
	{ "open_nofollow",
	    "create f; symlink f l; open a l rdonly,nofollow = ELOOP; open a f rdonly,nofollow; "
	    "symlink none m; open b m rdonly,nofollow = ELOOP; mkdir d; create d/g; symlink d k; "
	    "open b k/g rdonly,nofollow",
	    0 },
	{ "open_loops",
	    "symlink l l; open a l rdonly = ELOOP; symlink b a; symlink a b; open c a rdonly = ELOOP; "
	    "open c a creat,rdwr 644 = ELOOP; open c l/x rdonly = ELOOP",
	    0 },
	{ "open_forty_links", "create f; chain 40 f; open a l40 rdonly", 0 },
	{ "open_fortyone_links", "create f; chain 41 f; open a l41 rdonly = ELOOP", 0 },
	{ "open_trailing_slash",
	    "create f; mkdir d; symlink f l; symlink d k; open a f/ rdonly = ENOTDIR; open a d/ rdonly; "
	    "open b k/ rdonly; open c l/ rdonly = ENOTDIR; open d n/ creat,rdwr 644 = EISDIR; "
	    "open d none/ rdonly = ENOENT; open d f/ creat,rdwr 644 = EISDIR; open d k/ rdonly,nofollow",
	    0 },
	{ "open_dots",
	    "mkdir d; create d/f; open a . rdonly; open b .. rdonly; open c d/. rdonly; "
	    "open e d/../d/./f rdonly; open f d/f/. rdonly = ENOTDIR; open g d/f/.. rdonly = ENOTDIR; "
	    "open h . creat,rdwr 644 = EISDIR; open i none/.. rdonly = ENOENT",
	    0 },
	{ "open_modes_checked",
	    "create f 644 text; open a f rdonly; write a x = EBADF; open b f wronly; read b 1 = EBADF; "
	    "ftruncate a 0 = EINVAL; fallocate a 0 0 9 = EBADF; cat f = text",
	    0 },
	{ "open_permissions_of_owner",
	    "create f 644; chown f 1001 1001; chmod f 400; @1001 open a f rdonly; @1001 open b f wronly = EACCES; "
	    "chmod f 200; @1001 open b f rdonly = EACCES; @1001 open b f wronly; @1001 open c f rdwr = EACCES; "
	    "chmod f 77; @1001 open c f rdonly = EACCES; chmod f 600; @1001 open c f rdwr",
	    NEED_ROOT },
	{ "open_permissions_of_group",
	    "create f 644; chown f 0 1001; chmod f 40; @1001 open a f rdonly; @1001 open b f wronly = EACCES; "
	    "chmod f 20; @1001 open b f rdonly = EACCES; @1001 open b f wronly; chmod f 707; "
	    "@1001 open c f rdonly = EACCES; chown f 0 77; chmod f 60; @1001 open c f rdonly = EACCES; "
	    "@1001:77 open c f rdwr; @1001:5:77 open d f rdwr",
	    NEED_ROOT },
	{ "open_permissions_of_others",
	    "create f 644; chmod f 4; @1001 open a f rdonly; @1001 open b f rdwr = EACCES; chmod f 6; "
	    "@1001 open b f rdwr; chmod f 770; @1001 open c f rdonly = EACCES; open c f rdwr",
	    NEED_ROOT },
	{ "open_root_needs_none",
	    "create f 0; open a f rdwr; mkdir d 0; create d/g; open b d/g rdwr", NEED_ROOT },
	{ "open_create_needs_writable_directory",
	    "mkdir d 755; @1001 open a d/f creat,rdwr 644 = EACCES; chmod d 757; @1001 open a d/f creat,rdwr 644; "
	    "stat d/f uid,gid = 1001,1001; chmod d 756; @1001 open b d/g creat,rdwr 644 = EACCES",
	    NEED_ROOT },
	{ "open_existing_needs_no_writable_directory",
	    "mkdir d 755; create d/f 666; @1001 open a d/f creat,rdwr 644; "
	    "@1001 open b d/f creat,excl,rdwr 644 = EEXIST",
	    NEED_ROOT },
	{ "open_search_permission",
	    "mkdir d 755; create d/f 666; chmod d 666; @1001 open a d/f rdonly = EACCES; "
	    "@1001 open a d/none rdonly = EACCES; chmod d 711; @1001 open a d/f rdonly; "
	    "@1001 open b d rdonly = EACCES; @1001 open b d/none rdonly = ENOENT",
	    NEED_ROOT },
	{ "open_group_of_setgid_directory",
	    "umask 0; mkdir d 777; chown d 0 55; chmod d 2777; @1001 open a d/f creat,rdwr 644; stat d/f gid = 55; "
	    "@1001 mkdir d/e 755; stat d/e gid,mode = 55,2755; @1001 mkfifo d/p; stat d/p gid = 55; "
	    "@1001 symlink x d/l; stat d/l gid = 55",
	    NEED_ROOT },
	{ "open_setgid_of_foreign_group_is_dropped",
	    "umask 0; mkdir d 777; chown d 0 55; chmod d 2777; @1001 open a d/f creat,rdwr 2775; stat d/f mode = 0775; "
	    "@1001:55 open b d/g creat,rdwr 2775; stat d/g mode = 2775; open c d/h creat,rdwr 2775; "
	    "stat d/h mode = 2775",
	    NEED_ROOT },
	{ "open_after_chmod_keeps_access",
	    "create f 666; @1001 open a f rdwr; chmod f 0; write a text = 4; pread a 0 4 = text",
	    NEED_ROOT },
	{ "open_socket", "mknod s sock 644; open a s rdonly = ENXIO; open a s rdwr = ENXIO",
	    NEED_ROOT },
	{ "open_lowest_descriptor",
	    "create f; open a f rdonly; open b f rdonly; dup c a; close a; close c; dup d b; dup e b; "
	    "open g f rdonly; close d; dup d b",
	    0 },
	{ "open_cloexec",
	    "create f; open a f rdonly,cloexec; fcntl a getfd = 1; open b f rdonly; fcntl b getfd = 0",
	    0 },
	{ "open_creat_directory_is_invalid",
	    "open a f creat,directory,rdwr 644 = EINVAL; mkdir d; open a d creat,directory,rdonly 644 = EINVAL; "
	    "exists f = ENOENT",
	    0 },
	{ "open_path_only",
	    "create f 0 text; mkdir d; symlink f l; open a f path; read a 1 = EBADF; write a x = EBADF; "
	    "fstat a type = file; fchmod a 777 = EBADF; fchown a 0 0 = EBADF; fsync a = EBADF; ftruncate a 0 = EBADF; lseek a 0 set = EBADF; open b l path,nofollow; fstat b type = link; readlinkat b '' = f; "
	    "open c d path; create d/g; openat e c g rdonly; fchdir c; exists g; getdents c 4096 = EBADF; "
	    "fcntl a getfl = 2097152; dup e a",
	    0 },
	{ "open_path_needs_no_permission",
	    "create f 0; @1001 open a f path; mkdir d 700; create d/g; @1001 open b d/g path = EACCES; "
	    "@1001 open b d path; @1001 openat c b g rdonly = EACCES",
	    NEED_ROOT },
	{ "open_path_ignores_creat",
	    "open a f path,creat 644 = ENOENT; exists f = ENOENT; create f 644 text; "
	    "open a f path,trunc; stat f size = 4; open b f path,directory = ENOTDIR",
	    0 },
	{ "open_deep_path",
	    "mkdir d; symlink d e; create e/f; open a d/../e/../d/../e/f rdonly; "
	    "open b d//////f rdonly; open c ./././d/./f rdonly; open e {/}/d/f rdonly",
	    0 },
	{ "open_getfl",
	    "create f; open a f rdwr,append; fcntl a getfl = 1026; open b f wronly,nonblock; "
	    "fcntl b getfl = 2049; fcntl a setfl nonblock = 0; fcntl a getfl = 2050; open c f rdonly,creat,trunc 644; fcntl c getfl = 0",
	    0 },
	{ "open_accmode_three", "create f; open a f accmode; read a 1 = EBADF; write a x = EBADF",
	    0 },
	{ "open_creates_without_read_permission_in_directory",
	    "mkdir d 703; @1001 open a d/f creat,rdwr 600; stat d/f uid = 1001", NEED_ROOT },
};

const struct group group_open = { "open", ROWS(rows), NULL };
