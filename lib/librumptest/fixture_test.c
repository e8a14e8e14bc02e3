/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Does the workbench find what it promises to?  Each row runs a test program within the test, in a
 * child process with Check in its no-fork mode, and looks at what it says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumptest_fixture.h>

#include "fixture_driver.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static char output[16384]; /* of the last inner program */

/* ---- Test programs within the test ---- */

static void (*inner_body)(void);

START_TEST(inner)
{
	inner_body();
}
END_TEST

/* Run body as the one test of a fixture; the exit status, as by waitpid(). */
static int
run_inner(void (*body)(void), int fixture)
{
	size_t len = 0;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	(void)fflush(NULL);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		TCase *const tc = tcase_create("inner");

		(void)dup2(fd[1], STDOUT_FILENO);
		(void)dup2(fd[1], STDERR_FILENO);
		(void)close(fd[0]);
		(void)close(fd[1]);
		(void)setenv("CK_VERBOSITY", "verbose", 1);
		inner_body = body;
		if (fixture)
			rumptest_fixture(tc);
		tcase_add_test(tc, inner);
		exit(rumptest_run("inner", tc));
	}
	(void)close(fd[1]);
	while ((n = read(fd[0], output + len, sizeof(output) - 1 - len)) > 0)
		len += (size_t)n;
	output[len] = '\0';
	(void)close(fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
buggy(unsigned long cmd)
{
	const int fd = rump_sys_open("/dev/buggy", O_RDWR);

	ck_assert_int_ne(fd, -1);
	ck_assert_msg(rump_sys_ioctl(fd, cmd, NULL) == 0, "ioctl: %s", strerror(errno));
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static unsigned long command;

static void
body_buggy(void)
{
	buggy(command);
}

static void
body_descriptor(void)
{
	ck_assert_int_ne(rump_sys_open("/tmp", O_RDONLY), -1);
}

static void
body_process(void)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	rump_pub_lwproc_switch(NULL);
}

static void
body_mount(void)
{
	ck_assert_int_eq(rump_sys_mkdir("/mnt", 0755), 0);
	ck_assert_msg(
	    rump_sys_mount("rumpfs", "/mnt", 0, NULL, 0) == 0, "mount: %s", strerror(errno));
}

static void
body_clean(void)
{
	const int fd = rump_sys_open("/tmp/file", O_RDWR | O_CREAT, 0644);

	ck_assert_int_eq(rump_sys_write(fd, "abc", 3), 3);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(rump_sys_unlink("/tmp/file"), 0);
	buggy(BUGGY_ALLOC_RIGHT);
	buggy(BUGGY_START_STOP);
}

static const struct {
	const char *name;
	void (*body)(void);
	unsigned long cmd;
	const char *said[4]; /* all of these */
} finds[] = {
	{ "memory", body_buggy, BUGGY_LEAK_KMEM,
	    { "left behind", "123 bytes of kmem", "still allocated, by", "buggy_ioctl" } },
	{ "a pool's object", body_buggy, BUGGY_LEAK_POOL,
	    { "left behind", "200 bytes of buggy", "buggy_ioctl" } },
	{ "pages", body_buggy, BUGGY_LEAK_PAGES,
	    { "left behind", "12288 bytes of uvm_km", "buggy_ioctl" } },
	{ "a reference to a vnode", body_buggy, BUGGY_LEAK_VNODE,
	    { "left behind", "vnode 0x", "reference" } },
	{ "a kernel thread", body_buggy, BUGGY_LEAK_THREAD, { "kernel thread \"buggy\"" } },
	{ "a descriptor", body_descriptor, 0, { "left behind", "descriptor 3 of process 1" } },
	{ "a process", body_process, 0, { "left behind", "process " } },
	{ "a mount", body_mount, 0, { "left behind", "mount of rumpfs at /mnt" } },
	{ "a lock held on the way out", body_buggy, BUGGY_LOCK_HELD, { "panic" } },
	{ "a sleep with a spin lock", body_buggy, BUGGY_SLEEP_WITH_SPIN, { "panic" } },
#ifdef CHECK_LOCK_ORDER
	{ "a circle of locks", body_buggy, BUGGY_LOCK_ORDER, { "panic", "order" } },
#endif
};

START_TEST(fixture_finds)
{
	command = finds[_i].cmd;
	const int status = run_inner(finds[_i].body, 1);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) != 0, "%s: status %#x:\n%s",
	    finds[_i].name, status, output);
	for (int s = 0; s < COUNT(finds[_i].said) && finds[_i].said[s] != NULL; s++)
		ck_assert_msg(strstr(output, finds[_i].said[s]) != NULL, "%s: no \"%s\" in:\n%s",
		    finds[_i].name, finds[_i].said[s], output);
}
END_TEST

START_TEST(fixture_passes_what_is_clean)
{
	const int status = run_inner(body_clean, 1);

	ck_assert_msg(status == 0, "status %#x:\n%s", status, output);
}
END_TEST

/* ---- Injected failures ---- */

static void
try_ioctl(void *arg)
{
	const int fd = rump_sys_open("/dev/buggy", O_RDWR);

	if (fd == -1) {
		ck_assert(errno == ENOMEM || errno == EFAULT);
		return;
	}
	if (rump_sys_ioctl(fd, *(unsigned long *)arg, NULL) != 0)
		ck_assert_msg(errno == ENOMEM, "%s", strerror(errno));
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
try_read(void *arg)
{
	char buf[10] = "";
	const int fd = rump_sys_open("/dev/buggy", O_RDWR);
	ssize_t n;

	(void)arg;
	if (fd == -1) {
		ck_assert_int_eq(errno, EFAULT);
		return;
	}
	n = rump_sys_read(fd, buf, sizeof(buf));
	ck_assert(n == (ssize_t)sizeof(buf) || (n == -1 && errno == EFAULT));
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
body_wrong(void)
{
	unsigned long cmd = BUGGY_ALLOC_WRONG;

	(void)rumptest_fault_each(RUMP_FAULT_MEMORY, try_ioctl, &cmd);
}

START_TEST(fault_finds_the_path_that_leaks)
{
	const int status = run_inner(body_wrong, 0);

	ck_assert_msg(
	    WIFEXITED(status) && WEXITSTATUS(status) != 0, "status %#x:\n%s", status, output);
	ck_assert_msg(strstr(output, "200 bytes of buggy") != NULL, "%s", output);
	ck_assert_msg(strstr(output, "RUMPTEST_FAULT=3 repeats it") != NULL, "%s", output);
}
END_TEST

START_TEST(fault_delivers_each)
{
	unsigned long cmd = BUGGY_ALLOC_RIGHT;

	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_MEMORY, try_ioctl, &cmd), 3);
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_KMEM, try_ioctl, &cmd), 2);
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_POOL, try_ioctl, &cmd), 1);
	cmd = BUGGY_START_STOP;
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_THREAD, try_ioctl, &cmd), 1);
	/* The path, and what is read. */
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_COPYIN, try_read, NULL), 1);
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_COPYOUT, try_read, NULL), 1);
}
END_TEST

static void
nothing(void *arg)
{
	(void)arg;
}

START_TEST(fault_at_boot_unwinds)
{
	ck_assert_uint_gt(rumptest_fault_boot(RUMP_FAULT_MEMORY, nothing, NULL), 0);
}
END_TEST

/* ---- Transfers ---- */

static char image[] = "/tmp/rumptest_fixture.XXXXXX";

static void
try_disk(void *arg)
{
	static char block[8192];
	ssize_t n;
	int fd;

	ck_assert_int_eq(rump_pub_etfs_register("/disk", image, RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/disk", O_RDWR);
	ck_assert_int_ne(fd, -1);
	n = *(const char *)arg == 'r' ? rump_sys_read(fd, block, sizeof(block))
				      : rump_sys_write(fd, block, sizeof(block));
	/* What was moved before the failure counts. */
	ck_assert_msg(n > 0 || (n == -1 && errno == EIO), "%zd: %s", n, strerror(errno));
	if (rump_sys_fsync(fd) == -1)
		ck_assert_int_eq(errno, EIO);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(rump_pub_etfs_remove("/disk"), 0);
}

START_TEST(fault_transfers)
{
	char how[2] = "r";
	const int fd = mkstemp(image);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_READ, try_disk, how), 0);
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_SHORT, try_disk, how), 0);
	how[0] = 'w';
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_WRITE, try_disk, how), 0);
	(void)close(fd);
	(void)unlink(image);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("fixture");

	tcase_add_loop_test(tc, fixture_finds, 0, COUNT(finds));
	tcase_add_test(tc, fixture_passes_what_is_clean);
	tcase_add_test(tc, fault_finds_the_path_that_leaks);
	tcase_add_test(tc, fault_delivers_each);
	tcase_add_test(tc, fault_at_boot_unwinds);
	tcase_add_test(tc, fault_transfers);
	return rumptest_run("fixture", tc);
}
