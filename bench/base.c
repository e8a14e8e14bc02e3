/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The base kernel: calls that do next to nothing, and the boot.
 *
 * The boot is timed in processes of their own (boot.c), by stamps that they write to a pipe.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "bench.h"
#include "boot.h"

extern char **environ;

static void
rump_getpid_n(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0)
		(void)rump_sys_getpid();
}

static void
host_getpid_n(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0)
		(void)syscall(SYS_getpid);
}

static double
rump_getpid(void *arg)
{
	return bench_ns(rump_getpid_n, arg);
}

static double
host_getpid(void *arg)
{
	return bench_ns(host_getpid_n, arg);
}

/* The price of company: time with two threads over time with one. */
static double
rump_getpid2(void *arg)
{
	void *const args[2] = { arg, arg };
	const double one = bench_ns(rump_getpid_n, arg);

	return bench_threads_ns(2, rump_getpid_n, args) / one;
}

static double
host_getpid2(void *arg)
{
	void *const args[2] = { arg, arg };
	const double one = bench_ns(host_getpid_n, arg);

	return bench_threads_ns(2, host_getpid_n, args) / one;
}

struct files {
	int rump;
	int host;
};

#define FILE_OP(name, call)                                     \
	static void rump_##name##_n(void *arg, unsigned long n) \
	{                                                       \
		const int fd = ((struct files *)arg)->rump;     \
		struct stat st;                                 \
		char c;                                         \
                                                                \
		(void)st, (void)c;                              \
		while (n-- > 0)                                 \
			(void)!rump_sys_##call;                 \
	}                                                       \
	static void host_##name##_n(void *arg, unsigned long n) \
	{                                                       \
		const int fd = ((struct files *)arg)->host;     \
		struct stat st;                                 \
		char c;                                         \
                                                                \
		(void)st, (void)c;                              \
		while (n-- > 0)                                 \
			(void)!call;                            \
	}                                                       \
	static double rump_##name(void *arg)                    \
	{                                                       \
		return bench_ns(rump_##name##_n, arg);          \
	}                                                       \
	static double host_##name(void *arg)                    \
	{                                                       \
		return bench_ns(host_##name##_n, arg);          \
	}

FILE_OP(lseek, lseek(fd, 0, SEEK_SET))
FILE_OP(fstat, fstat(fd, &st))
FILE_OP(pread1, pread(fd, &c, 1, 0))

static void
calls(void *arg)
{
	(void)arg;
	bench_want(rump_init() == 0, "rump_init");
	bench_pin();
	bench_run(&(struct bench_row){ .name = "base_getpid_implicit",
	    .unit = "ns",
	    .rump = rump_getpid,
	    .host = host_getpid,
	    .budget = 8,
	    .host_then = 126 });
	bench_want(rump_pub_lwproc_rfork(RUMP_RFCFDG) == 0, "rfork");
	bench_run(&(struct bench_row){ .name = "base_getpid_bound",
	    .unit = "ns",
	    .rump = rump_getpid,
	    .host = host_getpid,
	    .budget = 8,
	    .host_then = 126 });
	rump_pub_lwproc_releaselwp();
	bench_unpin();
	bench_run(&(struct bench_row){ .name = "base_getpid_2threads",
	    .unit = "x",
	    .rump = rump_getpid2,
	    .host = host_getpid2,
	    .budget = 1.1,
	    .host_then = 1 });
}

static void
file_calls(void *arg)
{
	struct files f;
	char path[] = "/tmp/bench_base.XXXXXX";

	(void)arg;
	bench_want(rump_init() == 0, "rump_init");
	bench_pin();
	f.host = mkstemp(path);
	bench_want(f.host != -1 && write(f.host, "x", 1) == 1, path);
	(void)unlink(path);
	f.rump = rump_sys_open("/bench_file", O_RDWR | O_CREAT, 0644);
	bench_want(f.rump != -1 && rump_sys_write(f.rump, "x", 1) == 1, "a file in rumpfs");
	bench_run(&(struct bench_row){ .name = "base_lseek",
	    .unit = "ns",
	    .rump = rump_lseek,
	    .host = host_lseek,
	    .arg = &f,
	    .budget = 20,
	    .host_then = 148 });
	bench_run(&(struct bench_row){ .name = "base_fstat",
	    .unit = "ns",
	    .rump = rump_fstat,
	    .host = host_fstat,
	    .arg = &f,
	    .budget = 40,
	    .host_then = 305 });
	bench_run(&(struct bench_row){ .name = "base_pread1",
	    .unit = "ns",
	    .rump = rump_pread1,
	    .host = host_pread1,
	    .arg = &f,
	    .budget = 30,
	    .host_then = 330 });
	(void)close(f.host);
}

/* The directory of this program: the boot programs lie beside it. */
static char bindir[4096];

static struct boot_stamps
boot_once(const char *program)
{
	char path[4200];
	char *const argv[] = { path, NULL };
	struct boot_stamps stamps;
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int p[2];

	(void)snprintf(path, sizeof(path), "%s/%s", bindir, program);
	bench_want(pipe2(p, O_CLOEXEC) == 0, "pipe");
	(void)posix_spawn_file_actions_init(&fa);
	(void)posix_spawn_file_actions_adddup2(&fa, p[1], BOOT_FD);
	const int64_t start = bench_now();
	bench_want(posix_spawn(&pid, path, &fa, NULL, argv, environ) == 0, path);
	bench_want(
	    read(p[0], &stamps, sizeof(stamps)) == (ssize_t)sizeof(stamps), "stamps of a boot");
	(void)waitpid(pid, NULL, 0);
	(void)close(p[0]);
	(void)close(p[1]);
	(void)posix_spawn_file_actions_destroy(&fa);
	stamps.b_exec = start;
	return stamps;
}

#define BOOTS 15

/* One boot program gives several rows. */
static void
boot_rows(const char *program, const struct bench_row *total, const struct bench_row *init,
    const struct bench_row *rss)
{
	double exec_ms[BOOTS], init_ms[BOOTS], rss_mib[BOOTS];
	double host_ms[BOOTS], host_mib[BOOTS];

	if (!bench_wanted(total->name) && !bench_wanted(init->name) && !bench_wanted(rss->name))
		return;
	for (int i = 0; i < BOOTS; i++) {
		const struct boot_stamps b = boot_once(program), e = boot_once("bench_empty");

		exec_ms[i] = (double)(b.b_after - b.b_exec) / 1e6;
		init_ms[i] = (double)(b.b_after - b.b_before) / 1e6;
		rss_mib[i] = (double)b.b_rss / (1024 * 1024);
		host_ms[i] = (double)(e.b_after - e.b_exec) / 1e6;
		host_mib[i] = (double)e.b_rss / (1024 * 1024);
	}
	if (bench_wanted(total->name))
		bench_report(total, exec_ms, host_ms, BOOTS);
	if (bench_wanted(init->name))
		bench_report(init, init_ms, NULL, BOOTS);
	if (bench_wanted(rss->name))
		bench_report(rss, rss_mib, host_mib, BOOTS);
}

static void
boots(void)
{
	boot_rows("bench_boot_static",
	    &(struct bench_row){
		.name = "base_exec_static", .unit = "ms", .budget = 1.0, .host_then = 0.5 },
	    &(struct bench_row){ .name = "base_init_static", .unit = "ms", .budget = 0.3 },
	    &(struct bench_row){ .name = "base_rss_static", .unit = "MiB" });
	boot_rows("bench_boot",
	    &(struct bench_row){
		.name = "base_exec_shared", .unit = "ms", .budget = 1.5, .host_then = 0.5 },
	    &(struct bench_row){ .name = "base_init_shared", .unit = "ms", .budget = 0.3 },
	    &(struct bench_row){ .name = "base_rss_shared", .unit = "MiB" });
	boot_rows("bench_boot_vfs", &(struct bench_row){ .name = "base_exec_ext2fs", .unit = "ms" },
	    &(struct bench_row){ .name = "base_init_ext2fs", .unit = "ms", .budget = 0.6 },
	    &(struct bench_row){ .name = "base_rss_ext2fs", .unit = "MiB", .budget = 4 });
}

/* Times that the process's other threads have been on a CPU, and how many there are. */
static long
other_threads(long *switches)
{
	DIR *const d = opendir("/proc/self/task");
	struct dirent *de;
	long n = 0;

	*switches = 0;
	while (d != NULL && (de = readdir(d)) != NULL) {
		char path[64], line[128];
		FILE *f;

		if (de->d_name[0] == '.' || atoi(de->d_name) == getpid())
			continue;
		n++;
		(void)snprintf(path, sizeof(path), "/proc/self/task/%.20s/status", de->d_name);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		while (fgets(line, sizeof(line), f) != NULL)
			if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
				*switches += atol(line + 24);
		(void)fclose(f);
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static long idle_threads;

static double
idle_wakeups(void *arg)
{
	const struct timespec second = { .tv_sec = 1 };
	long before, after;

	(void)arg;
	idle_threads = other_threads(&before);
	(void)nanosleep(&second, NULL);
	(void)other_threads(&after);
	return (double)(after - before);
}

static double
idle_thread_count(void *arg)
{
	(void)arg;
	return (double)idle_threads;
}

static void
idle(void *arg)
{
	(void)arg;
	if (!bench_wanted("base_idle"))
		return;
	bench_want(rump_init() == 0, "rump_init");
	(void)idle_wakeups(NULL); /* what boot set going has come to rest */
	(void)idle_wakeups(NULL);
	bench_run(&(struct bench_row){ .name = "base_idle_wakeups",
	    .unit = "1 s",
	    .rump = idle_wakeups,
	    .budget = 0.5,
	    .rounds = 3 });
	bench_run(&(struct bench_row){ .name = "base_idle_threads",
	    .unit = "threads",
	    .rump = idle_thread_count,
	    .budget = 2,
	    .rounds = 1 });
}

int
main(int argc, char **argv)
{
	const ssize_t n = readlink("/proc/self/exe", bindir, sizeof(bindir) - 1);
	char *slash;

	bench_want(n > 0, "/proc/self/exe");
	if ((slash = strrchr(bindir, '/')) != NULL)
		*slash = '\0';
	bench_init(argc, argv);
	bench_child(calls, NULL);
	bench_child(file_calls, NULL);
	boots();
	bench_child(idle, NULL);
	return 0;
}
