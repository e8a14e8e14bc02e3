/*
 * The test of skel(4).  The workbench's simulated disk is as large: whatever is done to both must end
 * alike.  And what happens when copies fail, and two who write at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_disk.h>
#include <rump/rumptest_fixture.h>

#define SIZE (1024 * 1024)
#define SECT 512

static struct rumptest_disk *model;
static int skel, sim;

static void
setup(void)
{
	rumptest_boot();
	model = rumptest_disk_new(SIZE, SECT);
	ck_assert_ptr_nonnull(model);
	ck_assert_str_eq(rumptest_disk_attach(model), "/dev/sd_sim0");
	skel = rump_sys_open("/dev/rskel0", O_RDWR);
	ck_assert_msg(skel >= 0, "/dev/rskel0: %s", strerror(errno));
	sim = rump_sys_open("/dev/rsd_sim0", O_RDWR);
	ck_assert_int_ge(sim, 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_close(skel), 0);
	ck_assert_int_eq(rump_sys_close(sim), 0);
	rumptest_disk_detach(model);
	rumptest_halt();
	rumptest_disk_free(model);
}

/* One transfer of each disk: the same result, the same bytes. */
static void
both(bool writing, off_t off, size_t len)
{
	static char mine[16 * SECT], theirs[16 * SECT];
	ssize_t m, t;
	int merr, terr;

	for (size_t i = 0; i < len; i++)
		mine[i] = theirs[i] = (char)rand();
	errno = 0;
	m = writing ? rump_sys_pwrite(skel, mine, len, off) : rump_sys_pread(skel, mine, len, off);
	merr = errno;
	errno = 0;
	t = writing ? rump_sys_pwrite(sim, theirs, len, off)
		    : rump_sys_pread(sim, theirs, len, off);
	terr = errno;
	ck_assert_msg(m == t && merr == terr,
	    "%s of %zu at %lld: %zd, errno %d; the model's %zd, errno %d",
	    writing ? "write" : "read", len, (long long)off, m, merr, t, terr);
	ck_assert_mem_eq(mine, theirs, len);
}

static const struct {
	off_t off;
	size_t len;
} edges[] = {
	{ 0, SECT },
	{ SIZE - SECT, SECT },
	{ SIZE - SECT, 2 * SECT },
	{ SIZE, SECT },
	{ SIZE + SECT, SECT },
	{ 0, SECT / 2 },
	{ SECT / 2, SECT },
	{ 0, 0 },
};

START_TEST(skel_ends_where_a_disk_ends)
{
	both(true, edges[_i].off, edges[_i].len);
	both(false, edges[_i].off, edges[_i].len);
}
END_TEST

START_TEST(skel_keeps_what_was_written)
{
	srand(1);
	for (int i = 0; i < 1000; i++)
		both(rand() % 2 != 0, (off_t)(rand() % (SIZE / SECT)) * SECT,
		    (size_t)(1 + rand() % 16) * SECT);
}
END_TEST

START_TEST(skel_tells_its_size)
{
	unsigned sector = 0;
	int64_t size = 0;

	ck_assert_int_eq(rump_sys_ioctl(skel, RUMP_DIOCGSECTORSIZE, &sector), 0);
	ck_assert_int_eq(rump_sys_ioctl(skel, RUMP_DIOCGMEDIASIZE, &size), 0);
	ck_assert(sector == SECT && size == SIZE);
}
END_TEST

/* One copy after the other fails: an errno, and nothing is left behind. */
static void
copies_fail(void *arg)
{
	char buf[SECT] = "";
	int fd;

	(void)arg;
	fd = rump_sys_open("/dev/rskel0", O_RDWR);
	if (fd == -1) {
		ck_assert_int_eq(errno, EFAULT);
		return;
	}
	if (rump_sys_write(fd, buf, sizeof(buf)) == -1)
		ck_assert_int_eq(errno, EFAULT);
	if (rump_sys_pread(fd, buf, sizeof(buf), 0) == -1)
		ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

START_TEST(skel_survives_failing_copies)
{
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_COPY, copies_fail, NULL), 0);
}
END_TEST

/* Two writers of their own sectors, in fifty orders of what they do: all arrives. */
static void
writer(void *arg)
{
	const int fd = rump_sys_open("/dev/rskel0", O_RDWR);
	char buf[SECT];

	ck_assert_int_ge(fd, 0);
	memset(buf, *(char *)arg, sizeof(buf));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(
		    rump_sys_pwrite(fd, buf, SECT, (2 * i + (*(char *)arg == 'b')) * SECT), SECT);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
two_writers(void *arg)
{
	struct rumptest_thread *t;
	char buf[6 * SECT];
	int fd;

	(void)arg;
	rumptest_boot();
	t = rumptest_spawn(writer, "a");
	writer("b");
	rumptest_join(t);
	fd = rump_sys_open("/dev/rskel0", O_RDONLY);
	ck_assert_int_eq(rump_sys_read(fd, buf, sizeof(buf)), sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		ck_assert_int_eq(buf[i], i / SECT % 2 ? 'b' : 'a');
	ck_assert_int_eq(rump_sys_close(fd), 0);
	rumptest_halt();
}

START_TEST(skel_takes_two_writers)
{
	rumptest_search(two_writers, NULL, 1, 50);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("skel");
	TCase *const calls = tcase_create("calls"), *const worlds = tcase_create("worlds");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(calls, setup, teardown);
	tcase_add_loop_test(
	    calls, skel_ends_where_a_disk_ends, 0, sizeof(edges) / sizeof(edges[0]));
	tcase_add_test(calls, skel_keeps_what_was_written);
	tcase_add_test(calls, skel_tells_its_size);
	/* These boot their kernels themselves. */
	tcase_add_test(worlds, skel_survives_failing_copies);
	tcase_add_test(worlds, skel_takes_two_writers);
	tcase_set_timeout(worlds, 60);
	suite_add_tcase(s, calls);
	suite_add_tcase(s, worlds);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
