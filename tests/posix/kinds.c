/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Rename of every kind of file over every other; who may rename, and where to. */
#include <stdio.h>
#include <string.h>

#include "posix.h"

enum kind { FILE_, LINK, FIFO, CHR, EMPTY, FULL, NONE, NKINDS };
static const char *const kind_names[] = { "file", "link", "fifo", "chr", "empty_directory",
	"full_directory", "nothing" };
static const char *const makers[] = { "create %s", "symlink nowhere %s", "mkfifo %s",
	"mknod %s chr 600", "mkdir %s", "mkdir %s; create %s/f", "" };
static const char *const types[] = { "file", "link", "fifo", "chr", "dir", "dir", "" };

static bool
is_dir(enum kind k)
{
	return k == EMPTY || k == FULL;
}

static const char *
answer(enum kind from, enum kind to)
{
	if (from == NONE)
		return "ENOENT";
	if (to == NONE)
		return "ok";
	if (is_dir(from) && !is_dir(to))
		return "ENOTDIR";
	if (!is_dir(from) && is_dir(to))
		return "EISDIR";
	return to == FULL ? "ENOTEMPTY" : "ok";
}

static size_t
make_kind(char *out, size_t size, enum kind k, const char *name)
{
	size_t n = 0;

	if (k != NONE) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		n = (size_t)snprintf(out, size, makers[k], name, name);
#pragma GCC diagnostic pop
		n += (size_t)snprintf(out + n, size - n, "; ");
	}
	return n;
}

static bool
make_rename(int n, struct row *row)
{
	static char script[2048], name[128];
	const enum kind from = n / 2 / NKINDS, to = n / 2 % NKINDS;
	const char *const target = n % 2 == 0 ? "a/t" : "b/t", *const result = answer(from, to);
	size_t len;

	if (n / 2 >= NKINDS * NKINDS)
		return false;
	snprintf(name, sizeof(name), "rename_%s_over_%s_%s", kind_names[from], kind_names[to],
	    n % 2 == 0 ? "here" : "elsewhere");
	len = (size_t)snprintf(script, sizeof(script), "mkdir a; mkdir b; ");
	len += make_kind(script + len, sizeof(script) - len, from, "a/s");
	len += make_kind(script + len, sizeof(script) - len, to, target);
	len += (size_t)snprintf(
	    script + len, sizeof(script) - len, "rename a/s %s = %s; ", target, result);
	if (strcmp(result, "ok") == 0) {
		len += (size_t)snprintf(script + len, sizeof(script) - len,
		    "exists a/s = ENOENT; stat %s type,nlink = %s,%d; stat a nlink = %d; stat b nlink = %d; ",
		    target, types[from], is_dir(from) ? 2 : 1, is_dir(from) && n % 2 == 0 ? 3 : 2,
		    is_dir(from) && n % 2 != 0 ? 3 : 2);
	} else {
		if (from != NONE)
			len += (size_t)snprintf(script + len, sizeof(script) - len,
			    "stat a/s type = %s; ", types[from]);
		if (to != NONE)
			len += (size_t)snprintf(script + len, sizeof(script) - len,
			    "stat %s type = %s; ", target, types[to]);
	}
	if (from == FULL && strcmp(result, "ok") == 0)
		snprintf(script + len, sizeof(script) - len, "exists %s/f; ", target);
	*row = (struct row){ name, script, NEED_ROOT };
	return true;
}

/* Each kind against each: both keep what they are, whatever the other is. */
static bool
make_exchange(int n, struct row *row)
{
	static char script[2048], name[128];
	const enum kind from = n / 2 / NKINDS, to = n / 2 % NKINDS;
	const char *const target = n % 2 == 0 ? "a/t" : "b/t";
	const bool both = from != NONE && to != NONE;
	size_t len;

	if (n / 2 >= NKINDS * NKINDS)
		return false;
	snprintf(name, sizeof(name), "exchange_%s_and_%s_%s", kind_names[from], kind_names[to],
	    n % 2 == 0 ? "here" : "elsewhere");
	len = (size_t)snprintf(script, sizeof(script), "mkdir a; mkdir b; ");
	len += make_kind(script + len, sizeof(script) - len, from, "a/s");
	len += make_kind(script + len, sizeof(script) - len, to, target);
	len += (size_t)snprintf(script + len, sizeof(script) - len,
	    "renameat2 cwd a/s cwd %s exchange = %s; ", target, both ? "ok" : "ENOENT");
	if (both)
		snprintf(script + len, sizeof(script) - len,
		    "stat a/s type,nlink = %s,%d; stat %s type,nlink = %s,%d; stat a nlink = %d; stat b nlink = %d; ",
		    types[to], is_dir(to) ? 2 : 1, target, types[from], is_dir(from) ? 2 : 1,
		    2 + is_dir(to) + (n % 2 == 0 && is_dir(from)),
		    2 + (n % 2 != 0 && is_dir(from)));
	*row = (struct row){ name, script, NEED_ROOT };
	return true;
}

static const struct row exchange_rows[] = {
	{ "exchange_swaps",
	    "create f 644 ff; create g 644 gg; renameat2 cwd f cwd g exchange; cat f = gg; cat g = ff; renameat2 cwd f cwd f exchange; cat f = gg; link f h; renameat2 cwd f cwd h exchange; stat f nlink = 2",
	    0 },
	{ "exchange_moves_trees",
	    "mkdir d; mkdir d/e; create d/e/x; mkdir g; mkdir g/h; create g/h/y; renameat2 cwd d/e cwd g/h exchange; names d/e = y; names g/h = x; same d d/e/.. = yes; same g g/h/.. = yes; create f; renameat2 cwd f cwd g/h exchange; stat g/h type = file; same . f/.. = yes; stat g nlink = 2",
	    0 },
	{ "exchange_into_own_tree",
	    "mkdir d; mkdir d/e; renameat2 cwd d cwd d/e exchange = EINVAL; renameat2 cwd d/e cwd d exchange = EINVAL; names d = e",
	    0 },
	{ "exchange_absent",
	    "create f; renameat2 cwd f cwd g exchange = ENOENT; renameat2 cwd g cwd f exchange = ENOENT; renameat2 cwd f cwd none/g exchange = ENOENT; exists f",
	    0 },
	{ "exchange_dots",
	    "mkdir d; create f; renameat2 cwd . cwd f exchange = EBUSY; renameat2 cwd f cwd d/.. exchange = EBUSY",
	    0 },
	{ "exchange_needs_permission",
	    "umask 0; mkdir a 777; mkdir b 755; create a/f; create b/g; @1001 renameat2 cwd a/f cwd b/g exchange = EACCES; chmod b 1777; @1001 renameat2 cwd a/f cwd b/g exchange = EPERM; chmod b 777; @1001 renameat2 cwd a/f cwd b/g exchange",
	    NEED_ROOT },
	{ "exchange_mount_point",
	    "mkdir d; mkdir e; mount d; renameat2 cwd d cwd e exchange = EBUSY; create d/f; create g; renameat2 cwd d/f cwd g exchange = EXDEV; unmount d",
	    NEED_MOUNT },
	{ "exchange_times",
	    "mkdir a; mkdir b; create a/f; create b/g; snap a b a/f b/g; renameat2 cwd a/f cwd b/g exchange; changed a = mc; changed b = mc; changed a/f b/g = c; changed b/g a/f = c",
	    0 },
	{ "noreplace_refuses",
	    "create f 644 ff; create g 644 gg; renameat2 cwd f cwd g noreplace = EEXIST; cat g = gg; renameat2 cwd f cwd h noreplace; cat h = ff; exists f = ENOENT; mkdir d; renameat2 cwd d cwd g noreplace = EEXIST; renameat2 cwd h cwd d noreplace = EEXIST; renameat2 cwd h cwd h noreplace = EEXIST; symlink none l; renameat2 cwd h cwd l noreplace = EEXIST; renameat2 cwd none cwd x noreplace = ENOENT; renameat2 cwd none cwd h noreplace = ENOENT; renameat2 cwd d cwd e noreplace; exists e",
	    0 },
	{ "renameat2_flags",
	    "create f; create g; renameat2 cwd f cwd g noreplace,exchange = EINVAL; renameat2 cwd f cwd g 8 = EINVAL; renameat2 cwd f cwd g exchange,whiteout = EINVAL; renameat2 cwd f cwd g 0; exists f = ENOENT",
	    0 },
};

const struct group group_exchange = { "exchange", ROWS(exchange_rows), make_exchange };

const struct group group_kinds = { "kinds", NULL, 0, make_rename };

static const struct row rename_rows[] = {
	{ "rename_moves",
	    "create f 644 text; rename f g; exists f = ENOENT; cat g = text; mkdir d; rename g d/h; cat d/h = text; rename d/h ./f; cat f = text",
	    0 },
	{ "rename_to_itself",
	    "create f 644 text; rename f f; cat f = text; mkdir d; rename d d; rename d d/; rename d/ d; rename ./f f; stat d type = dir",
	    0 },
	{ "rename_over_own_link",
	    "create f 644 text; link f g; rename f g; exists f; exists g; stat f nlink = 2; mkdir d; link f d/h; rename g d/h; exists g; stat f nlink = 3",
	    0 },
	{ "rename_replaces_file",
	    "create f 644 ff; create g 644 gg; link g h; rename f g; cat g = ff; cat h = gg; stat h nlink = 1; exists f = ENOENT",
	    0 },
	{ "rename_over_open_file",
	    "create f 644 ff; open a g creat,rdwr 644; write a gg = 2; rename f g; pread a 0 2 = gg; fstat a nlink = 0; cat g = ff",
	    0 },
	{ "rename_over_open_directory",
	    "mkdir d; mkdir e; open a e rdonly; rename d e; fstat a nlink = 0; fnames a = ENOENT; mkdirat a x 755 = ENOENT",
	    0 },
	{ "rename_moves_tree",
	    "mkdir d; mkdir d/e; create d/e/f; mkdir x; rename d x/y; exists x/y/e/f; same x x/y/.. = yes; stat x nlink = 3; same x/y x/y/e/.. = yes",
	    0 },
	{ "rename_into_own_tree",
	    "mkdir d; mkdir d/e; rename d d/x = EINVAL; rename d d/e/x = EINVAL; rename d d/e = EINVAL; rename d d/d = EINVAL; mkdir d/e/g; rename d d/e/g = EINVAL; names d = e",
	    0 },
	{ "rename_over_ancestor",
	    "mkdir d; mkdir d/e; create d/e/f; mkdir d/e/g; rename d/e d = ENOTEMPTY; rename d/e/g d = ENOTEMPTY; rename d/e/f d = ENOTEMPTY; rename d/e/f d/e = ENOTEMPTY; names d/e = f,g",
	    0 },
	{ "rename_dots",
	    "mkdir d; mkdir d/e; rename . x = EBUSY; chdir d/e; rename .. x = EBUSY; chdir ../..; rename d/. x = EBUSY; rename d/e/.. x = EBUSY; rename d . = EBUSY; rename d d/.. = EBUSY; rename d d/. = EBUSY; rename d/e d/e/. = EBUSY",
	    0 },
	{ "rename_slashes",
	    "create f; mkdir d; rename f g/ = ENOTDIR; rename f/ g = ENOTDIR; rename f f/ = ENOTDIR; rename d e/; exists e; rename e/ d/; rename f d/ = ENOTDIR; rename f d/g/ = ENOTDIR; symlink d l; rename l/ x = ENOTDIR; rename d l/ = ENOTDIR; rename none x/ = ENOENT; exists f",
	    0 },
	{ "rename_links_themselves",
	    "create f; symlink f l; rename l m; readlink m = f; create g; rename g m; stat m type = file; exists f; symlink m k; rename k f; readlink f = m",
	    0 },
	{ "rename_absent",
	    "rename x y = ENOENT; create f; rename f none/y = ENOENT; rename none/f y = ENOENT; rename f f/y = ENOTDIR; rename f/x y = ENOTDIR; rename '' y = ENOENT; rename f '' = ENOENT; exists f",
	    0 },
	{ "rename_names_too_long",
	    "create f; rename f {n:256} = ENAMETOOLONG; rename {n:256} f = ENAMETOOLONG; rename f {p:4096} = ENAMETOOLONG; exists f",
	    0 },
	{ "rename_directory_counts_links",
	    "mkdir a; mkdir b; mkdir a/d; stat a nlink = 3; rename a/d b/d; stat a nlink = 2; stat b nlink = 3; mkdir a/d; rename a/d b/d; stat a nlink = 2; stat b nlink = 3",
	    0 },
	{ "rename_mount_point",
	    "mkdir d; mkdir e; mount d; rename d e = EBUSY; rename e d = EBUSY; rename d x = EBUSY; create f; rename f d = EISDIR; create d/f; rename d/f g = EXDEV; rename d/f e/g = EXDEV; rename e d/e = EXDEV; rename d/f d/g; unlink d/g; unmount d; names . = d,e,f",
	    NEED_MOUNT },
	{ "rename_between_mounts",
	    "mkdir d; mkdir e; mount d; mount e; create d/f; mkdir d/s; rename d/f e/f = EXDEV; rename d/s e/s = EXDEV; link d/f e/f = EXDEV; names e = ''; names d = f,s; unmount d; unmount e",
	    NEED_MOUNT },
};

const struct group group_rename = { "rename", ROWS(rename_rows), NULL };

static const struct row perm_rows[] = {
	{ "perm_rename_needs_both_directories",
	    "umask 0; mkdir a 777; mkdir b 755; create a/f; create b/g; @1001 rename a/f b/f = EACCES; @1001 rename b/g a/g = EACCES; chmod b 777; @1001 rename a/f b/f; @1001 rename b/g a/g",
	    NEED_ROOT },
	{ "perm_rename_directory_of_others",
	    "umask 0; mkdir a 777; mkdir b 777; mkdir a/d 755; @1001 rename a/d a/e; @1001 rename a/e b/e = EACCES; chmod a/e 757; @1001 rename a/e b/e",
	    NEED_ROOT },
	{ "perm_rename_over_needs_nothing_of_target",
	    "umask 0; mkdir a 777; create a/f 0; @1001 create a/g; @1001 rename a/g a/f; stat a/f uid = 1001",
	    NEED_ROOT },
	{ "perm_rename_search",
	    "umask 0; mkdir a 766; create a/f; mkdir b 777; create b/x; @1001 rename a/f b/f = EACCES; @1001 rename b/x a/x = EACCES",
	    NEED_ROOT },
	{ "perm_group_before_others",
	    "umask 0; mkdir d 705; chown d 0 1001; create d/f 604; chown d/f 0 1001; @1001 exists d/f = EACCES; @1002 exists d/f; @1002 open a d/f rdonly; chmod d 755; @1001 open b d/f rdonly = EACCES; @1001:3 open b d/f rdonly = EACCES",
	    NEED_ROOT },
	{ "perm_owner_before_group",
	    "mkdir d 77; chown d 1001 1001; @1001 exists d/x = EACCES; @1001 create d/x = EACCES; create f 60; chown f 1001 1001; @1001 open a f rdonly = EACCES",
	    NEED_ROOT },
	{ "perm_each_directory_of_a_path",
	    "mkdir a 711; mkdir a/b 711; mkdir a/b/c 711; create a/b/c/f 644; @1001 open a a/b/c/f rdonly; chmod a/b 700; @1001 open b a/b/c/f rdonly = EACCES; chmod a/b 711; chmod a 700; @1001 exists a/b/c/f = EACCES; chmod a 711; chmod a/b/c 700; @1001 exists a/b/c/f = EACCES; @1001 exists a/b/c",
	    NEED_ROOT },
	{ "perm_changes_are_seen_at_once",
	    "mkdir d 711; create d/f 644; @1001 exists d/f; chmod d 700; @1001 exists d/f = EACCES; chmod d 711; @1001 exists d/f; chown d 1001 1001; chmod d 700; @1001 exists d/f; chown d 0 0; @1001 exists d/f = EACCES; rename d e; @1001 exists e/f = EACCES; chmod e 711; @1001 exists e/f",
	    NEED_ROOT },
	{ "perm_search_by_link",
	    "mkdir d 700; create d/f 644; symlink d/f l; @1001 stats l = EACCES; @1001 exists l; chmod d 711; @1001 stats l",
	    NEED_ROOT },
	{ "perm_dot_dot_needs_search",
	    "mkdir d 711; mkdir d/e 666; @1001 stats d/e/.. = EACCES; @1001 stats d/e/. = EACCES; @1001 stats d/e",
	    NEED_ROOT },
	{ "perm_unlink_needs_write_and_search",
	    "umask 0; mkdir d 755; create d/f 666; @1001 unlink d/f = EACCES; chmod d 756; @1001 unlink d/f = EACCES; chmod d 753; @1001 unlink d/f",
	    NEED_ROOT },
	{ "perm_list_needs_read",
	    "mkdir d 711; @1001 names d = EACCES; chmod d 744; @1001 names d = ''", NEED_ROOT },
	{ "perm_removed_permission_keeps_directory_descriptor",
	    "mkdir d 755; create d/f; @1001 open a d rdonly; chmod d 700; fnames a = f; @1001 fstatat a f = EACCES",
	    NEED_ROOT },
};

const struct group group_perm = { "perm", ROWS(perm_rows), NULL };
