/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Where the rump kernel answers otherwise than the host, and why. */
#include "posix.h"

#define OPATH	"O_PATH is not there yet: it is ignored"
#define NOXATTR "rumpfs, the root file system, keeps no extended attributes"
#define NOALLOC "rumpfs has no allocation ahead of writing"
#define NODOTS	"a directory that was removed has no parent any more"

const struct difference differences[] = {
	{ "open_path_only", NULL, NULL, NULL, OPATH },
	{ "open_path_needs_no_permission", NULL, NULL, NULL, OPATH },
	{ "open_path_ignores_creat", NULL, NULL, NULL, OPATH },
	{ "flock_errors", NULL, NULL, NULL, OPATH },
	{ "futimens_sets", NULL, NULL, NULL, OPATH },
	{ "open_accmode_three", NULL, NULL, NULL, "3 is none of POSIX's access modes" },
	{ "fchmodat_link_itself", NULL, "fchmodat cwd l 600 at_nofollow", "0",
	    "links have modes, as BSD's lchmod() needs" },
	{ "chown_nothing_clears_setid", NULL, "stat f mode", "6755",
	    "a chown() of nothing is none" },
	{ "rmdir_open_directory", NULL, "fstatat a ..", "ENOENT", NODOTS },
	{ "rmdir_current_directory", NULL, NULL, NULL, NODOTS },
	{ "getcwd_after_rmdir", NULL, NULL, NULL, NODOTS },
	{ "pwritev2_flags", NULL, NULL, NULL,
	    "of the flags of preadv2() the hints alone are known" },
	{ "lseek_hole_in_the_middle", "rumpfs", NULL, NULL, "holes are not told: all is data" },
	{ "times_of_fallocate", "rumpfs", NULL, NULL, NOALLOC },
	{ "fallocate_extends", "rumpfs", NULL, NULL, NOALLOC },
	{ "holes_are_told", "rumpfs", NULL, NULL, "holes are not told: all is data" },
	{ "punch_within_a_page", "rumpfs", NULL, NULL, NOALLOC },
	{ "reserved_past_the_end", "rumpfs", NULL, NULL, NOALLOC },
	{ "fallocate_punch", "rumpfs", NULL, NULL, NOALLOC },
	{ "times_of_setxattr", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_sets", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_absent", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_flags", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_names", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_sizes", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_permission", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_kinds", "rumpfs", NULL, NULL, NOXATTR },
	{ "xattr_of_sticky_directory", "rumpfs", NULL, NULL, NOXATTR },
};
const int ndifferences = sizeof(differences) / sizeof(differences[0]);
