/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See demo_tree.h. */
#define _GNU_SOURCE
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo_tree.h"
#include "image.h"

extern char **environ;

static struct tree *reading;
static size_t root_len;
static char image_path[4096];

static int
add_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct tree *const t = reading;

	if (type == FTW_NS || type == FTW_DNR) {
		fprintf(stderr, "demo: %s: cannot be read\n", path);
		return -1;
	}
	if ((t->t_count & (t->t_count - 1)) == 0)
		t->t_entry = realloc(
		    t->t_entry, (t->t_count == 0 ? 1 : t->t_count * 2) * sizeof(*t->t_entry));
	if (t->t_entry == NULL)
		return -1;
	t->t_entry[t->t_count].e_path = strdup(path + root_len);
	if (t->t_entry[t->t_count].e_path == NULL)
		return -1;
	t->t_entry[t->t_count++].e_st = *st;
	if (S_ISREG(st->st_mode))
		t->t_bytes += (uint64_t)st->st_size;
	return 0;
}

void
tree_read(const char *dir, struct tree *t)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		image_die("demo", dir);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		image_die("demo", dir);
	}
	memset(t, 0, sizeof(*t));
	reading = t;
	root_len = strlen(dir);
	if (nftw(dir, add_entry, 64, FTW_PHYS | FTW_MOUNT) != 0) {
		fprintf(stderr, "demo: %s: the tree cannot be read\n", dir);
		exit(1);
	}
}

void
tree_free(struct tree *t)
{
	for (size_t i = 0; i < t->t_count; i++)
		free(t->t_entry[i].e_path);
	free(t->t_entry);
}

static void
remove_image(void)
{
	unlink(image_path);
}

static void
on_signal(int sig)
{
	unlink(image_path);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Room for data and metadata, generously: the file is sparse. */
static uint64_t
image_bytes(const struct tree *t)
{
	return (t->t_bytes + t->t_count * 8192 + (64u << 20)) * 5 / 4;
}

static void
create_image(const struct tree *t)
{
	const char *const tmp = getenv("TMPDIR");
	int fd;

	snprintf(image_path, sizeof(image_path), "%s/rump-demo.XXXXXX",
	    tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	fd = mkstemp(image_path);
	if (fd < 0)
		image_die("demo", image_path);
	atexit(remove_image);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (ftruncate(fd, (off_t)(image_bytes(t) & ~UINT64_C(4095))) != 0)
		image_die("demo", image_path);
	close(fd);
}

const char *
tree_make_image(const char *dir, const struct tree *t)
{
	char inodes[32];
	char *argv[] = { "mkfs.ext4", "-q", "-F", "-N", inodes, "-d", (char *)(uintptr_t)dir,
		image_path, NULL };
	char path[4096];
	posix_spawn_file_actions_t actions;
	int error, status;
	pid_t pid;

	create_image(t);
	snprintf(inodes, sizeof(inodes), "%zu", t->t_count + 64);
	snprintf(path, sizeof(path), "%s:/usr/sbin:/sbin", getenv("PATH") ? getenv("PATH") : "");
	setenv("PATH", path, 1); /* mkfs is not in everybody's path */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0) {
		fprintf(stderr, "demo: mkfs.ext4: %s; it is in the package e2fsprogs\n",
		    strerror(error));
		exit(1);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status != 0) {
		fprintf(stderr, "demo: mkfs.ext4 -d %s fails\n", dir);
		exit(1);
	}
	return image_path;
}
