/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* A read-only mount refuses what would write, with EROFS wherever nothing else is wrong. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "contract.h"

static void
refused(const char *what, long ret, int error)
{
	ck_assert_msg(ret == -1 && errno == error, "%s: returned %ld, %s, not %s", what, ret,
	    strerrorname_np(errno), strerrorname_np(error));
}

#define ROFS(call)     refused(#call, (call), EROFS)
#define FAILS(call, e) refused(#call, (call), (e))

void
check_readonly(void)
{
	const struct sys *s = &rump_sys;
	struct stat before, after;
	const int fd = s->open("small", O_RDONLY);

	ck_assert_int_eq(s->stat("small", &before), 0);
	ROFS(s->open("small", O_WRONLY));
	ROFS(s->open("small", O_RDWR));
	ROFS(s->open("small", O_RDONLY | O_TRUNC));
	ROFS(s->open("new", O_CREAT | O_RDWR, 0644));
	FAILS(s->open("small", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
	FAILS(s->open("d", O_WRONLY), EISDIR);
	ROFS(s->mkdir("new", 0755));
	FAILS(s->mkdir("d", 0755), EEXIST);
	ROFS(s->symlink("x", "new"));
	ROFS(s->link("small", "new"));
	ROFS(s->mkfifo("new", 0644));
	ROFS(s->unlink("small"));
	FAILS(s->unlink("nofile"), ENOENT);
	ROFS(s->rmdir("e"));
	ROFS(s->rename("small", "new"));
	ROFS(s->chmod("small", 0600));
	ROFS(s->fchmod(fd, 0600));
	ROFS(s->chown("small", 1, 1));
	ROFS(s->utimensat(AT_FDCWD, "small", NULL, 0));
	ROFS(s->truncate("small", 0));
	ROFS(s->access("small", 2));
	ck_assert_int_eq(s->fsync(fd), 0);
	ck_assert_int_eq(s->close(fd), 0);
	ck_assert_int_eq(s->stat("small", &after), 0);
	ck_assert_int_eq(memcmp(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim)), 0);
	ck_assert_int_eq(before.st_mode, after.st_mode);
}
