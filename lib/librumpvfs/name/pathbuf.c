/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Paths in kernel memory.  A buffer holds MAXPATHLEN bytes and a few more, because the name cache
 * reads words.  The walk splices links into the buffer, so who wants the path as it was given says
 * so before.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>

#include "rump_namecache.h"
#include "rump_namei.h"
#include "rump_vfs.h"

pool_cache_t pnbuf_cache;

static struct pathbuf *
pathbuf_wrap(char *path)
{
	struct pathbuf *pb = kmem_alloc(sizeof(*pb), KM_SLEEP);

	pb->pb_path = path;
	pb->pb_given = NULL;
	return pb;
}

struct pathbuf *
pathbuf_assimilate(char *path)
{
	return pathbuf_wrap(path);
}

struct pathbuf *
pathbuf_create(const char *path)
{
	const size_t len = strlen(path);
	char *buf;

	if (len >= MAXPATHLEN)
		return NULL;
	buf = PNBUF_GET();
	memcpy(buf, path, len + 1);
	return pathbuf_wrap(buf);
}

int
pathbuf_copyin(const char *userpath, struct pathbuf **ret)
{
	char *buf = PNBUF_GET();
	int error;

	error = copyinstr(userpath, buf, MAXPATHLEN, NULL);
	if (error != 0) {
		PNBUF_PUT(buf);
		return error;
	}
	*ret = pathbuf_wrap(buf);
	return 0;
}

int
pathbuf_maybe_copyin(const char *userpath, enum uio_seg seg, struct pathbuf **ret)
{
	if (seg == UIO_USERSPACE)
		return pathbuf_copyin(userpath, ret);
	*ret = pathbuf_create(userpath);
	return *ret == NULL ? ENAMETOOLONG : 0;
}

void
pathbuf_release(struct pathbuf *pb)
{
	if (pb->pb_given != NULL)
		PNBUF_PUT(pb->pb_given);
	PNBUF_PUT(pb->pb_path);
}

void
pathbuf_destroy(struct pathbuf *pb)
{
	pathbuf_release(pb);
	kmem_free(pb, sizeof(*pb));
}

void
pathbuf_copystring(const struct pathbuf *pb, char *buf, size_t maxlen)
{
	strlcpy(buf, pb->pb_given != NULL ? pb->pb_given : pb->pb_path, maxlen);
}

const char *
pathbuf_stringcopy_get(struct pathbuf *pb)
{
	if (pb->pb_given == NULL) {
		pb->pb_given = PNBUF_GET();
		strlcpy(pb->pb_given, pb->pb_path, MAXPATHLEN);
	}
	return pb->pb_given;
}

void
pathbuf_stringcopy_put(struct pathbuf *pb, const char *str)
{
	KASSERT(str == pb->pb_given);
}

int
pathbuf_init(void)
{
	pnbuf_cache = pool_cache_init(
	    MAXPATHLEN + NC_SLACK, 0, 0, 0, "pathbuf", NULL, IPL_NONE, NULL, NULL, NULL);
	return 0;
}

void
pathbuf_fini(void)
{
	pool_cache_destroy(pnbuf_cache);
	pnbuf_cache = NULL;
}
