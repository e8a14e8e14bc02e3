/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the base does with descriptors of files: offsets, vectors, locks, copies, limits. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rump/rump_sysctl.h>

#include "testlib.h"

static int
file(const char *name, const char *text, int flags)
{
	const int fd = rump_sys_open(name, O_RDWR | O_CREAT | flags, 0644);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(rump_sys_write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

START_TEST(file_offset_is_shared_by_duplicates)
{
	const int fd = file("/f", "0123456789", 0), other = rump_sys_dup(fd);
	char c;

	ck_assert_int_eq(rump_sys_read(fd, &c, 1), 1);
	ck_assert_int_eq(rump_sys_read(other, &c, 1), 1);
	ck_assert_int_eq(c, '1');
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_CUR), 2);
	ck_assert_int_eq(rump_sys_pread(fd, &c, 1, 9), 1);
	ck_assert_int_eq(c, '9');
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_CUR), 2);
	ck_assert_int_eq(rump_sys_lseek(fd, -1, SEEK_END), 9);
	ck_assert_int_eq(rump_sys_read(fd, &c, 5), 1);
	ck_assert_int_eq(rump_sys_read(fd, &c, 1), 0);
	ck_fails(rump_sys_lseek(fd, -1, SEEK_SET), EINVAL);
	ck_fails(rump_sys_lseek(fd, 0, 77), EINVAL);
	ck_fails(rump_sys_pread(fd, &c, 1, -1), EINVAL);
	ck_fails(rump_sys_pwrite(fd, &c, 1, -1), EINVAL);
}
END_TEST

START_TEST(file_vectors)
{
	const int fd = file("/f", "", 0);
	char a[4] = "", b[4] = "";
	struct iovec out[2] = { { (char *)"abc", 3 }, { (char *)"defg", 4 } };
	struct iovec in[12] = { { a, 2 }, { NULL, 0 }, { b, 3 } };

	ck_assert_int_eq(rump_sys_writev(fd, out, 2), 7);
	ck_assert_int_eq(rump_sys_preadv(fd, in, 3, 1), 5);
	ck_assert_str_eq(a, "bc");
	ck_assert_str_eq(b, "def");
	ck_assert_int_eq(rump_sys_pwritev(fd, out, 1, 4), 3);
	/* More than fit on the stack. */
	ck_assert_int_eq(rump_sys_preadv(fd, in, 12, 4), 3);
	ck_assert_str_eq(b, "cef");
	ck_assert_int_eq(rump_sys_preadv2(fd, in, 1, 0, 0), 2);
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(rump_sys_preadv2(fd, in, 1, -1, 0), 2);
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_CUR), 2);
	ck_fails(rump_sys_preadv2(fd, in, 1, -1, 0x40000000), EOPNOTSUPP);
	ck_fails(rump_sys_preadv(fd, in, 3, -1), EINVAL);
}
END_TEST

START_TEST(file_access_mode_is_kept)
{
	char c;
	int fd;

	rump_sys_close(file("/f", "x", 0));
	fd = rump_sys_open("/f", O_RDONLY);
	ck_fails(rump_sys_write(fd, "x", 1), EBADF);
	ck_fails(rump_sys_pwrite(fd, "x", 1, 0), EBADF);
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	fd = rump_sys_open("/f", O_WRONLY | O_APPEND);
	ck_fails(rump_sys_read(fd, &c, 1), EBADF);
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
	fd = rump_sys_open("/f", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(file_record_locks_are_the_processes)
{
	const int fd = file("/f", "0123456789", 0);
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3 };
	struct lwp *other;

	ck_succeeds(rump_sys_fcntl(fd, F_SETLK, &fl));
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	other = rump_pub_lwproc_curlwp();
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EAGAIN);
	fl = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET };
	ck_succeeds(rump_sys_fcntl(fd, F_GETLK, &fl));
	ck_assert_int_eq(fl.l_type, F_WRLCK);
	ck_assert_int_eq(fl.l_start, 2);
	ck_assert_int_eq(fl.l_len, 3);
	ck_assert_int_eq(fl.l_pid, 1);
	fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5 };
	ck_succeeds(rump_sys_fcntl(fd, F_SETLK, &fl));

	/* Any close of the file by the owner drops its locks, not the other's. */
	rump_pub_lwproc_switch(NULL);
	ck_succeeds(rump_sys_close(rump_sys_dup(fd)));
	rump_pub_lwproc_switch(other);
	fl = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	ck_succeeds(rump_sys_fcntl(fd, F_SETLK, &fl));
	rump_pub_lwproc_releaselwp();
	/* So does the end of a process. */
	ck_succeeds(rump_sys_fcntl(fd, F_GETLK, &fl));
	ck_assert_int_eq(fl.l_type, F_UNLCK);
}
END_TEST

START_TEST(file_flock_is_the_files)
{
	const int fd = file("/f", "", 0), same = rump_sys_dup(fd);
	const int other = rump_sys_open("/f", O_RDONLY);

	ck_succeeds(rump_sys_flock(fd, LOCK_EX));
	ck_succeeds(rump_sys_flock(same, LOCK_EX | LOCK_NB));
	ck_fails(rump_sys_flock(other, LOCK_SH | LOCK_NB), EAGAIN);
	ck_succeeds(rump_sys_close(fd));
	ck_fails(rump_sys_flock(other, LOCK_SH | LOCK_NB), EAGAIN);
	ck_succeeds(rump_sys_close(same));
	ck_succeeds(rump_sys_flock(other, LOCK_SH | LOCK_NB));
	ck_succeeds(rump_sys_flock(other, LOCK_UN));
}
END_TEST

START_TEST(file_copies_within_the_kernel)
{
	const int in = file("/in", "0123456789", 0), out = file("/out", "", 0);
	const int log = file("/log", "", O_APPEND);
	off_t inoff = 2, outoff = 1;
	char buf[16];

	ck_assert_int_eq(rump_sys_sendfile(out, in, &inoff, 3), 3);
	ck_assert_int_eq(inoff, 5);
	ck_assert_int_eq(rump_sys_lseek(in, 0, SEEK_CUR), 0);
	ck_assert_int_eq(rump_sys_lseek(out, 0, SEEK_CUR), 3);
	ck_assert_int_eq(rump_sys_sendfile(out, in, NULL, 100), 10);
	ck_assert_int_eq(rump_sys_lseek(in, 0, SEEK_CUR), 10);
	ck_assert_int_eq(rump_sys_sendfile(out, in, NULL, 100), 0);
	ck_assert_int_eq(rump_sys_pread(out, buf, sizeof(buf), 0), 13);
	ck_assert_mem_eq(buf, "2340123456789", 13);
	inoff = 8;
	ck_assert_int_eq(rump_sys_copy_file_range(in, &inoff, out, &outoff, 2, 0), 2);
	ck_assert_int_eq(rump_sys_pread(out, buf, 4, 0), 4);
	ck_assert_mem_eq(buf, "2890", 4);
	ck_fails(rump_sys_sendfile(log, in, &inoff, 1), EINVAL);
	ck_fails(rump_sys_sendfile(1, 0, NULL, 1), EINVAL);
	ck_fails(rump_sys_copy_file_range(in, NULL, 1, NULL, 1, 0), EINVAL);
	ck_fails(rump_sys_copy_file_range(in, NULL, out, NULL, 1, 1), EINVAL);
	inoff = 0;
	outoff = 1;
	ck_fails(rump_sys_copy_file_range(in, &inoff, in, &outoff, 2, 0), EINVAL);
	inoff = -1;
	ck_fails(rump_sys_sendfile(out, in, &inoff, 1), EINVAL);
}
END_TEST

START_TEST(file_enfile_at_maxfiles)
{
	const int name[2] = { RUMP_CTL_KERN, RUMP_KERN_MAXFILES };
	const int max = 8;

	rump_sys_close(file("/f", "", 0));
	ck_succeeds(rump_sys___sysctl(name, 2, NULL, NULL, &max, sizeof(max)));
	/* The console is one file; process 1 has the next four. */
	for (int i = 0; i < 4; i++)
		ck_succeeds(rump_sys_open("/f", O_RDONLY));
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	for (int i = 0; i < 3; i++)
		ck_succeeds(rump_sys_open("/f", O_RDONLY));
	ck_fails(rump_sys_open("/f", O_RDONLY), ENFILE);
	ck_succeeds(rump_sys_close(1));
	/* The number of the failed open is free, as is its file. */
	ck_assert_int_eq(rump_sys_open("/f", O_RDONLY), 1);
	ck_succeeds(rump_sys_dup(1)); /* no file of its own */
	rump_pub_lwproc_releaselwp();
	ck_succeeds(rump_sys_open("/f", O_RDONLY));
	/* It bounds the numbers of one process, too. */
	ck_succeeds(rump_sys_dup2(0, 7));
	ck_fails(rump_sys_dup(0), EMFILE);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("file");

	tcase_add_test(tc, file_offset_is_shared_by_duplicates);
	tcase_add_test(tc, file_vectors);
	tcase_add_test(tc, file_access_mode_is_kept);
	tcase_add_test(tc, file_record_locks_are_the_processes);
	tcase_add_test(tc, file_flock_is_the_files);
	tcase_add_test(tc, file_copies_within_the_kernel);
	tcase_add_test(tc, file_enfile_at_maxfiles);
	return run_suite(tc, "file");
}
