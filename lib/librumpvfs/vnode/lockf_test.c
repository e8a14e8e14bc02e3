/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Advisory locks, with the host's as the oracle: what processes A to D do is done twice, by processes
 * of the host and by processes of the rump kernel (a thread each), and every answer must be the same.
 *
 * A script is a row of words: who, what, and for ranges whence, start and length:
 *
 *	Aws0,10		A locks ten bytes for writing (r: reading; u: unlocks), without waiting
 *	BWs0,10		B does and has to wait: the script goes on when it sleeps (R: reading)
 *	B?		B's answer comes
 *	Cgs0,0		C asks what is in the way of a write lock (h: of a read lock)
 *	Ax As An	flock(): exclusive, shared, unlock; X and S have to wait
 *	Ao Ac Ae	open the file once more and close that; close the file; exit
 *
 * "=EAGAIN" at a word's end: it fails so.  The whence is s, c (all offsets are 10) or e (the size is 40).
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../private/testlib.h"

#define NPROCS	 4
#define FILESIZE 40
#define OFFSET	 10
#define PATIENCE 2000000 /* looks at whether a request sleeps */

enum { HOST, RUMP, NSIDES };
static const char *const side_names[] = { "host", "rump" };
unsigned rump_lf_nwaiters(void);

struct order {
	char what; /* a letter of the script's; 'l': fcntl(), 'f': flock() */
	int cmd;
	struct flock fl;
};
struct answer {
	int ret, err;
	struct flock fl;
};

static struct worker {
	int w_socket; /* orders go in, answers come out */
	pid_t w_pid;
	pthread_t w_thread;
	bool w_gone;
} workers[NSIDES][NPROCS];
static char hostpath[] = "/tmp/lockf-XXXXXX";

/* ---- The processes ---- */

static int
open_file(int side)
{
	int fd;

	if (side == HOST) {
		fd = open(hostpath, O_RDWR);
		(void)lseek(fd, OFFSET, SEEK_SET);
	} else {
		fd = rump_sys_open("/f", O_RDWR);
		(void)rump_sys_lseek(fd, OFFSET, SEEK_SET);
	}
	return fd;
}

static int
carry_out(int side, int fd, struct order *o)
{
	const bool host = side == HOST;
	int other;

	switch (o->what) {
	case 'l':
		return host ? fcntl(fd, o->cmd, &o->fl) : rump_sys_fcntl(fd, o->cmd, &o->fl);
	case 'f':
		return host ? flock(fd, o->cmd) : rump_sys_flock(fd, o->cmd);
	case 'o':
		other = open_file(side);
		return host ? close(other) : rump_sys_close(other);
	default:
		return host ? close(fd) : rump_sys_close(fd);
	}
}

/* Do as told until told to exit. */
static void
work(int side, int socket)
{
	const int fd = open_file(side);
	struct answer a;
	struct order o;

	while (read(socket, &o, sizeof(o)) == (ssize_t)sizeof(o) && o.what != 'e') {
		errno = 0;
		a.ret = carry_out(side, fd, &o);
		a.err = errno;
		a.fl = o.fl;
		if (write(socket, &a, sizeof(a)) != (ssize_t)sizeof(a))
			break;
	}
}

static void *
rump_process(void *arg)
{
	const int socket = (int)(intptr_t)arg;
	struct answer a = { .ret = 0 };

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	a.fl.l_pid = rump_sys_getpid();
	ck_assert_int_eq(write(socket, &a, sizeof(a)), sizeof(a));
	work(RUMP, socket);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

static struct answer
answer_of(int side, int who)
{
	struct answer a;

	ck_assert_int_eq(recv(workers[side][who].w_socket, &a, sizeof(a), MSG_WAITALL), sizeof(a));
	return a;
}

static void
start(int side, int who)
{
	struct worker *const w = &workers[side][who];
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	w->w_socket = pair[0];
	w->w_gone = false;
	if (side == RUMP) {
		ck_assert_int_eq(
		    pthread_create(&w->w_thread, NULL, rump_process, (void *)(intptr_t)pair[1]), 0);
		w->w_pid = answer_of(RUMP, who).fl.l_pid;
		return;
	}
	w->w_pid = fork();
	ck_assert_int_ge(w->w_pid, 0);
	if (w->w_pid == 0) {
		for (int i = 0; i <= who; i++)
			close(workers[HOST][i].w_socket); /* its end is the parent's end */
		work(HOST, pair[1]);
		_exit(0);
	}
	close(pair[1]);
}

static void
stop(int side, int who)
{
	struct worker *const w = &workers[side][who];
	const struct order o = { .what = 'e' };

	if (w->w_gone)
		return;
	w->w_gone = true;
	ck_assert_int_eq(write(w->w_socket, &o, sizeof(o)), sizeof(o));
	if (side == RUMP)
		ck_assert_int_eq(pthread_join(w->w_thread, NULL), 0);
	else
		ck_assert_int_eq(waitpid(w->w_pid, NULL, 0), w->w_pid);
	close(w->w_socket);
}

/* The host's processes first: they shall know nothing of a kernel. */
static void
lock_setup(void)
{
	int fd;

	strcpy(strrchr(hostpath, '-'), "-XXXXXX");
	fd = mkstemp(hostpath);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, FILESIZE), 0);
	close(fd);
	for (int i = 0; i < NPROCS; i++)
		start(HOST, i);
	setup();
	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	ck_gives(rump_sys_ftruncate(fd, FILESIZE), 0);
	ck_gives(rump_sys_close(fd), 0);
	for (int i = 0; i < NPROCS; i++)
		start(RUMP, i);
}

static void
lock_teardown(void)
{
	for (int side = 0; side < NSIDES; side++)
		for (int i = 0; i < NPROCS; i++)
			stop(side, i);
	teardown();
	unlink(hostpath);
}

/* ---- Orders and answers ---- */

static void
order(int side, int who, const struct order *o)
{
	ck_assert_int_eq(write(workers[side][who].w_socket, o, sizeof(*o)), sizeof(*o));
}

/* How many requests sleep.  The host says so in a line with "->" and the process. */
static int
waiting(int side)
{
	char line[200], *p;
	int n = 0, pid;
	FILE *f;

	if (side == RUMP) {
		rump_schedule();
		n = (int)rump_lf_nwaiters();
		rump_unschedule();
		return n;
	}
	f = fopen("/proc/locks", "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if ((p = strstr(line, "-> ")) == NULL || sscanf(p, "-> %*s %*s %*s %d", &pid) != 1)
			continue;
		for (int i = 0; i < NPROCS; i++)
			n += workers[HOST][i].w_pid == pid;
	}
	fclose(f);
	return n;
}

static void
await_waiting(int side, int n, const char *word)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (waiting(side) >= n)
			return;
		sched_yield();
	}
	ck_abort_msg("%s: %s: does not wait", side_names[side], word);
}

static int
owner_of(int side, pid_t pid)
{
	for (int i = 0; i < NPROCS; i++)
		if (workers[side][i].w_pid == pid)
			return i;
	return -1;
}

/* The answers to a word are the same, and as expected. */
static void
compare(const char *word, const struct answer *a, int err, bool getlk)
{
	for (int side = 0; side < NSIDES; side++)
		ck_assert_msg(a[side].ret == (err != 0 ? -1 : 0) && a[side].err == err,
		    "%s: %s: returned %d, errno %d, not %d", side_names[side], word, a[side].ret,
		    a[side].err, err);
	if (!getlk || err != 0)
		return;
	ck_assert_msg(a[HOST].fl.l_type == a[RUMP].fl.l_type, "%s: type %d, host's %d", word,
	    a[RUMP].fl.l_type, a[HOST].fl.l_type);
	if (a[HOST].fl.l_type == F_UNLCK)
		return;
	ck_assert_msg(a[HOST].fl.l_start == a[RUMP].fl.l_start &&
		a[HOST].fl.l_len == a[RUMP].fl.l_len &&
		a[HOST].fl.l_whence == a[RUMP].fl.l_whence &&
		owner_of(HOST, a[HOST].fl.l_pid) == owner_of(RUMP, a[RUMP].fl.l_pid),
	    "%s: %lld,%lld of %d, host's %lld,%lld of %d", word, (long long)a[RUMP].fl.l_start,
	    (long long)a[RUMP].fl.l_len, owner_of(RUMP, a[RUMP].fl.l_pid),
	    (long long)a[HOST].fl.l_start, (long long)a[HOST].fl.l_len,
	    owner_of(HOST, a[HOST].fl.l_pid));
}

static void
lock_both(int who, int cmd, const struct flock *fl, struct answer *a)
{
	const struct order o = { .what = 'l', .cmd = cmd, .fl = *fl };

	for (int side = 0; side < NSIDES; side++)
		order(side, who, &o);
	for (int side = 0; side < NSIDES; side++)
		a[side] = answer_of(side, who);
}

/* ---- Scripts ---- */

static int
error_named(const char *name)
{
	static const struct {
		const char *name;
		int err;
	} errors[] = { { "", 0 }, { "EAGAIN", EAGAIN }, { "EDEADLK", EDEADLK },
		{ "EINVAL", EINVAL }, { "EOVERFLOW", EOVERFLOW }, { "EBADF", EBADF } };

	for (int i = 0; i < COUNT(errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].err;
	ck_abort_msg("no error %s", name);
}

/* The order that a word means. */
static struct order
order_of(const char *word)
{
	static const char flocks[] = "xXsSn";
	static const int hows[] = { LOCK_EX | LOCK_NB, LOCK_EX, LOCK_SH | LOCK_NB, LOCK_SH,
		LOCK_UN };
	const char what = word[1], *const flk = strchr(flocks, what);
	struct order o = { .what = what };
	long long start, len;

	if (flk != NULL) {
		o.what = 'f';
		o.cmd = hows[flk - flocks];
	} else if (strchr("rwuRWgh", what) != NULL) {
		ck_assert_msg(sscanf(word + 3, "%lld,%lld", &start, &len) == 2, "%s?", word);
		o.what = 'l';
		o.cmd = strchr("gh", what) != NULL ? F_GETLK
		    : strchr("RW", what) != NULL   ? F_SETLKW
						   : F_SETLK;
		o.fl.l_type = what == 'u'	  ? F_UNLCK
		    : strchr("rRh", what) != NULL ? F_RDLCK
						  : F_WRLCK;
		o.fl.l_whence = word[2] == 's' ? SEEK_SET : word[2] == 'c' ? SEEK_CUR : SEEK_END;
		o.fl.l_start = start;
		o.fl.l_len = len;
	} else {
		ck_assert_msg(strchr("oc?e", what) != NULL, "%s?", word);
	}
	return o;
}

/* nwait: how many wait; words that have to wait count up when they do. */
static void
play_word(const char *word, int *nwait)
{
	const int who = word[0] - 'A';
	const char *const eq = strchr(word, '=');
	const int err = error_named(eq != NULL ? eq + 1 : "");
	const struct order o = order_of(word);
	const bool waits = strchr("RWXS", word[1]) != NULL && eq == NULL;
	struct answer a[NSIDES];

	ck_assert_msg(who >= 0 && who < NPROCS, "%s?", word);
	for (int side = 0; side < NSIDES; side++) {
		if (o.what == 'e')
			stop(side, who);
		else if (o.what != '?')
			order(side, who, &o);
		if (waits)
			await_waiting(side, *nwait + 1, word);
	}
	*nwait += waits ? 1 : o.what == '?' ? -1 : 0;
	if (waits || o.what == 'e')
		return;
	for (int side = 0; side < NSIDES; side++)
		a[side] = answer_of(side, who);
	compare(word, a, err, o.what == 'l' && o.cmd == F_GETLK);
}

/* From everybody's point of view each byte is locked in the same way. */
static void
compare_bytes(const char *what)
{
	struct answer a[NSIDES];

	for (int who = 0; who < NPROCS; who++) {
		if (workers[HOST][who].w_gone)
			continue;
		for (int i = 0; i < FILESIZE + 10; i++) {
			for (int write = 0; write < 2; write++) {
				const struct flock fl = { .l_type = write ? F_WRLCK : F_RDLCK,
					.l_whence = SEEK_SET,
					.l_start = i,
					.l_len = 1 };

				lock_both(who, F_GETLK, &fl, a);
				ck_assert_msg(a[HOST].fl.l_type == a[RUMP].fl.l_type,
				    "%s: %c sees byte %d locked as %d, the host as %d", what,
				    'A' + who, i, a[RUMP].fl.l_type, a[HOST].fl.l_type);
			}
		}
	}
}

#define MAX "9223372036854775807"
static const char *const scripts[] = {
	/* Splitting and cutting. */
	"Aws0,30 Aus10,10 Bgs0,0 Bgs10,0 Bgs12,5 Bws10,10 Cws9,1=EAGAIN Cws20,1=EAGAIN",
	"Aws0,30 Aus0,5 Aus25,5 Bgs0,0 Bws0,5 Bws25,5 Bws24,1=EAGAIN",
	"Aws0,30 Ars10,10 Brs10,10 Brs9,1=EAGAIN Brs20,1=EAGAIN Bws10,1=EAGAIN",
	"Ars0,10 Aws5,20 Bgs0,1 Bgs5,1 Brs0,5 Brs4,2=EAGAIN",
	"Aws0,0 Aus100,1 Bgs0,0 Bgs100,0 Bws100,1 Bws101,1=EAGAIN Aus0,0 Bws0,100",
	/* Merging: neighbours of one type are one range, of two types two. */
	"Aws0,10 Aws10,10 Bgs0,0 Bgs5,1",
	"Aws10,10 Aws0,10 Bgs0,0",
	"Aws0,10 Aws20,10 Aws10,10 Bgs0,0 Aus0,0 Bws0,0",
	"Aws0,10 Ars10,10 Bgs0,0 Bgs10,0",
	"Ars0,10 Aws0,10 Brs5,1=EAGAIN Bgs0,0",
	"Aws0,10 Aws5,20 Bgs0,0 Bgs20,0",
	"Aws5,5 Aws0,0 Bgs0,0 Aus0,5 Bgs0,0",
	/* A merged range is found where it begins, whoever else is in between. */
	"Ars0,10 Brs5,2 Ars10,10 Cws0,2=EAGAIN Cws3,1=EAGAIN Cws12,1=EAGAIN Cws20,1",
	"Ars0,10 Brs5,2 Ars10,10 Aus0,5 Cws0,5 Cws5,1=EAGAIN",
	/* Whence and lengths. */
	"Awc0,5 Bgs0,0 Awc-10,5 Bgs0,0 Awc-11,5=EINVAL",
	"Awe0,5 Bgs0,0 Awe-40,1 Bgs0,0 Awe-41,1=EINVAL Awe-1,2 Bgs39,0",
	"Aws20,-5 Bgs0,0 Aws5,-5 Bgs0,0 Aws4,-5=EINVAL Aws0,-1=EINVAL Awe0,-40 Bgs0,0",
	"Awc0,-10 Bgs0,0 Awc0,-11=EINVAL",
	"Aws-1,1=EINVAL Ars" MAX ",0 Bgs0,0 Ars" MAX ",1 Bgs0,0 Ars" MAX ",2=EOVERFLOW",
	"Aws1," MAX " Bgs0,0 Aws2," MAX "=EOVERFLOW Aws1,-" MAX "=EINVAL",
	"Awe" MAX ",1=EOVERFLOW Awc" MAX ",1=EOVERFLOW Ags0,-1=EINVAL Agc-11,1=EINVAL",
	/* Asking: of what is in the way, not of one's own, nor of a read lock for a read lock. */
	"Aws5,5 Ags0,0 Bgs0,0 Bgs0,5 Bgs10,0 Bhs0,0 Aus0,0 Bgs0,0",
	"Ars5,5 Bhs0,0 Bgs0,0 Brs7,5 Cgs11,1 Chs0,0",
	/* Waiting and waking. */
	"Aws0,10 BWs5,10 Aus5,4 Cgs0,9 Aus9,1 B? Cgs5,0",
	"Aws0,10 BWs5,10 Cws20,5 Aus0,0 B? Ags0,20 Ags15,0",
	"Aws0,10 BRs0,5 CRs5,5 Aus0,0 B? C? Agc0,0 Bus0,0 Cus0,0",
	"Aws0,10 BRs0,5 CRs5,5 Ars0,10 B? C?",
	"Ars0,10 Brs0,10 CWs0,5 Aus0,10 Bus0,10 C? Ahs0,0",
	"Aws0,10 Bws20,10 CWs0,30 Aus0,0 Bus0,0 C? Ags0,0",
	"Aws0,10 BWs0,5 CWs5,5 Aus5,5 C? Aus0,5 B? Dgs0,5 Dgs5,0",
	/* Deadlock: of two, of three; not when the circle is open; not over what has been let go. */
	"Aws0,1 Bws1,1 AWs1,1 BWs0,1=EDEADLK Bus1,1 A? Cgs0,0",
	"Aws0,1 Bws1,1 Cws2,1 AWs1,1 BWs2,1 CWs0,1=EDEADLK Cus2,1 B? Bus1,2 A?",
	"Aws0,1 Bws1,1 Cws2,1 AWs1,1 BWs2,1 Cus2,1 B? Bus1,2 A?",
	"Aws0,1 Bws1,1 Cws2,1 Dws3,1 AWs1,1 BWs2,1 CWs3,1 DWs0,1=EDEADLK Dus3,1 C? Cus2,2 B? Bus0,9 A?",
	"Ars0,1 Brs0,1 AWs0,1 BWs0,1=EDEADLK Bus0,1 A? Bgs0,0",
	/* Locks end with any descriptor of the file, and with the process. */
	"Aws0,10 Bws20,5 Ao Cws0,10 Cws20,5=EAGAIN",
	"Aws0,10 Ac Bws0,10 Aws20,5=EBADF",
	"Aws0,10 Ae Bws0,10",
	"Aws0,10 BWs0,5 CWs5,10 Ae B? C?",
	"Aws0,10 BWs0,10 Ac B?",
	/* flock: whole files, of open files; not seen by fcntl(), nor by closing another descriptor. */
	"Ax Bx=EAGAIN Bs=EAGAIN An Bs Cs Dx=EAGAIN Bn Cn Dx",
	"Ax Bws0,0 Bus0,0 Bgs0,0 Aws0,10 Ao Bx=EAGAIN Ac Bx",
	"As Bs Ax=EAGAIN Cx=EAGAIN Bn Cx",
	"Ax As Bs Bn Ax Bs=EAGAIN Ae Bs",
	"Ax BX An B? CS Bn C?",
	"Ax BS CS An B? C? Dx=EAGAIN",
	"Ax BX Ae B? Cs=EAGAIN",
};

START_TEST(lockf_script)
{
	char *const copy = strdup(scripts[_i]), *save = NULL;
	int nwait = 0;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		play_word(word, &nwait);
	compare_bytes(scripts[_i]);
	free(copy);
}
END_TEST

/* Many ranges of few bytes: what is held is the host's after every change. */
START_TEST(lockf_random)
{
	static const short types[] = { F_RDLCK, F_WRLCK, F_UNLCK };
	unsigned seed = (unsigned)_i + 1;
	struct answer a[NSIDES];
	char what[80];

	for (int n = 0; n < 200; n++) {
		const int who = rand_r(&seed) % (NPROCS - 1);
		const struct flock fl = { .l_type = types[rand_r(&seed) % 3],
			.l_whence = SEEK_SET,
			.l_start = rand_r(&seed) % FILESIZE,
			.l_len = rand_r(&seed) % 12 };

		lock_both(who, F_SETLK, &fl, a);
		snprintf(what, sizeof(what), "step %d, %c %d of %d,%d", n, 'A' + who, fl.l_type,
		    (int)fl.l_start, (int)fl.l_len);
		compare(what, a, a[HOST].err, false);
		if (n % 10 == 0)
			compare_bytes(what);
	}
}
END_TEST

/* ---- What the host's processes cannot show ---- */

static struct flock
range(short type, off_t start, off_t len)
{
	return (
	    struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
}

/* A process without descriptors of its own has locks of its own, and they end with it. */
START_TEST(lockf_shared_descriptors)
{
	const int fd = rump_sys_open("/f", O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 10);
	struct lwp *child;
	pid_t pid;

	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_pub_lwproc_rfork(RUMP_RFFD_SHARE), 0);
	child = rump_pub_lwproc_curlwp();
	pid = rump_sys_getpid();
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EAGAIN);
	fl = range(F_WRLCK, 20, 10);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	rump_pub_lwproc_switch(NULL);
	ck_gives(rump_sys_fcntl(fd, F_GETLK, &fl), 0);
	ck_assert_int_eq(fl.l_type, F_WRLCK);
	ck_assert_int_eq(fl.l_pid, pid);
	rump_pub_lwproc_switch(child);
	rump_pub_lwproc_releaselwp();
	fl = range(F_WRLCK, 20, 10);
	ck_gives(rump_sys_fcntl(fd, F_GETLK, &fl), 0);
	ck_assert_int_eq(fl.l_type, F_UNLCK);
}
END_TEST

/* Forking copies descriptors but no fcntl() locks; an flock() lock is the open file's, for both. */
START_TEST(lockf_fork)
{
	const int fd = rump_sys_open("/f", O_RDWR), fd2 = rump_sys_open("/f", O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 10);

	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_EX), 0);
	ck_gives(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EAGAIN);
	ck_gives(rump_sys_flock(fd, LOCK_EX | LOCK_NB), 0);
	ck_fails(rump_sys_flock(fd2, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	/* The child's close ends no lock of the parent's. */
	ck_gives(rump_sys_close(fd), 0);
	ck_fails(rump_sys_fcntl(fd2, F_SETLK, &fl), EAGAIN);
	ck_fails(rump_sys_flock(fd2, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	rump_pub_lwproc_releaselwp();
	/* The last descriptor of the open file does. */
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_flock(fd2, LOCK_EX | LOCK_NB), 0);
}
END_TEST

/* Locks of open files by fcntl() are not offered, and say so. */
START_TEST(lockf_ofd_is_refused)
{
	static const int cmds[] = { F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW };
	const int fd = rump_sys_open("/f", O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 10);

	ck_fails(rump_sys_fcntl(fd, cmds[_i], &fl), EINVAL);
}
END_TEST

START_TEST(lockf_needs_the_files_mode)
{
	struct flock fl = range(F_WRLCK, 0, 10);
	int fd = rump_sys_open("/f", O_RDONLY);

	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EBADF);
	ck_fails(rump_sys_fcntl(fd, F_SETLKW, &fl), EBADF);
	ck_gives(rump_sys_fcntl(fd, F_GETLK, &fl), 0);
	fl = range(F_RDLCK, 0, 10);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	fd = rump_sys_open("/f", O_WRONLY);
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EBADF);
	fl.l_type = F_UNLCK;
	ck_fails(rump_sys_fcntl(fd, F_GETLK, &fl), EINVAL);
	fl.l_type = 7;
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EINVAL);
	fl = range(F_RDLCK, 0, 1);
	fl.l_whence = 9;
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EINVAL);
	ck_fails(rump_sys_fcntl(fd, F_SETLK, NULL), EFAULT);
	ck_fails(rump_sys_fcntl(99, F_SETLKW, &fl), EBADF);
}
END_TEST

/* A file's ranges are bounded, whether made by locking or by unlocking in the middle. */
START_TEST(lockf_ranges_are_bounded)
{
	const int fd = rump_sys_open("/f", O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 0);
	int n = 0;

	if (_i == 0)
		ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	do {
		fl = range(_i == 0 ? F_UNLCK : F_WRLCK, 2 * n + 1, 1);
	} while (rump_sys_fcntl(fd, F_SETLK, &fl) == 0 && ++n < 100000);
	ck_assert_int_eq(errno, ENOLCK);
	ck_assert_int_lt(n, 10000);
	fl = range(F_UNLCK, 0, 0);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	fl = range(F_WRLCK, 0, 0);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
}
END_TEST

struct waiter {
	int fd, ret, err;
	bool posix;
};

static void *
wait_for_lock(void *arg)
{
	struct waiter *const w = arg;
	struct flock fl = range(F_WRLCK, 0, 10);

	errno = 0;
	w->ret = w->posix ? rump_sys_fcntl(w->fd, F_SETLKW, &fl) : rump_sys_flock(w->fd, LOCK_EX);
	w->err = errno;
	return NULL;
}

/*
 * Closing a descriptor with which another thread waits: close does not wait for it.  When the lock
 * comes it is given back, and fcntl() says EBADF.
 */
START_TEST(lockf_close_while_waiting)
{
	struct waiter w = { .fd = rump_sys_open("/f", O_RDWR), .posix = _i == 0 };
	struct flock fl = range(F_WRLCK, 0, 10);
	struct lwp *child;
	pthread_t thread;
	int fd;

	ck_gives(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	child = rump_pub_lwproc_curlwp();
	fd = rump_sys_open("/f", O_RDWR);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_EX), 0);
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_lock, &w), 0);
	await_waiting(RUMP, 1, "thread");
	ck_gives(rump_sys_close(w.fd), 0);
	ck_assert_int_eq(waiting(RUMP), 1);

	rump_pub_lwproc_switch(child);
	fl.l_type = F_UNLCK;
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_UN), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(w.ret, w.posix ? -1 : 0);
	ck_assert_int_eq(w.err, w.posix ? EBADF : 0);
	fl.l_type = F_WRLCK;
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_EX | LOCK_NB), 0);
	rump_pub_lwproc_releaselwp();
}
END_TEST

/* The file's vnode dies while a thread waits for its lock: that fails, and what was locked is free. */
START_TEST(lockf_revoke_while_waiting)
{
	const char *const path = _i / 2 == 0 ? "/dev/null" : "/f";
	struct waiter w = { .fd = rump_sys_open(path, O_RDWR), .posix = _i % 2 == 0 };
	struct flock fl = range(F_WRLCK, 0, 10);
	pthread_t thread;
	int fd;

	ck_gives(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	fd = rump_sys_open(path, O_RDWR);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_EX), 0);
	struct lwp *const child = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_lock, &w), 0);
	await_waiting(RUMP, 1, "thread");
	ck_gives(rump_sys_revoke(path), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(w.ret, -1);
	ck_assert_int_eq(w.err, EBADF);
	ck_gives(rump_sys_close(w.fd), 0);
	/* The same name is a file again; the holder's open file is dead, and holds nothing. */
	w.fd = rump_sys_open(path, O_RDWR);
	ck_assert_int_ge(w.fd, 0);
	fl = range(F_WRLCK, 0, 10);
	ck_gives(rump_sys_fcntl(w.fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(w.fd, LOCK_EX | LOCK_NB), 0);
	ck_gives(rump_sys_close(w.fd), 0);
	rump_pub_lwproc_switch(child);
	ck_fails(rump_sys_fcntl(fd, F_SETLK, &fl), EBADF);
	rump_pub_lwproc_releaselwp();
}
END_TEST

/* The same by a forced unmount. */
START_TEST(lockf_unmount_while_waiting)
{
	struct flock fl = range(F_WRLCK, 0, 10);
	struct waiter w = { .posix = _i == 0 };
	pthread_t thread;
	int fd;

	ck_gives(rump_sys_mkdir("/m", 0755), 0);
	ck_gives(rump_sys_mount("rumpfs", "/m", 0, NULL, 0), 0);
	w.fd = rump_sys_open("/m/f", O_RDWR | O_CREAT, 0644);
	ck_gives(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	fd = rump_sys_open("/m/f", O_RDWR);
	ck_gives(rump_sys_fcntl(fd, F_SETLK, &fl), 0);
	ck_gives(rump_sys_flock(fd, LOCK_EX), 0);
	struct lwp *const child = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_lock, &w), 0);
	await_waiting(RUMP, 1, "thread");
	ck_gives(rump_sys_unmount("/m", 0x00080000), 0); /* RUMP_MNT_FORCE */
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(w.ret, -1);
	ck_assert_int_eq(w.err, EBADF);
	ck_gives(rump_sys_close(w.fd), 0);
	rump_pub_lwproc_switch(child);
	rump_pub_lwproc_releaselwp();
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("lockf");

	tcase_add_checked_fixture(tc, lock_setup, lock_teardown);
	tcase_add_loop_test(tc, lockf_script, 0, COUNT(scripts));
	tcase_add_loop_test(tc, lockf_random, 0, 3);
	tcase_add_test(tc, lockf_shared_descriptors);
	tcase_add_test(tc, lockf_fork);
	tcase_add_loop_test(tc, lockf_ofd_is_refused, 0, 3);
	tcase_add_test(tc, lockf_needs_the_files_mode);
	tcase_add_loop_test(tc, lockf_ranges_are_bounded, 0, 2);
	tcase_add_loop_test(tc, lockf_close_while_waiting, 0, 2);
	tcase_add_loop_test(tc, lockf_revoke_while_waiting, 0, 4);
	tcase_add_loop_test(tc, lockf_unmount_while_waiting, 0, 2);
	return run_suite(tc, "lockf");
}
