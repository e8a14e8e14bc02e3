/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads at one rumpfs, in the ways to boot of configs[].
 *
 * Each row of rows[] is a kind of work with something that must hold all the time: private data is
 * what was written last, shared names give no errors but those that a race explains, records
 * appended are whole and in order, entries that stay are listed exactly once.  The last row does
 * everything at the same time.  The sequences are pseudo-random with fixed seeds; the interleaving
 * is the host's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#ifndef THREADS
#define THREADS 8
#define ROUNDS	300
#endif
#define FILE_BYTES 70000 /* over several pages, not a multiple of any */
#define NAMES	   12
#define STAYING	   40
#define RECORD	   40
#define STRIPE	   3000

struct worker {
	int w_thread;
	int w_round;
	uint32_t w_seed;
	unsigned char w_shadow[FILE_BYTES]; /* what the worker's file holds */
};

struct row {
	const char *r_name;
	void (*r_setup)(void);
	void (*r_round)(struct worker *);
	void (*r_finish)(void);
};

static char failure[256]; /* the first */
static pthread_mutex_t failure_lock = PTHREAD_MUTEX_INITIALIZER;

static void __attribute__((__format__(__printf__, 1, 2))) wrong(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&failure_lock);
	if (failure[0] == '\0')
		vsnprintf(failure, sizeof(failure), fmt, ap);
	pthread_mutex_unlock(&failure_lock);
	va_end(ap);
}

static bool
failed(void)
{
	pthread_mutex_lock(&failure_lock);
	const bool result = failure[0] != '\0';
	pthread_mutex_unlock(&failure_lock);
	return result;
}

static uint32_t
random_below(struct worker *w, uint32_t n)
{
	w->w_seed ^= w->w_seed << 13;
	w->w_seed ^= w->w_seed >> 17;
	w->w_seed ^= w->w_seed << 5;
	return w->w_seed % n;
}

/* A call that must work. */
#define MUST(call)                                           \
	do {                                                 \
		if ((call) < 0)                              \
			wrong("%s: errno %d", #call, errno); \
	} while (0)

/* A call that may lose a race, with one of two errors. */
#define MAY(call, error1, error2)                                         \
	do {                                                              \
		if ((call) < 0 && errno != (error1) && errno != (error2)) \
			wrong("%s: errno %d", #call, errno);              \
	} while (0)

static void
make_dir(const char *path)
{
	ck_assert_msg(rump_sys_mkdir(path, 0777) == 0, "mkdir %s: errno %d", path, errno);
}

/* ---- Private files: what is read is what was written ---- */

static void
files_setup(void)
{
	make_dir("/files");
}

static void
files_write(struct worker *w, int fd, size_t *size)
{
	unsigned char buf[9000];
	const size_t off = random_below(w, FILE_BYTES - sizeof(buf));
	const size_t len = 1 + random_below(w, sizeof(buf));

	memset(buf, (int)random_below(w, 256), len);
	if (rump_sys_pwrite(fd, buf, len, (off_t)off) != (ssize_t)len) {
		wrong("pwrite: errno %d", errno);
		return;
	}
	memcpy(w->w_shadow + off, buf, len);
	if (off + len > *size)
		*size = off + len;
}

static void
files_cut(struct worker *w, int fd, size_t *size)
{
	const size_t now = random_below(w, FILE_BYTES);

	MUST(rump_sys_ftruncate(fd, (off_t)now));
	memset(w->w_shadow + now, 0, FILE_BYTES - now);
	*size = now;
}

static void
files_check(struct worker *w, int fd, size_t size)
{
	static __thread unsigned char buf[FILE_BYTES];
	struct stat st;

	MUST(rump_sys_fstat(fd, &st));
	if ((size_t)st.st_size != size)
		wrong("a file has %zu bytes instead of %zu", (size_t)st.st_size, size);
	if (rump_sys_pread(fd, buf, sizeof(buf), 0) != (ssize_t)size)
		wrong("a file is read short");
	else if (memcmp(buf, w->w_shadow, size) != 0)
		wrong("a file holds what was not written");
}

static void
files_round(struct worker *w)
{
	char path[64];
	size_t size = 0;
	int fd;

	snprintf(path, sizeof(path), "/files/%d.%d", w->w_thread, w->w_round);
	memset(w->w_shadow, 0, sizeof(w->w_shadow));
	fd = rump_sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
	if (fd < 0) {
		wrong("create %s: errno %d", path, errno);
		return;
	}
	for (int i = 0; i < 6; i++) {
		if (random_below(w, 4) == 0)
			files_cut(w, fd, &size);
		else
			files_write(w, fd, &size);
		files_check(w, fd, size);
	}
	if (random_below(w, 2) == 0) { /* a file without a name is a file */
		MUST(rump_sys_unlink(path));
		files_check(w, fd, size);
		MUST(rump_sys_close(fd));
	} else {
		MUST(rump_sys_close(fd));
		MUST(rump_sys_unlink(path));
	}
}

/* ---- Shared names ---- */

static void
names_setup(void)
{
	make_dir("/names");
	make_dir("/names/d");
}

static void
names_path(struct worker *w, char *path, size_t size)
{
	snprintf(path, size, "/names%s/n%u", random_below(w, 3) == 0 ? "/d" : "",
	    random_below(w, NAMES));
}

static void
names_create(const char *path)
{
	const int fd = rump_sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
	char c = 'x';

	if (fd < 0) {
		if (errno != EEXIST)
			wrong("create: errno %d", errno);
		return;
	}
	if (rump_sys_write(fd, &c, 1) != 1)
		wrong("write: errno %d", errno);
	MUST(rump_sys_close(fd));
}

static void
names_read(const char *path)
{
	const int fd = rump_sys_open(path, O_RDONLY, 0);
	struct stat st;
	char c;

	if (fd < 0) {
		if (errno != ENOENT && errno != ELOOP)
			wrong("open: errno %d", errno);
		return;
	}
	MUST(rump_sys_fstat(fd, &st));
	if (rump_sys_read(fd, &c, 1) == 1 && c != 'x')
		wrong("a shared file holds %#x", (unsigned)c);
	MUST(rump_sys_close(fd));
}

static void
names_round(struct worker *w)
{
	char a[64], b[64], buf[64];
	struct stat st;

	for (int i = 0; i < 10; i++) {
		names_path(w, a, sizeof(a));
		names_path(w, b, sizeof(b));
		switch (random_below(w, 8)) {
		case 0:
		case 1:
			names_create(a);
			break;
		case 2:
			MAY(rump_sys_unlink(a), ENOENT, ENOENT);
			break;
		case 3:
			MAY(rump_sys_rename(a, b), ENOENT, ENOENT);
			break;
		case 4:
			MAY(rump_sys_link(a, b), ENOENT, EEXIST);
			break;
		case 5:
			MAY(rump_sys_symlink(a, b), EEXIST, EEXIST);
			break;
		case 6:
			MAY(rump_sys_stat(a, &st), ENOENT, ELOOP);
			MAY(rump_sys_lstat(a, &st), ENOENT, ENOENT);
			MAY(rump_sys_readlink(a, buf, sizeof(buf)), ENOENT, EINVAL);
			break;
		default:
			names_read(a);
			break;
		}
	}
}

/* ---- Directories that come, go and move ---- */

static void
trees_setup(void)
{
	make_dir("/trees");
	make_dir("/trees/a");
	make_dir("/trees/b");
}

static void
trees_path(struct worker *w, char *path, size_t size)
{
	static const char *const above[] = { "", "/a", "/b", "/a/d0", "/b/d1", "/a/../b" };

	snprintf(path, size, "/trees%s/d%u", above[random_below(w, 6)], random_below(w, 4));
}

static void
trees_round(struct worker *w)
{
	char from[64], to[64];
	struct stat st;

	for (int i = 0; i < 10; i++) {
		trees_path(w, from, sizeof(from));
		trees_path(w, to, sizeof(to));
		switch (random_below(w, 4)) {
		case 0:
			MAY(rump_sys_mkdir(from, 0777), EEXIST, ENOENT);
			break;
		case 1:
			MAY(rump_sys_rmdir(from), ENOENT, ENOTEMPTY);
			break;
		case 2:
			if (rump_sys_rename(from, to) != 0 && errno != ENOENT &&
			    errno != ENOTEMPTY && errno != EINVAL && errno != EEXIST)
				wrong("rename %s %s: errno %d", from, to, errno);
			break;
		default:
			MAY(rump_sys_stat(from, &st), ENOENT, ENOENT);
			break;
		}
	}
}

/* Nothing is lost in a circle: all that is there can be reached and removed. */
static void
trees_remove(char *path, size_t len)
{
	ck_assert_uint_lt(len, PATH_MAX - 4);
	for (int i = 0; i < 4; i++) {
		snprintf(path + len, 4, "/d%d", i);
		if (rump_sys_rmdir(path) != 0 && errno == ENOTEMPTY)
			trees_remove(path, len + 3);
	}
	path[len] = '\0';
	ck_assert_msg(rump_sys_rmdir(path) == 0, "%s: errno %d", path, errno);
}

static void
trees_finish(void)
{
	static const char *const tops[] = { "/trees/a", "/trees/b", "/trees" };

	char path[PATH_MAX];

	for (int i = 0; i < 3; i++) {
		strcpy(path, tops[i]);
		trees_remove(path, strlen(path));
	}
}

/* ---- One file, stripes of several writers ---- */

static void
stripes_setup(void)
{
	const int fd = rump_sys_open("/stripes", O_RDWR | O_CREAT, 0666);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
stripes_round(struct worker *w)
{
	const off_t off = (off_t)(random_below(w, 16) * THREADS + (uint32_t)w->w_thread) * STRIPE;
	const unsigned char fill = (unsigned char)(w->w_thread << 5 | (w->w_round & 31));
	unsigned char buf[STRIPE];
	int fd = rump_sys_open("/stripes", O_RDWR, 0);

	if (fd < 0) {
		wrong("open: errno %d", errno);
		return;
	}
	memset(buf, fill, sizeof(buf));
	if (rump_sys_pwrite(fd, buf, sizeof(buf), off) != STRIPE)
		wrong("pwrite: errno %d", errno);
	memset(buf, 0, sizeof(buf));
	if (rump_sys_pread(fd, buf, sizeof(buf), off) != STRIPE)
		wrong("pread: errno %d", errno);
	for (size_t i = 0; i < sizeof(buf); i++) {
		if (buf[i] != fill) {
			wrong("stripe of thread %d: %#x at %zu", w->w_thread, buf[i], i);
			break;
		}
	}
	MUST(rump_sys_close(fd));
}

static void
stripes_finish(void)
{
	unsigned char buf[STRIPE];
	const int fd = rump_sys_open("/stripes", O_RDONLY, 0);

	ck_assert_int_ge(fd, 0);
	for (int n = 0; rump_sys_read(fd, buf, sizeof(buf)) == STRIPE; n++) {
		for (size_t i = 1; i < sizeof(buf); i++)
			ck_assert_msg(buf[i] == buf[0], "stripe %d is mixed", n);
		ck_assert_msg(
		    buf[0] == 0 || buf[0] >> 5 == n % THREADS, "stripe %d: %#x", n, buf[0]);
	}
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

/* ---- Records appended ---- */

static void
records_setup(void)
{
	const int fd = rump_sys_open("/records", O_RDWR | O_CREAT, 0666);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
records_round(struct worker *w)
{
	char record[RECORD + 1];
	const int fd = rump_sys_open("/records", O_WRONLY | O_APPEND, 0);

	if (fd < 0) {
		wrong("open: errno %d", errno);
		return;
	}
	snprintf(record, sizeof(record), "thread %d round %-23d.\n", w->w_thread, w->w_round);
	if (rump_sys_write(fd, record, RECORD) != RECORD)
		wrong("append: errno %d", errno);
	MUST(rump_sys_close(fd));
}

static void
records_finish(void)
{
	const int fd = rump_sys_open("/records", O_RDONLY, 0);
	int next[THREADS] = { 0 }, thread, round, n = 0;
	char record[RECORD + 1] = "";

	ck_assert_int_ge(fd, 0);
	while (rump_sys_read(fd, record, RECORD) == RECORD) {
		ck_assert_msg(sscanf(record, "thread %d round %d", &thread, &round) == 2,
		    "record %d: %s", n, record);
		ck_assert(thread >= 0 && thread < THREADS);
		ck_assert_int_eq(round, next[thread]);
		next[thread]++;
		n++;
	}
	ck_assert_int_eq(n % THREADS, 0);
	for (thread = 1; thread < THREADS; thread++)
		ck_assert_int_eq(next[thread], next[0]);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

/* ---- Listing a directory while it changes ---- */

static void
listing_setup(void)
{
	char path[64];
	int fd;

	make_dir("/listing");
	for (int i = 0; i < STAYING; i++) {
		snprintf(path, sizeof(path), "/listing/stays%d", i);
		fd = rump_sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(rump_sys_close(fd), 0);
	}
}

static void
listing_list(void)
{
	const int fd = rump_sys_open("/listing", O_RDONLY | O_DIRECTORY, 0);
	int seen[STAYING] = { 0 }, i;
	char buf[700];
	ssize_t n;

	if (fd < 0) {
		wrong("open: errno %d", errno);
		return;
	}
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent *const d = (const void *)(buf + at);

			if (sscanf(d->d_name, "stays%d", &i) == 1 && i >= 0 && i < STAYING)
				seen[i]++;
			at += d->d_reclen;
		}
	}
	MUST(n);
	for (i = 0; i < STAYING; i++) {
		if (seen[i] != 1)
			wrong("stays%d is listed %d times", i, seen[i]);
	}
	MUST(rump_sys_close(fd));
}

static void
listing_round(struct worker *w)
{
	char path[64];
	int fd;

	if (w->w_round % 8 == 0) {
		listing_list();
		return;
	}
	snprintf(path, sizeof(path), "/listing/t%d.%u", w->w_thread, random_below(w, 20));
	if ((fd = rump_sys_open(path, O_RDWR | O_CREAT | O_EXCL, 0666)) >= 0)
		MUST(rump_sys_close(fd));
	else if (errno == EEXIST)
		MUST(rump_sys_unlink(path));
	else
		wrong("create %s: errno %d", path, errno);
}

/* ---- Processes of one's own ---- */

static void
processes_setup(void)
{
	make_dir("/processes");
}

static void
processes_round(struct worker *w)
{
	char path[64], cwd[64];
	int fd;

	snprintf(path, sizeof(path), "/processes/%d", w->w_thread);
	if (w->w_round == 0)
		MUST(rump_sys_mkdir(path, 0777));
	if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0) {
		wrong("rfork");
		return;
	}
	MUST(rump_sys_chdir(path));
	fd = rump_sys_open("here", O_RDWR | O_CREAT, 0666);
	if (fd != 0)
		wrong("the first descriptor is %d, errno %d", fd, errno);
	MUST(rump_sys___getcwd(cwd, sizeof(cwd)));
	if (strcmp(cwd, path) != 0)
		wrong("getcwd is %s in %s", cwd, path);
	MUST(rump_sys_unlink("here"));
	rump_pub_lwproc_releaselwp(); /* closes */
}

/* ---- Keeping the disk busy ---- */

static void
sync_round(struct worker *w)
{
	if (w->w_round % 4 != 0)
		return;
	rump_sys_sync();
}

static void
everything_setup(void)
{
	files_setup();
	names_setup();
	trees_setup();
	stripes_setup();
	records_setup();
	listing_setup();
	processes_setup();
}

static void
everything_round(struct worker *w)
{
	static void (*const rounds[])(struct worker *) = { files_round, names_round, trees_round,
		stripes_round, listing_round, sync_round };

	(*rounds[(w->w_round + w->w_thread) % 6])(w);
	records_round(w);
	processes_round(w);
}

static void
everything_finish(void)
{
	trees_finish();
	stripes_finish();
	records_finish();
}

static const struct row rows[] = {
	{ "files", files_setup, files_round, NULL },
	{ "names", names_setup, names_round, NULL },
	{ "trees", trees_setup, trees_round, trees_finish },
	{ "stripes", stripes_setup, stripes_round, stripes_finish },
	{ "records", records_setup, records_round, records_finish },
	{ "listing", listing_setup, listing_round, NULL },
	{ "processes", processes_setup, processes_round, NULL },
	{ "everything", everything_setup, everything_round, everything_finish },
};
#define NROWS ((int)(sizeof(rows) / sizeof(rows[0])))

/* Few vnodes: they are reclaimed all the time. */
static const struct config {
	const char *c_name, *c_ncpu, *c_nvnodes, *c_threads;
} configs[] = {
	{ "1 CPU", "1", "1024", "1" },
	{ "2 CPUs, few vnodes", "2", "16", "1" },
	{ "8 CPUs", "8", "1024", "1" },
	{ "8 CPUs, few vnodes, no threads", "8", "16", "0" },
};
#define NCONFIGS ((int)(sizeof(configs) / sizeof(configs[0])))

static const struct row *row;

static void *
work(void *arg)
{
	struct worker *const w = calloc(1, sizeof(*w));

	w->w_thread = (int)(intptr_t)arg;
	w->w_seed = 0x9e3779b9U * (uint32_t)(w->w_thread + 1);
	for (w->w_round = 0; w->w_round < ROUNDS && !failed(); w->w_round++)
		(*row->r_round)(w);
	free(w);
	return NULL;
}

START_TEST(stress_rumpfs)
{
	const struct config *const c = &configs[_i / NROWS];
	pthread_t threads[THREADS];

	ck_assert_int_eq(setenv("RUMP_NCPU", c->c_ncpu, 1), 0);
	ck_assert_int_eq(setenv("RUMP_NVNODES", c->c_nvnodes, 1), 0);
	ck_assert_int_eq(setenv("RUMP_THREADS", c->c_threads, 1), 0);
	ck_assert_int_eq(rump_init(), 0);
	row = &rows[_i % NROWS];
	(*row->r_setup)();
	for (intptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_msg(failure[0] == '\0', "%s, %s: %s", row->r_name, c->c_name, failure);
	if (row->r_finish != NULL)
		(*row->r_finish)();
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("stress_rumpfs");
	TCase *const tc = tcase_create("threads");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, stress_rumpfs, 0, NROWS * NCONFIGS);
	suite_add_tcase(s, tc);
	SRunner *const sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	const int nfailed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return nfailed == 0 ? 0 : 1;
}
