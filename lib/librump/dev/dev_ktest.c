/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of dev_test.c: drivers that say what happened to them. */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_devsw.h"
#include "dev_ktest.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

static bool locked;

static int
tell_read(dev_t dev, struct uio *uio, int flag)
{
	locked = KERNEL_LOCKED_P();
	return (int)minor(dev);
}

static const struct cdevsw plain_cdevsw = { .d_open = nullopen, .d_read = tell_read };
static const struct cdevsw mpsafe_cdevsw = { .d_read = tell_read, .d_flag = D_MPSAFE };
static const struct bdevsw plain_bdevsw = { .d_open = nullopen, .d_flag = D_DISK };

const char *
rump_test_dev_attach(void)
{
	devmajor_t bm = NODEVMAJOR, cm = NODEVMAJOR, other = NODEVMAJOR, taken;

	CHECK(devsw_attach("none", NULL, &bm, NULL, &cm) == EINVAL);
	CHECK(devsw_attach("a_name_too_long_for_it", NULL, &bm, &plain_cdevsw, &cm) == EINVAL);
	CHECK(devsw_attach("both", &plain_bdevsw, &bm, &plain_cdevsw, &cm) == 0);
	CHECK(bm != NODEVMAJOR && cm != NODEVMAJOR);
	CHECK(devsw_attach("both", NULL, &other, &mpsafe_cdevsw, &other) == EEXIST);
	taken = cm;
	CHECK(devsw_attach("other", NULL, &other, &mpsafe_cdevsw, &taken) == EEXIST);
	taken = 100000;
	CHECK(devsw_attach("other", NULL, &other, &mpsafe_cdevsw, &taken) == EINVAL);
	CHECK(bdevsw_lookup(makedev(bm, 3)) == &plain_bdevsw);
	CHECK(cdevsw_lookup(makedev(cm, 3)) == &plain_cdevsw);
	CHECK(bdev_type(makedev(bm, 0)) == D_DISK && bdevsw_lookup(NODEV) == NULL);
	devsw_detach(&plain_bdevsw, &plain_cdevsw);
	CHECK(cdevsw_lookup(makedev(cm, 3)) == NULL);
	CHECK(cdev_read(makedev(cm, 3), NULL, 0) == ENXIO);
	CHECK(bdev_open(makedev(bm, 0), 0, 0, curlwp) == ENXIO);
	return NULL;
}

const char *
rump_test_dev_names(void)
{
	devmajor_t bm = NODEVMAJOR, cm = NODEVMAJOR;
	char name[16];

	CHECK(devsw_attach("vnt", &plain_bdevsw, &bm, &plain_cdevsw, &cm) == 0);
	CHECK(devsw_name2blk("vnt0", name, sizeof(name)) == bm && strcmp(name, "vnt") == 0);
	CHECK(devsw_name2chr("vnt12", NULL, 0) == cm);
	CHECK(devsw_name2chr("vntx", NULL, 0) == NODEVMAJOR);
	CHECK(devsw_name2chr("vn", NULL, 0) == NODEVMAJOR);
	CHECK(strcmp(devsw_blk2name(bm), "vnt") == 0 && devsw_blk2name(bm + 1) == NULL);
	CHECK(devsw_blk2chr(makedev(bm, 7)) == makedev(cm, 7));
	CHECK(devsw_chr2blk(makedev(cm, 7)) == makedev(bm, 7));
	CHECK(devsw_chr2blk(makedev(2, 2)) == NODEV); /* /dev/null */
	CHECK(bdevsw_lookup_major(&plain_bdevsw) == bm);
	CHECK(cdevsw_lookup_major(&mpsafe_cdevsw) == NODEVMAJOR);
	devsw_detach(&plain_bdevsw, &plain_cdevsw);
	return NULL;
}

const char *
rump_test_dev_kernel_lock(void)
{
	devmajor_t none = NODEVMAJOR, cm = NODEVMAJOR, mp = NODEVMAJOR;

	CHECK(devsw_attach("plain", NULL, &none, &plain_cdevsw, &cm) == 0);
	CHECK(devsw_attach("mpsafe", NULL, &none, &mpsafe_cdevsw, &mp) == 0);
	CHECK(cdev_read(makedev(cm, 5), NULL, 0) == 5 && locked);
	CHECK(!KERNEL_LOCKED_P());
	CHECK(cdev_read(makedev(mp, 6), NULL, 0) == 6 && !locked);
	/* Entries that are not there. */
	CHECK(cdev_write(makedev(mp, 0), NULL, 0) == ENODEV);
	CHECK(cdev_ioctl(makedev(mp, 0), 0, NULL, 0, curlwp) == ENODEV);
	CHECK(cdev_mmap(makedev(mp, 0), 0, 0) == (paddr_t)-1);
	CHECK(cdev_tty(makedev(mp, 0)) == NULL);
	devsw_detach(NULL, &plain_cdevsw);
	devsw_detach(NULL, &mpsafe_cdevsw);
	return NULL;
}

static struct buf *ended;

static void
note_end(struct buf *bp)
{
	ended = bp;
}

/* A transfer that no driver takes ends with an error. */
const char *
rump_test_dev_strategy(void)
{
	void (*const before)(struct buf *) = biodone_vfs;
	devmajor_t bm = NODEVMAJOR, none = NODEVMAJOR;
	struct buf bp = { .b_bcount = 512 };

	biodone_vfs = note_end;
	bp.b_dev = makedev(500, 0);
	bdev_strategy(&bp);
	CHECK(ended == &bp && bp.b_error == ENXIO && bp.b_resid == 512);
	CHECK(devsw_attach("nostrat", &plain_bdevsw, &bm, NULL, &none) == 0);
	bp.b_dev = makedev(bm, 0);
	bdev_strategy(&bp);
	CHECK(bp.b_error == ENODEV);
	CHECK(bdev_size(makedev(bm, 0)) == -1);
	devsw_detach(&plain_bdevsw, NULL);
	biodone_vfs = before;
	return NULL;
}

/* ---- Detaching under a call ---- */

static kmutex_t slow_lock;
static kcondvar_t slow_cv;
static int slow_inside, slow_left;
static devmajor_t slow_major;

static int
slow_read(dev_t dev, struct uio *uio, int flag)
{
	mutex_enter(&slow_lock);
	slow_inside++;
	cv_broadcast(&slow_cv);
	(void)cv_timedwait(&slow_cv, &slow_lock, MAX(hz / 20, 1)); /* nobody signals: 50 ms */
	slow_left++;
	mutex_exit(&slow_lock);
	return 0;
}

static const struct cdevsw slow_cdevsw = { .d_read = slow_read, .d_flag = D_MPSAFE };

const char *
rump_test_dev_slow_attach(void)
{
	devmajor_t none = NODEVMAJOR;

	mutex_init(&slow_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&slow_cv, "slowdev");
	slow_inside = slow_left = 0;
	slow_major = NODEVMAJOR;
	CHECK(devsw_attach("slow", NULL, &none, &slow_cdevsw, &slow_major) == 0);
	return NULL;
}

const char *
rump_test_dev_slow_read(void)
{
	CHECK(cdev_read(makedev(slow_major, 0), NULL, 0) == 0);
	return NULL;
}

const char *
rump_test_dev_slow_detach(void)
{
	mutex_enter(&slow_lock);
	while (slow_inside == 0)
		cv_wait(&slow_cv, &slow_lock);
	mutex_exit(&slow_lock);
	devsw_detach(NULL, &slow_cdevsw);
	CHECK(slow_left == slow_inside);
	CHECK(cdev_read(makedev(slow_major, 0), NULL, 0) == ENXIO);
	cv_destroy(&slow_cv);
	mutex_destroy(&slow_lock);
	return NULL;
}
