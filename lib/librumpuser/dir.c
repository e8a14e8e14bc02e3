/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Names in directories of the host.
 *
 * Nothing is kept between calls: the offset says it all, since hosts that can serve a directory over NFS
 * give every name an offset that stays good.  The kernel gets records of its own shape.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "internal.h"

#ifdef __linux__

#define HOST_BYTES 32768

/* Type and inode of what the name leads to. */
static void
fill_type(int fd, const struct dirent64 *hd, struct rumpuser_dirent *rd)
{
	struct stat st;

	rd->rd_ino = hd->d_ino;
	switch (hd->d_type) {
	case DT_DIR:
		rd->rd_type = RUMPUSER_FT_DIR;
		break;
	case DT_REG:
		rd->rd_type = RUMPUSER_FT_REG;
		break;
	case DT_BLK:
		rd->rd_type = RUMPUSER_FT_BLK;
		break;
	case DT_CHR:
		rd->rd_type = RUMPUSER_FT_CHR;
		break;
	case DT_LNK:
	case DT_UNKNOWN:
		if (fstatat(fd, hd->d_name, &st, 0) == -1) {
			rd->rd_type = RUMPUSER_FT_NONE;
			break;
		}
		rd->rd_type = (uint16_t)rumpuser__filetype(st.st_mode);
		rd->rd_ino = st.st_ino;
		break;
	default:
		rd->rd_type = RUMPUSER_FT_OTHER;
		break;
	}
}

/* Make records of the host's, as many as fit. */
static int
convert(int fd, const char *host, size_t hostlen, char *buf, size_t len, size_t *done)
{
	for (size_t at = 0; at < hostlen;) {
		const struct dirent64 *const hd = (const struct dirent64 *)(host + at);
		const size_t namlen = strlen(hd->d_name);
		const size_t need =
		    (offsetof(struct rumpuser_dirent, rd_name) + namlen + 8) & ~(size_t)7;
		struct rumpuser_dirent *const rd = (struct rumpuser_dirent *)(buf + *done);

		if (need > len - *done)
			return *done == 0 ? EINVAL : 0;
		fill_type(fd, hd, rd);
		rd->rd_next = hd->d_off;
		rd->rd_reclen = (uint16_t)need;
		rd->rd_namlen = (uint16_t)namlen;
		(void)memcpy(rd->rd_name, hd->d_name, namlen + 1);
		*done += need;
		at += hd->d_reclen;
	}
	return 0;
}

static int
readdir_host(int fd, int64_t off, void *buf, size_t len, size_t *done)
{
	char *const host = rumpuser__alloc(HOST_BYTES);
	ssize_t n;
	int error = 0;

	if (host == NULL)
		return ENOMEM;
	/* Not much more than the caller has room for. */
	const size_t ask = len < HOST_BYTES ? (len < 1024 ? 1024 : len) : HOST_BYTES;
	if (lseek(fd, off, SEEK_SET) == -1 || (n = getdents64(fd, host, ask)) == -1)
		error = errno;
	else
		error = convert(fd, host, (size_t)n, buf, len, done);
	rumpuser__free(host);
	return error;
}

#endif

int
rumpuser_readdir(int fd, int64_t off, void *buf, size_t len, size_t *done)
{
	*done = 0;
#ifdef __linux__
	HOST_SECTION;
	void *const cookie = LEAVE();
	const int error = readdir_host(fd, off, buf, len, done);

	ENTER(cookie);
	return error;
#else
	return EOPNOTSUPP;
#endif
}
