/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The kernel's vnodes in the hands of a program: what a file server built on them does. */
#include <fcntl.h>
#include <sys/stat.h>

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

int
main(void)
{
	TCase *tc = tcase_create("vnode");

	tcase_add_test(tc, vnode_mount_of_a_path);
	tcase_add_test(tc, vnode_lookup);
	tcase_add_test(tc, vnode_types_of_file_systems);
	tcase_add_test(tc, vnode_attributes_and_names);
	return run_suite(tc, "vnode");
}
