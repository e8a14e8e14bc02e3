/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The kernel's vnodes in the hands of a program: what a file server built on them does. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <rump/rumpvnode_if.h>

#include "testlib.h"

/* As in the kernel's headers. */
#define OP_LOOKUP 0
#define OP_CREATE 1
#define FOLLOW	  0x40

START_TEST(vnode_mount_of_a_path)
{
	struct rump_statvfs sb;
	struct mount *mp, *same;
	struct vnode *vp;
	enum rump_vtype type;
	off_t size;
	dev_t rdev;

	ck_assert_int_eq(rump_pub_vfs_getmp("/", &mp), 0);
	ck_assert_int_eq(rump_pub_vfs_getmp("/tmp", &same), 0);
	ck_assert_ptr_eq(mp, same);
	ck_assert_int_eq(rump_pub_vfs_getmp("/none", &mp), ENOENT);
	ck_assert_int_eq(rump_pub_vfs_statvfs(mp, &sb), 0);
	ck_assert_str_eq(sb.f_fstypename, "rumpfs");
	ck_assert_str_eq(sb.f_mntonname, "/");
	ck_assert_int_eq(rump_pub_vfs_sync(mp, RUMP_MNT_WAIT, NULL), 0);
	rump_pub_vfs_syncwait(mp);
	ck_assert_int_eq(rump_pub_vfs_root(mp, &vp, 0), 0);
	rump_pub_getvninfo(vp, &type, &size, &rdev);
	ck_assert_int_eq(type, RUMP_VDIR);
	rump_pub_vp_incref(vp);
	rump_pub_vp_rele(vp);
	rump_pub_vp_rele(vp);
}
END_TEST

START_TEST(vnode_lookup)
{
	const int fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	struct componentname *cn;
	enum rump_vtype type;
	struct vnode *vp;
	off_t size;
	dev_t rdev;

	ck_assert_int_eq(rump_sys_write(fd, "hello", 5), 5);
	ck_assert_int_eq(rump_pub_namei(OP_LOOKUP, FOLLOW, "/none", NULL, &vp, NULL), ENOENT);
	ck_assert_int_eq(rump_pub_namei(OP_LOOKUP, FOLLOW, "/f", NULL, &vp, &cn), 0);
	rump_pub_freecn(cn, 0);
	rump_pub_getvninfo(vp, &type, &size, &rdev);
	ck_assert_int_eq(type, RUMP_VREG);
	ck_assert_int_eq(size, 5);
	ck_assert_int_eq(rump_pub_vp_getref(vp), 0);
	rump_pub_vp_rele(vp);
	rump_pub_vp_rele(vp);
}
END_TEST

START_TEST(vnode_types_of_file_systems)
{
	struct vfsops *ops;
	int n = 0;

	ck_assert_ptr_nonnull(rump_pub_vfs_getopsbyname("rumpfs"));
	ck_assert_ptr_null(rump_pub_vfs_getopsbyname("nofs"));
	for (ops = rump_pub_vfslist_iterate(NULL); ops != NULL; ops = rump_pub_vfslist_iterate(ops))
		n++;
	ck_assert_int_ge(n, 1);
}
END_TEST

START_TEST(vnode_attributes_and_names)
{
	struct kauth_cred *cred = rump_pub_cred_create(1, 2, 0, NULL);
	struct componentname *cn = rump_pub_makecn(OP_CREATE, 0, "name", 4, cred, NULL);
	struct vattr *va = rump_pub_vattr_init();

	rump_pub_vattr_settype(va, RUMP_VREG);
	rump_pub_vattr_setmode(va, 0600);
	rump_pub_vattr_setrdev(va, 5);
	rump_pub_vattr_free(va);
	rump_pub_freecn(cn, RUMPCN_FREECRED);
}
END_TEST

/* ---- Locks kept between calls ---- */

#define EXCLUSIVE  0x2 /* LK_EXCLUSIVE */
#define SHARED	   0x1
#define OP_DELETE  2
#define LOCKLEAF   0x04
#define LOCKPARENT 0x08

/* As a file server does: lock, operations, unlock, each a call; also with operations that let go. */
static void
serve(void)
{
	struct vattr *const va = rump_pub_vattr_init();
	struct kauth_cred *const cred = rump_pub_cred_create(0, 0, 0, NULL);
	struct vnode *dvp, *vp, *root;
	struct componentname *cn;
	struct mount *mp;
	struct stat st;

	ck_assert_int_ge(rump_sys_open("/tmp/f", O_RDWR | O_CREAT, 0644), 0);
	ck_assert_int_eq(rump_pub_namei(OP_LOOKUP, FOLLOW, "/tmp/f", NULL, &vp, NULL), 0);
	for (int round = 0; round < 3; round++) {
		ck_assert_int_eq(RUMP_VOP_LOCK(vp, round == 0 ? SHARED : EXCLUSIVE), 0);
		ck_assert_int_eq(RUMP_VOP_GETATTR(vp, va, cred), 0);
		ck_succeeds(rump_sys_getpid());
		ck_assert_int_ne(RUMP_VOP_ISLOCKED(vp), 0);
		ck_assert_int_eq(RUMP_VOP_UNLOCK(vp), 0);
		ck_assert_int_eq(RUMP_VOP_ISLOCKED(vp), 0);
	}
	rump_pub_vp_rele(vp);
	/* Two at once, from namei; the operation lets go of both. */
	ck_assert_int_eq(
	    rump_pub_namei(OP_DELETE, LOCKPARENT | LOCKLEAF | FOLLOW, "/tmp/f", &dvp, &vp, &cn), 0);
	ck_assert_int_eq(RUMP_VOP_GETATTR(vp, va, cred), 0);
	ck_assert_int_eq(RUMP_VOP_REMOVE(dvp, vp, cn), 0);
	ck_assert_int_eq(RUMP_VOP_UNLOCK(dvp), 0);
	rump_pub_vp_rele(dvp);
	rump_pub_freecn(cn, 0);
	ck_fails(rump_sys_stat("/tmp/f", &st), ENOENT);
	/* And from a mount. */
	ck_assert_int_eq(rump_pub_vfs_getmp("/", &mp), 0);
	ck_assert_int_eq(rump_pub_vfs_root(mp, &root, 1), 0);
	ck_assert_int_eq(RUMP_VOP_GETATTR(root, va, cred), 0);
	ck_assert_int_eq(RUMP_VOP_UNLOCK(root), 0);
	rump_pub_vp_rele(root);
	rump_pub_vattr_free(va);
	rump_pub_cred_put(cred);
}

/* With an lwp of one's own, and with the thread's implicit one. */
START_TEST(vnode_locks_are_kept)
{
	if (_i != 0)
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	serve();
	if (_i != 0)
		rump_pub_lwproc_releaselwp();
}
END_TEST

/* A bound lwp takes its locks along to another thread. */
static void *
unlock(void *arg)
{
	rump_pub_lwproc_switch(((void **)arg)[0]);
	ck_assert_int_eq(RUMP_VOP_UNLOCK(((void **)arg)[1]), 0);
	rump_pub_vp_rele(((void **)arg)[1]);
	rump_pub_lwproc_releaselwp();
	return NULL;
}

START_TEST(vnode_locks_follow_the_lwp)
{
	struct vnode *vp;
	pthread_t thread;
	void *arg[2];

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_assert_int_eq(rump_pub_namei(OP_LOOKUP, FOLLOW, "/tmp", NULL, &vp, NULL), 0);
	ck_assert_int_eq(RUMP_VOP_LOCK(vp, EXCLUSIVE), 0);
	arg[0] = rump_pub_lwproc_curlwp();
	arg[1] = vp;
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, unlock, arg), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

#ifdef DIAGNOSTIC
/* An lwp that ends with a vnode locked is found out in checked builds: its own end, or its thread's. */
static void *
lock_and_end(void *arg)
{
	struct vnode *vp;

	if (arg != NULL)
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_assert_int_eq(rump_pub_namei(OP_LOOKUP, FOLLOW, "/tmp", NULL, &vp, NULL), 0);
	ck_assert_int_eq(RUMP_VOP_LOCK(vp, EXCLUSIVE), 0);
	if (arg != NULL)
		rump_pub_lwproc_releaselwp();
	return NULL;
}

START_TEST(vnode_locked_at_the_end)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_end, _i != 0 ? &thread : NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST
#endif

int
main(void)
{
	TCase *tc = tcase_create("vnode");

	tcase_add_test(tc, vnode_mount_of_a_path);
	tcase_add_test(tc, vnode_lookup);
	tcase_add_test(tc, vnode_types_of_file_systems);
	tcase_add_test(tc, vnode_attributes_and_names);
	tcase_add_loop_test(tc, vnode_locks_are_kept, 0, 2);
	tcase_add_test(tc, vnode_locks_follow_the_lwp);
#ifdef DIAGNOSTIC
	tcase_add_loop_test_raise_signal(tc, vnode_locked_at_the_end, SIGABRT, 0, 2);
#endif
	return run_suite(tc, "vnode");
}
