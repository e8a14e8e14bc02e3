/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of kernfs_test.c: what a driver adds. */
#include <sys/param.h>
#include <sys/errno.h>
#include <sys/systm.h>

#include <miscfs/kernfs/kernfs.h>

const char *rump_test_kernfs_add(void);

static char setting[32] = "unset";
static unsigned int reads;

/* A counter: each making of the text is one more. */
static int
count_xread(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp)
{
	const int n = snprintf(buf, size, "%s %u", (const char *)kn->kfs_kt->kt_data, ++reads);

	if ((size_t)n >= size)
		return ENOSPC;
	*lenp = (size_t)n;
	return 0;
}

static int
setting_xread(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp)
{
	*lenp = strlcpy(buf, setting, size);
	return 0;
}

static int
setting_xwrite(const struct kernfs_node *kn, char *buf, size_t len)
{
	if (len >= sizeof(setting))
		return EINVAL;
	strlcpy(setting, buf, sizeof(setting));
	return 0;
}

/* Larger than what is tried first. */
static int
large_xread(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp)
{
	if (size < 10000)
		return ENOSPC;
	memset(buf, 'L', 10000);
	*lenp = 10000;
	return 0;
}

static int
endless_xread(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp)
{
	return ENOSPC;
}

static const kernfs_fileop_t count_ops[] = { { .kf_fileop = KERNFS_XREAD,
    .kf_xread = count_xread } };
static const kernfs_fileop_t large_ops[] = { { .kf_fileop = KERNFS_XREAD,
    .kf_xread = large_xread } };
static const kernfs_fileop_t endless_ops[] = { { .kf_fileop = KERNFS_XREAD,
    .kf_xread = endless_xread } };
static const kernfs_fileop_t setting_ops[] = {
	{ .kf_fileop = KERNFS_XREAD, .kf_xread = setting_xread },
	{ .kf_fileop = KERNFS_XWRITE, .kf_xwrite = setting_xwrite },
};

static int
add(kernfs_parentdir_t *dir, const char *name, void *data, kfstype tag, mode_t mode,
    kernfs_entry_t **dktp)
{
	kernfs_entry_t *dkt;
	int error;

	KERNFS_ALLOCENTRY(dkt, KM_SLEEP);
	if (tag == KFSsubdir)
		KERNFS_INITENTRY(dkt, DT_DIR, name, NULL, tag, VDIR, mode);
	else
		KERNFS_INITENTRY(dkt, DT_REG, name, data, tag, VREG, mode);
	error = kernfs_addentry(dir, dkt);
	if (error != 0)
		kmem_free(dkt, sizeof(*dkt));
	else if (dktp != NULL)
		*dktp = dkt;
	return error;
}

/* Entries that must be refused. */
static const char *
refused(kernfs_parentdir_t *dir, kernfs_entry_t *file)
{
	if (add(NULL, "hostname", NULL, KFSnull, 0444, NULL) != EEXIST)
		return "a second hostname is entered";
	if (add(dir, "a/b", NULL, KFSnull, 0444, NULL) != EINVAL ||
	    add(dir, "..", NULL, KFSnull, 0444, NULL) != EINVAL ||
	    add(dir, "", NULL, KFSnull, 0444, NULL) != EINVAL)
		return "a hostile name is entered";
	if (add(dir, "x", NULL, KFSlasttype, 0444, NULL) != EINVAL)
		return "an unknown type is entered";
	if (add(KERNFS_ENTOPARENTDIR(file), "x", NULL, KFSnull, 0444, NULL) != ENOTDIR)
		return "a file is taken for a directory";
	return NULL;
}

const char *
rump_test_kernfs_add(void)
{
	static int number = 42;
	kernfs_entry_t *dir, *sub, *file;

	reads = 0;
	strlcpy(setting, "unset", sizeof(setting));
	if (add(NULL, "driver", NULL, KFSsubdir, 0555, &dir) != 0 ||
	    add(KERNFS_ENTOPARENTDIR(dir), "sub", NULL, KFSsubdir, 0555, &sub) != 0 ||
	    add(KERNFS_ENTOPARENTDIR(sub), "number", &number, KFSint, 0444, &file) != 0)
		return "directories cannot be entered";
	if (add(KERNFS_ENTOPARENTDIR(dir), "count", __UNCONST("count"), KERNFS_ALLOCTYPE(count_ops),
		0444, NULL) != 0 ||
	    add(KERNFS_ENTOPARENTDIR(dir), "large", NULL, KERNFS_ALLOCTYPE(large_ops), 0444,
		NULL) != 0 ||
	    add(KERNFS_ENTOPARENTDIR(dir), "endless", NULL, KERNFS_ALLOCTYPE(endless_ops), 0444,
		NULL) != 0 ||
	    add(KERNFS_ENTOPARENTDIR(dir), "setting", NULL, KERNFS_ALLOCTYPE(setting_ops), 0666,
		NULL) != 0)
		return "files cannot be entered";
	return refused(KERNFS_ENTOPARENTDIR(dir), file);
}
