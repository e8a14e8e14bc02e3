/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Process groups, sessions and kill(2): POSIX's rules as rows, which the host has to follow as well.
 *
 * Each row has two processes: a session's leader, and its child in the same group.
 */
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <sys/types.h>
#include <sys/wait.h>

#include "testlib.h"

enum who { LEADER, CHILD };
enum call { SETPGID, SETSID, GETPGID, GETSID, KILL };
enum arg { ZERO, THE_LEADER, THE_CHILD, LEADERS_GROUP, NOBODY, NO_GROUP, MINUS1, INIT };
enum prep { NOTHING, CHILD_SETSID, CHILD_SETPGID, CHILD_SETUID };

static const struct row {
	const char *name;
	enum prep prep;
	enum who who;
	enum call call;
	enum arg pid;
	enum arg pgid; /* of KILL: sig counts instead */
	int sig;
	int error;
} rows[] = {
	{ "the leader stays in its group", NOTHING, LEADER, SETPGID, ZERO, ZERO, 0, EPERM },
	{ "a child gets its own group", NOTHING, LEADER, SETPGID, THE_CHILD, THE_CHILD, 0, 0 },
	{ "the same, as 0", NOTHING, LEADER, SETPGID, THE_CHILD, ZERO, 0, 0 },
	{ "a child goes where it is", NOTHING, LEADER, SETPGID, THE_CHILD, THE_LEADER, 0, 0 },
	{ "a child comes back", CHILD_SETPGID, LEADER, SETPGID, THE_CHILD, THE_LEADER, 0, 0 },
	{ "a child moves itself", NOTHING, CHILD, SETPGID, ZERO, ZERO, 0, 0 },
	{ "no such group", NOTHING, LEADER, SETPGID, THE_CHILD, NOBODY, 0, EPERM },
	{ "a group elsewhere", NOTHING, LEADER, SETPGID, THE_CHILD, INIT, 0, EPERM },
	{ "a negative group", NOTHING, LEADER, SETPGID, THE_CHILD, MINUS1, 0, EINVAL },
	{ "no such process", NOTHING, LEADER, SETPGID, NOBODY, ZERO, 0, ESRCH },
	{ "a negative process", NOTHING, LEADER, SETPGID, MINUS1, ZERO, 0, EINVAL },
	{ "a negative process in a group", NOTHING, LEADER, SETPGID, MINUS1, THE_LEADER, 0, ESRCH },
	{ "neither self nor child", NOTHING, LEADER, SETPGID, INIT, ZERO, 0, ESRCH },
	{ "the parent", NOTHING, CHILD, SETPGID, THE_LEADER, ZERO, 0, ESRCH },
	{ "a child that left", CHILD_SETSID, LEADER, SETPGID, THE_CHILD, ZERO, 0, EPERM },
	{ "a leader of a group leaves", CHILD_SETPGID, CHILD, SETSID, ZERO, ZERO, 0, EPERM },
	{ "a leader of a session leaves", NOTHING, LEADER, SETSID, ZERO, ZERO, 0, EPERM },
	{ "a child leaves", NOTHING, CHILD, SETSID, ZERO, ZERO, 0, 0 },
	{ "whose group", NOTHING, LEADER, GETPGID, NOBODY, ZERO, 0, ESRCH },
	{ "whose session", NOTHING, LEADER, GETSID, NOBODY, ZERO, 0, ESRCH },
	{ "the parent's session", CHILD_SETSID, CHILD, GETSID, THE_LEADER, ZERO, 0, 0 },
	{ "kill: is it there", NOTHING, LEADER, KILL, THE_CHILD, ZERO, 0, 0 },
	{ "kill: no such process", NOTHING, LEADER, KILL, NOBODY, ZERO, 0, ESRCH },
	{ "kill: no such group", NOTHING, LEADER, KILL, NO_GROUP, ZERO, 0, ESRCH },
	{ "kill: the own group", NOTHING, CHILD, KILL, ZERO, ZERO, SIGWINCH, 0 },
	{ "kill: a group", NOTHING, LEADER, KILL, LEADERS_GROUP, ZERO, SIGWINCH, 0 },
	{ "kill: no such signal", NOTHING, LEADER, KILL, THE_CHILD, ZERO, 65, EINVAL },
	{ "kill: a negative signal", NOTHING, LEADER, KILL, THE_CHILD, ZERO, -1, EINVAL },
	{ "kill: another user", CHILD_SETUID, CHILD, KILL, THE_LEADER, ZERO, 0, EPERM },
	{ "kill: another user, SIGWINCH", CHILD_SETUID, CHILD, KILL, THE_LEADER, ZERO, SIGWINCH,
	    EPERM },
	{ "kill: SIGCONT in the session", CHILD_SETUID, CHILD, KILL, THE_LEADER, ZERO, SIGCONT, 0 },
	{ "kill: SIGCONT elsewhere", CHILD_SETUID, CHILD, KILL, INIT, ZERO, SIGCONT, EPERM },
	{ "kill: the own group, one may", CHILD_SETUID, CHILD, KILL, ZERO, ZERO, SIGWINCH, 0 },
	{ "kill: superuser", CHILD_SETUID, LEADER, KILL, THE_CHILD, ZERO, SIGWINCH, 0 },
};

/* The calls of the host, or of the rump kernel. */
struct calls {
	int (*setpgid)(pid_t, pid_t);
	pid_t (*setsid)(void);
	pid_t (*getpgid)(pid_t);
	pid_t (*getsid)(pid_t);
	int (*kill)(pid_t, int);
	int (*setuid)(uid_t);
	pid_t nobody;
};
static int
rump_setsid(void)
{
	return rump_sys_setsid();
}
static const struct calls host = { setpgid, setsid, getpgid, getsid, kill, setuid, 4194303 };
static const struct calls rump = { rump_sys_setpgid, rump_setsid, rump_sys_getpgid, rump_sys_getsid,
	rump_sys_kill, rump_sys_setuid, 29999 };

struct pids {
	pid_t leader, child;
};

static pid_t
value(const struct calls *c, enum arg arg, const struct pids *pids)
{
	switch (arg) {
	case THE_LEADER:
		return pids->leader;
	case THE_CHILD:
		return pids->child;
	case LEADERS_GROUP:
		return -pids->leader;
	case NOBODY:
		return c->nobody;
	case NO_GROUP:
		return -c->nobody;
	case MINUS1:
		return -1;
	case INIT:
		return 1;
	default:
		return 0;
	}
}

static bool
prepare(const struct calls *c, enum prep prep)
{
	switch (prep) {
	case CHILD_SETSID:
		return (*c->setsid)() != -1;
	case CHILD_SETPGID:
		return (*c->setpgid)(0, 0) == 0;
	case CHILD_SETUID:
		return (*c->setuid)(100) == 0;
	default:
		return true;
	}
}

/* The errno of the row's call. */
static int
make_call(const struct calls *c, const struct row *r, const struct pids *pids)
{
	const pid_t pid = value(c, r->pid, pids);
	long ret = 0;

	errno = 0;
	switch (r->call) {
	case SETPGID:
		ret = (*c->setpgid)(pid, value(c, r->pgid, pids));
		break;
	case SETSID:
		ret = (*c->setsid)();
		break;
	case GETPGID:
		ret = (*c->getpgid)(pid);
		break;
	case GETSID:
		ret = (*c->getsid)(pid);
		break;
	case KILL:
		ret = (*c->kill)(pid, r->sig);
		break;
	}
	return ret == -1 ? errno : 0;
}

static int
run_rump(const struct row *r)
{
	struct lwp *leader, *child;
	struct pids pids;
	int error;

	rump_boot_setsigmodel(RUMP_SIGMODEL_RECORD);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	leader = rump_pub_lwproc_curlwp();
	pids.leader = rump_sys_getpid();
	ck_assert_int_eq(rump_sys_setsid(), pids.leader);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	child = rump_pub_lwproc_curlwp();
	pids.child = rump_sys_getpid();
	ck_assert(prepare(&rump, r->prep));
	if (r->who == LEADER)
		rump_pub_lwproc_switch(leader);
	error = make_call(&rump, r, &pids);
	rump_pub_lwproc_switch(leader);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(child);
	rump_pub_lwproc_releaselwp();
	return error;
}

/* The host's child: says its errno, or 0 and waits for its end. */
static void
host_child(const struct row *r, const struct pids *leader, int fd)
{
	struct pids pids = *leader;
	char error = 0;

	pids.child = getpid();
	if (!prepare(&host, r->prep))
		error = 127;
	else if (r->who == CHILD)
		error = (char)make_call(&host, r, &pids);
	if (write(fd, &error, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int
host_leader(const struct row *r)
{
	struct pids pids;
	char error;
	int fds[2];

	pids.leader = setsid();
	if (pids.leader == -1 || pipe(fds) != 0 || (pids.child = fork()) == -1)
		return 127;
	if (pids.child == 0)
		host_child(r, &pids, fds[1]);
	if (read(fds[0], &error, 1) != 1)
		error = 127;
	if (error == 0 && r->who == LEADER)
		error = (char)make_call(&host, r, &pids);
	(void)kill(pids.child, SIGKILL);
	(void)waitpid(pids.child, NULL, 0);
	return error;
}

static int
run_host(const struct row *r)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(host_leader(r));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(session_rules)
{
	const int error = run_rump(&rows[_i]);

	ck_assert_msg(error == rows[_i].error, "%s: %d", rows[_i].name, error);
}
END_TEST

START_TEST(session_rules_of_the_host)
{
	int error;

	/* Only the superuser becomes somebody else. */
	if (rows[_i].prep == CHILD_SETUID && geteuid() != 0)
		return;
	error = run_host(&rows[_i]);
	ck_assert_msg(error == rows[_i].error, "%s: %d", rows[_i].name, error);
}
END_TEST

/* kill(-1) reaches all but its sender and process 1, as far as it may. */
START_TEST(session_kill_of_all)
{
	struct lwp *lwps[3];
	sigset_t set;

	rump_boot_setsigmodel(RUMP_SIGMODEL_RECORD);
	for (int i = 0; i < 3; i++) {
		rump_pub_lwproc_switch(NULL);
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
		lwps[i] = rump_pub_lwproc_curlwp();
		if (i > 0)
			ck_succeeds(rump_sys_setuid((uid_t)i));
	}
	rump_pub_lwproc_switch(lwps[1]);
	ck_fails(rump_sys_kill(-1, SIGUSR1), EPERM); /* nobody of its own but itself */
	rump_pub_lwproc_switch(lwps[0]);
	ck_succeeds(rump_sys_kill(-1, SIGUSR1));
	for (int i = 2; i >= 0; i--) {
		rump_pub_lwproc_switch(lwps[i]);
		ck_succeeds(rump_sys_sigpending(&set));
		ck_assert_int_eq(sigismember(&set, SIGUSR1), i != 0);
		rump_pub_lwproc_releaselwp();
	}
	ck_succeeds(rump_sys_sigpending(&set));
	ck_assert_int_eq(sigismember(&set, SIGUSR1), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("session");
	const int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(tc, session_rules, 0, n);
	tcase_add_loop_test(tc, session_rules_of_the_host, 0, n);
	tcase_add_test(tc, session_kill_of_all);
	return run_suite(tc, "session");
}
