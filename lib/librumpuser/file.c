/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Host files: open, close, what they are, sync and holes.
 *
 * Every descriptor that rumpuser_open() gave is marked in a bitmap until it is closed: what the
 * kernel left open is closed by rumpuser_fini(), and in the child of a fork(), where the kernel
 * that opened it is dead.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <linux/fs.h>
#endif

#include "internal.h"
#include "rw.h"

#define WORD_BITS    64
#define SECTOR_BYTES 512

static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t *open_map; /* files_lock */
static size_t open_nwords; /* files_lock */

static int
mark_open_locked(int fd)
{
	const size_t word = (size_t)fd / WORD_BITS;

	if (word >= open_nwords) {
		const size_t nwords = word + 1 > 2 * open_nwords ? word + 1 : 2 * open_nwords;
		uint64_t *const map = rumpuser__alloc(nwords * sizeof(*map));

		if (map == NULL)
			return ENOMEM;
		if (open_nwords > 0)
			(void)memcpy(map, open_map, open_nwords * sizeof(*map));
		rumpuser__free(open_map);
		open_map = map;
		open_nwords = nwords;
	}
	open_map[word] |= UINT64_C(1) << (fd % WORD_BITS);
	return 0;
}

static int
mark_open(int fd)
{
	(void)pthread_mutex_lock(&files_lock);
	const int error = mark_open_locked(fd);
	(void)pthread_mutex_unlock(&files_lock);
	return error;
}

static int
host_open_flags(int flags)
{
	int oflags = O_CLOEXEC | O_NOCTTY;

	oflags |= flags & RUMPUSER_OPEN_RDWR ? O_RDWR : O_RDONLY;
	if (flags & RUMPUSER_OPEN_CREATE)
		oflags |= O_CREAT;
	if (flags & RUMPUSER_OPEN_EXCL)
		oflags |= O_EXCL;
	if (flags & RUMPUSER_OPEN_BIO)
		oflags |= O_NONBLOCK;
	return oflags;
}

int
rumpuser_open(const char *path, int flags, int *fdp)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	int fd, error = 0;

	do
		fd = open(path, host_open_flags(flags), 0644);
	while (fd == -1 && errno == EINTR);
	if (fd == -1)
		error = errno;
	else if ((error = mark_open(fd)) != 0)
		(void)close(fd);
	else {
		rumpuser__rw_opened(fd);
		*fdp = fd;
	}
	ENTER(cookie);
	return error;
}

int
rumpuser_close(int fd)
{
	HOST_SECTION;
	void *const cookie = LEAVE();

	(void)pthread_mutex_lock(&files_lock);
	if (fd >= 0 && (size_t)fd / WORD_BITS < open_nwords)
		open_map[fd / WORD_BITS] &= ~(UINT64_C(1) << (fd % WORD_BITS));
	(void)pthread_mutex_unlock(&files_lock);
	/* The descriptor is gone after EINTR as well. */
	const int error = close(fd) == -1 && errno != EINTR ? errno : 0;
	ENTER(cookie);
	return error;
}

enum rumpuser_filetype
rumpuser__filetype(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return RUMPUSER_FT_DIR;
	case S_IFREG:
		return RUMPUSER_FT_REG;
	case S_IFBLK:
		return RUMPUSER_FT_BLK;
	case S_IFCHR:
		return RUMPUSER_FT_CHR;
	default:
		return RUMPUSER_FT_OTHER;
	}
}

static void
fill_info(const struct stat *st, struct rumpuser_fileinfo *fi)
{
	*fi = (struct rumpuser_fileinfo){
		.fi_size = st->st_size > 0 ? (uint64_t)st->st_size : 0,
		.fi_dev = st->st_dev,
		.fi_ino = st->st_ino,
		.fi_blksize = SECTOR_BYTES,
		.fi_type = rumpuser__filetype(st->st_mode),
	};
}

/* The size of a block device is not in its inode. */
static int
fill_blkinfo(int fd, struct rumpuser_fileinfo *fi)
{
#if defined(BLKGETSIZE64) && defined(BLKSSZGET)
	uint64_t size;
	int sector;

	if (ioctl(fd, BLKGETSIZE64, &size) == -1 || ioctl(fd, BLKSSZGET, &sector) == -1)
		return errno;
	fi->fi_size = size;
	fi->fi_blksize = (uint32_t)sector;
#else
	const off_t size = lseek(fd, 0, SEEK_END);

	if (size == -1)
		return errno;
	fi->fi_size = (uint64_t)size;
#endif
	return 0;
}

static int
fileinfo(const char *path, struct rumpuser_fileinfo *fi)
{
	struct stat st;
	int fd, error;

	if (stat(path, &st) == -1)
		return errno;
	fill_info(&st, fi);
	if (fi->fi_type != RUMPUSER_FT_BLK)
		return 0;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return errno;
	error = fill_blkinfo(fd, fi);
	(void)close(fd);
	return error;
}

static int
ffileinfo(int fd, struct rumpuser_fileinfo *fi)
{
	struct stat st;
	int fl;

	if (fstat(fd, &st) == -1 || (fl = fcntl(fd, F_GETFL)) == -1)
		return errno;
	fill_info(&st, fi);
	fi->fi_readonly = (fl & O_ACCMODE) == O_RDONLY;
	return fi->fi_type == RUMPUSER_FT_BLK ? fill_blkinfo(fd, fi) : 0;
}

int
rumpuser_getfileinfo(const char *path, struct rumpuser_fileinfo *fi)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	const int error = fileinfo(path, fi);

	ENTER(cookie);
	return error;
}

int
rumpuser_fgetfileinfo(int fd, struct rumpuser_fileinfo *fi)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	const int error = ffileinfo(fd, fi);

	ENTER(cookie);
	return error;
}

/* A descriptor that has nothing to sync (a pipe, say) is synced. */
int
rumpuser_sync(int fd, bool metadata)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	int r;

	do
		r = metadata ? fsync(fd) : fdatasync(fd);
	while (r == -1 && errno == EINTR);
	const int error = r == -1 && errno != EINVAL && errno != EROFS ? errno : 0;
	ENTER(cookie);
	return error;
}

int
rumpuser_punch(int fd, int64_t off, int64_t len)
{
#ifdef FALLOC_FL_PUNCH_HOLE
	HOST_SECTION;
	void *const cookie = LEAVE();
	int r;

	do
		r = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len);
	while (r == -1 && errno == EINTR);
	const int error = r == -1 ? errno : 0;
	ENTER(cookie);
	return error == ENOSYS || error == ENODEV ? EOPNOTSUPP : error;
#else
	return EOPNOTSUPP;
#endif
}

static void
close_all_locked(void)
{
	for (size_t w = 0; w < open_nwords; w++)
		for (; open_map[w] != 0; open_map[w] &= open_map[w] - 1)
			(void)close((int)(w * WORD_BITS) + __builtin_ctzll(open_map[w]));
}

void
rumpuser__files_fini(void)
{
	(void)pthread_mutex_lock(&files_lock);
	close_all_locked();
	rumpuser__free(open_map);
	open_map = NULL;
	open_nwords = 0;
	(void)pthread_mutex_unlock(&files_lock);
}

void
rumpuser__files_fork(int stage)
{
	if (stage == FORK_CHILD) {
		close_all_locked();
		open_map = NULL;
		open_nwords = 0;
	}
	rumpuser__fork_lock(&files_lock, stage);
}
