/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Modules from files: what loads, what is refused and why, that nothing stays behind. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_modctl.h>
#include <rump/rump_syscalls.h>

struct rump_meminfo {
	size_t limit, used, resident;
};
void rump_mem_info(struct rump_meminfo *);
extern size_t rump_mem_leaks;

/* Checked builds only: places in this range that the checks of locks know. */
unsigned rump_lockdebug_nclasses(uintptr_t lo, size_t size) __attribute__((__weak__));

#define PROPS(s) "<plist version=\"1.0\"><dict>" s "</dict></plist>"

static int messages = -1;
static char base[] = "/tmp/rump_modules.XXXXXX";

/* Boot with the console going to a file. */
static void
boot_at(const char *dir)
{
	messages = memfd_create("messages", 0);
	ck_assert_int_ne(messages, -1);
	ck_assert_int_ne(fcntl(messages, F_SETFL, O_APPEND), -1);
	ck_assert_int_eq(dup2(messages, STDERR_FILENO), STDERR_FILENO);
	setenv("RUMP_MODULEBASE", dir, 1);
	ck_assert_int_eq(rump_init(), 0);
}

static void
boot(void)
{
	boot_at(MODULES);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

static bool
said(const char *words)
{
	static char text[65536];
	const ssize_t n = pread(messages, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strstr(text, words) != NULL;
}

static int
load(const char *name, const char *props)
{
	struct rump_modctl_load ml = { .ml_filename = name,
		.ml_props = props,
		.ml_propslen = props != NULL ? strlen(props) : 0 };

	return rump_sys_modctl(RUMP_MODCTL_LOAD, &ml) == 0 ? 0 : errno;
}

static int
unload(const char *name)
{
	return rump_sys_modctl(RUMP_MODCTL_UNLOAD, (void *)(uintptr_t)name) == 0 ? 0 : errno;
}

/* The module's entry in *ms; false: it is not up. */
static bool
status(const char *name, struct rump_modctl_stat *ms, char required[64])
{
	static char buf[16384];
	struct iovec iov = { buf, sizeof(buf) };
	int n;

	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_STAT, &iov), 0);
	ck_assert_uint_le(iov.iov_len, sizeof(buf));
	memcpy(&n, buf, sizeof(n));
	for (int i = 0; i < n; i++) {
		memcpy(ms, buf + 2 * sizeof(int) + i * sizeof(*ms), sizeof(*ms));
		if (strcmp(ms->ms_name, name) != 0)
			continue;
		snprintf(required, 64, "%s", ms->ms_reqoffset != 0 ? buf + ms->ms_reqoffset : "");
		return true;
	}
	return false;
}

START_TEST(module_comes_and_goes)
{
	struct rump_modctl_stat ms;
	char required[64];

	ck_assert(!status("modmain", &ms, required));
	ck_assert_int_eq(load("modmain", NULL), 0);
	ck_assert(status("modmain", &ms, required));
	ck_assert_int_eq(ms.ms_source, RUMP_MODULE_SOURCE_FILESYS);
	ck_assert_uint_ne(ms.ms_addr, 0);
	ck_assert_uint_ge(ms.ms_size, 5000);
	ck_assert_int_eq(load("modmain", NULL), EEXIST);
	if (rump_lockdebug_nclasses != NULL)
		ck_assert_uint_gt(rump_lockdebug_nclasses(ms.ms_addr, ms.ms_size), 0);
	ck_assert_int_eq(unload("modmain"), 0);
	if (rump_lockdebug_nclasses != NULL)
		ck_assert_uint_eq(rump_lockdebug_nclasses(ms.ms_addr, ms.ms_size), 0);
	ck_assert(!status("modmain", &ms, required));
	ck_assert_int_eq(unload("modmain"), ENOENT);
}
END_TEST

/* How the host maps the byte at addr: "r-xp"; and whether anything is both writable and code. */
static bool
mapped(uint64_t addr, char perms[5])
{
	FILE *const f = fopen("/proc/self/maps", "r");
	unsigned long long lo, hi;
	char line[512], p[5];
	bool both = false;

	ck_assert_ptr_nonnull(f);
	perms[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%llx-%llx %4s", &lo, &hi, p) != 3)
			continue;
		if (addr >= lo && addr < hi)
			memcpy(perms, p, 5);
		both |= p[1] == 'w' && p[2] == 'x';
	}
	fclose(f);
	return both;
}

START_TEST(module_code_is_not_writable)
{
	struct rump_modctl_stat ms;
	char required[64], perms[5];

	ck_assert_int_eq(load("modmain", NULL), 0);
	ck_assert(status("modmain", &ms, required));
	ck_assert(!mapped(ms.ms_addr, perms));
	ck_assert_str_eq(perms, "r-xp");
	ck_assert_int_eq(unload("modmain"), 0);
	ck_assert(!mapped(ms.ms_addr, perms));
	ck_assert_str_eq(perms, "rw-p");
}
END_TEST

/* The pages that the kernel has after each hundred do not become more. */
START_TEST(module_loads_leave_nothing)
{
	struct rump_meminfo warm, now;

	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(load("modmain", NULL), 0);
		ck_assert_int_eq(unload("modmain"), 0);
		if (i == 99)
			rump_mem_info(&warm);
	}
	rump_mem_info(&now);
	ck_assert_uint_le(now.used, warm.used);
}
END_TEST

START_TEST(module_brings_what_it_requires)
{
	struct rump_modctl_stat ms;
	char required[64];

	ck_assert_int_eq(load("modneeds", NULL), 0);
	ck_assert(status("modneeds", &ms, required));
	ck_assert_str_eq(required, "modmain");
	ck_assert(status("modmain", &ms, required));
	ck_assert_uint_eq(ms.ms_refcnt, 1);
	ck_assert_uint_eq(ms.ms_flags, RUMP_MODFLG_AUTO_LOADED);
	ck_assert_int_eq(unload("modmain"), EBUSY);
	ck_assert_int_eq(unload("modneeds"), 0);
	ck_assert_int_eq(unload("modmain"), 0);
}
END_TEST

static const struct {
	const char *name;
	int error;
	const char *words;
} refused[] = {
	{ "modmissing", ENOENT, "modmissing needs module modnowhere, which is not there" },
	{ "modcircle", EDEADLK, "modcircle requires itself, by way of modcircle2" },
	{ "modold", EINVAL, "modold is for kernel version 299000000" },
	{ "modnowhere", ENOENT, "" },
	{ "", ENOENT, "" },
	{ "../modmain", ENOSYS, "" }, /* a path, and no file system */
	{ "a_name_that_is_longer_than_modules_have", ENAMETOOLONG, "" },
};

START_TEST(module_refused)
{
	struct rump_modctl_stat ms;
	char required[64];
	const int error = load(refused[_i].name, NULL);

	ck_assert_msg(error == refused[_i].error, "%s: errno %d", refused[_i].name, error);
	ck_assert_msg(
	    said(refused[_i].words), "%s: not said: %s", refused[_i].name, refused[_i].words);
	ck_assert(!status(refused[_i].name, &ms, required));
	ck_assert_int_eq(load("modmain", NULL), 0); /* nothing is in the way */
}
END_TEST

START_TEST(module_start_that_fails_is_undone)
{
	ck_assert_int_eq(load("modmain", PROPS("<key>fail</key><integer>12</integer>")), 12);
	ck_assert_int_eq(load("modmain", PROPS("<key>other</key><true/>")), 0);
	ck_assert_int_eq(unload("modmain"), 0);
}
END_TEST

static const char *const bad_props[] = { "", "fail=12", "<dict><key>fail</key>",
	"<array></array>" };

START_TEST(module_bad_properties)
{
	struct rump_modctl_stat ms;
	char required[64];

	ck_assert_int_eq(load("modmain", bad_props[_i]), EINVAL);
	ck_assert(said("module modmain: its properties are no dictionary"));
	ck_assert(!status("modmain", &ms, required));
}
END_TEST

START_TEST(module_that_refuses_to_stop_stays)
{
	struct rump_modctl_stat ms;
	char required[64];

	ck_assert_int_eq(load("modstuck", NULL), 0);
	ck_assert_int_eq(unload("modstuck"), EBUSY);
	ck_assert(status("modstuck", &ms, required));
	/* And goes with the kernel: the fixture halts. */
}
END_TEST

START_TEST(module_bad_arguments)
{
	struct rump_modctl_load ml = { .ml_filename = "modmain", .ml_flags = 0x100 };
	struct iovec iov = { NULL, 0 };

	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_LOAD, &ml), -1);
	ck_assert_int_eq(errno, EINVAL);
	ml.ml_flags = 0;
	ml.ml_propslen = 5;
	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_LOAD, &ml), -1);
	ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_LOAD, NULL), -1);
	ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(rump_sys_modctl(99, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_EXISTS, NULL), 0);
	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_EXISTS, (void *)1), 0);
	ck_assert_int_eq(rump_sys_modctl(RUMP_MODCTL_STAT, &iov), 0);
	ck_assert_uint_ge(iov.iov_len, 2 * sizeof(int));
}
END_TEST

/* ---- Files that are cut and changed ---- */

static unsigned char *image;
static size_t image_size;

static void
store(const unsigned char *bytes, size_t size)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "%s/modmain.kmod", base);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void
hostile_setup(void)
{
	struct stat st;
	const int fd = open(MODULES "/modmain.kmod", O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	image_size = (size_t)st.st_size;
	image = malloc(image_size);
	ck_assert_int_eq(read(fd, image, image_size), (ssize_t)image_size);
	close(fd);
	ck_assert_ptr_nonnull(mkdtemp(base));
	boot_at(base);
}

static void
hostile_teardown(void)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/modmain.kmod", base);
	(void)unlink(path);
	(void)rmdir(base);
	free(image);
	halt();
}

START_TEST(module_file_cut_anywhere)
{
	for (size_t size = 0; size < image_size; size += 1 + size / 37) {
		store(image, size);
		ck_assert_msg(load("modmain", NULL) == ENOEXEC, "cut at %zu", size);
	}
	ck_assert(said("the end of the file"));
	store(image, image_size);
	ck_assert_int_eq(load("modmain", NULL), 0);
}
END_TEST

START_TEST(module_symbol_that_nobody_has)
{
	unsigned char *const at = memmem(image, image_size, "rumpns_kmem_free", 17);

	ck_assert_ptr_nonnull(at);
	memcpy(at, "rumpns_kmem_frex", 16);
	store(image, image_size);
	ck_assert_int_eq(load("modmain", NULL), ENOEXEC);
	ck_assert(said("needs rumpns_kmem_frex, which no component has"));
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("module");
	TCase *tc = tcase_create("load");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_test(tc, module_comes_and_goes);
	tcase_add_test(tc, module_code_is_not_writable);
	tcase_add_test(tc, module_loads_leave_nothing);
	tcase_add_test(tc, module_brings_what_it_requires);
	tcase_add_loop_test(tc, module_refused, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tc, module_start_that_fails_is_undone);
	tcase_add_loop_test(tc, module_bad_properties, 0, sizeof(bad_props) / sizeof(bad_props[0]));
	tcase_add_test(tc, module_that_refuses_to_stop_stays);
	tcase_add_test(tc, module_bad_arguments);
	suite_add_tcase(s, tc);
	tc = tcase_create("hostile");
	tcase_add_checked_fixture(tc, hostile_setup, hostile_teardown);
	tcase_add_test(tc, module_file_cut_anywhere);
	tcase_add_test(tc, module_symbol_that_nobody_has);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
