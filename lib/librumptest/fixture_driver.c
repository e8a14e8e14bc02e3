/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A driver with every bug that the fixture and the injected failures are to find, one an ioctl, and
 * beside them the right way.  /dev/buggy.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioccom.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <uvm/uvm_extern.h>

#include "fixture_driver.h"

static struct {
	kmutex_t sc_a, sc_b, sc_spin;
	kcondvar_t sc_cv;
	pool_cache_t sc_cache;
	struct lwp *sc_thread;
	bool sc_stop; /* sc_a */
} buggy0;

static void
buggy_thread(void *arg)
{
	mutex_enter(&buggy0.sc_a);
	while (!buggy0.sc_stop)
		cv_wait(&buggy0.sc_cv, &buggy0.sc_a);
	mutex_exit(&buggy0.sc_a);
	kthread_exit(0);
}

/* What it makes a driver leave behind. */
static int
buggy_leak(u_long cmd)
{
	struct vnode *vp;

	switch (cmd) {
	case BUGGY_LEAK_KMEM:
		return kmem_alloc(123, KM_SLEEP) == NULL;
	case BUGGY_LEAK_POOL:
		return pool_cache_get(buggy0.sc_cache, PR_WAITOK) == NULL;
	case BUGGY_LEAK_PAGES:
		return uvm_km_alloc(kernel_map, 3 * PAGE_SIZE, 0, UVM_KMF_WIRED) == 0;
	case BUGGY_LEAK_VNODE:
		return namei_simple_kernel("/tmp", NSM_FOLLOW_NOEMULROOT, &vp);
	case BUGGY_LEAK_THREAD:
		return kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL,
		    buggy_thread, NULL, &buggy0.sc_thread, "buggy");
	default:
		return ENOTTY;
	}
}

static int
buggy_misuse(u_long cmd)
{
	switch (cmd) {
	case BUGGY_LOCK_HELD:
		mutex_enter(&buggy0.sc_a);
		return 0;
	case BUGGY_SLEEP_WITH_SPIN:
		mutex_spin_enter(&buggy0.sc_spin);
		kpause("buggy", false, 1, NULL);
		mutex_spin_exit(&buggy0.sc_spin);
		return 0;
	case BUGGY_LOCK_ORDER:
		mutex_enter(&buggy0.sc_a);
		mutex_enter(&buggy0.sc_b);
		mutex_exit(&buggy0.sc_b);
		mutex_exit(&buggy0.sc_a);
		mutex_enter(&buggy0.sc_b);
		mutex_enter(&buggy0.sc_a);
		mutex_exit(&buggy0.sc_a);
		mutex_exit(&buggy0.sc_b);
		return 0;
	default:
		return ENOTTY;
	}
}

/*
 * Three resources that may fail, the third only when the second did not: the first run of a failure
 * injected at each finds what the wrong way does not free.
 */
static int
buggy_alloc(bool right)
{
	void *a, *b, *c;

	a = kmem_alloc(100, KM_NOSLEEP);
	if (a == NULL)
		return ENOMEM;
	b = pool_cache_get(buggy0.sc_cache, PR_NOWAIT);
	if (b == NULL) {
		kmem_free(a, 100);
		return ENOMEM;
	}
	c = kmem_alloc(300, KM_NOSLEEP);
	if (c == NULL) {
		if (right)
			pool_cache_put(buggy0.sc_cache, b);
		kmem_free(a, 100);
		return ENOMEM;
	}
	kmem_free(c, 300);
	pool_cache_put(buggy0.sc_cache, b);
	kmem_free(a, 100);
	return 0;
}

static int
buggy_start_stop(void)
{
	struct lwp *l;
	int error;

	error = kthread_create(
	    PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, buggy_thread, NULL, &l, "buggy");
	if (error != 0)
		return error;
	mutex_enter(&buggy0.sc_a);
	buggy0.sc_stop = true;
	cv_broadcast(&buggy0.sc_cv);
	mutex_exit(&buggy0.sc_a);
	return kthread_join(l);
}

static int
buggy_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	int error;

	switch (cmd) {
	case BUGGY_ALLOC_WRONG:
		return buggy_alloc(false);
	case BUGGY_ALLOC_RIGHT:
		return buggy_alloc(true);
	case BUGGY_START_STOP:
		return buggy_start_stop();
	}
	error = buggy_leak(cmd);
	return error != ENOTTY ? error : buggy_misuse(cmd);
}

static int
buggy_read(dev_t dev, struct uio *uio, int flag)
{
	return uiomove_frombuf(__UNCONST("0123456789"), 10, uio);
}

static const struct cdevsw buggy_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = buggy_read,
	.d_write = nullwrite,
	.d_ioctl = buggy_ioctl,
	.d_poll = seltrue,
	.d_flag = D_OTHER | D_MPSAFE,
};

MODULE(MODULE_CLASS_DRIVER, buggy, NULL);

static int
buggy_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;

	switch (cmd) {
	case MODULE_CMD_INIT:
		mutex_init(&buggy0.sc_a, MUTEX_DEFAULT, IPL_NONE);
		mutex_init(&buggy0.sc_b, MUTEX_DEFAULT, IPL_NONE);
		mutex_init(&buggy0.sc_spin, MUTEX_DEFAULT, IPL_VM);
		cv_init(&buggy0.sc_cv, "buggy");
		buggy0.sc_cache =
		    pool_cache_init(200, 0, 0, 0, "buggy", NULL, IPL_NONE, NULL, NULL, NULL);
		buggy0.sc_stop = false;
		return devsw_attach("buggy", NULL, &bmajor, &buggy_cdevsw, &cmajor);
	case MODULE_CMD_FINI:
		devsw_detach(NULL, &buggy_cdevsw);
		pool_cache_destroy(buggy0.sc_cache);
		cv_destroy(&buggy0.sc_cv);
		mutex_destroy(&buggy0.sc_spin);
		mutex_destroy(&buggy0.sc_b);
		mutex_destroy(&buggy0.sc_a);
		return 0;
	default:
		return ENOTTY;
	}
}
