/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* reboot(2)'s kernel side, and what is to be done before the kernel goes. */
#include <sys/reboot.h>

#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"

void (*rump_vfs_shutdown)(int howto);
void (*rump_vfs_unmount)(void);
void (*rump_sp_shutdown)(void);

/* Locks: proc_lock. */
struct hook {
	LIST_ENTRY(hook) h_list;
	void (*h_fn)(void *);
	void *h_arg;
};
static LIST_HEAD(, hook) hooks = LIST_HEAD_INITIALIZER(hooks); /* newest first */

void *
shutdownhook_establish(void (*fn)(void *), void *arg)
{
	struct hook *h = kmem_zalloc(sizeof(*h), KM_SLEEP);

	h->h_fn = fn;
	h->h_arg = arg;
	mutex_enter(&proc_lock);
	LIST_INSERT_HEAD(&hooks, h, h_list);
	mutex_exit(&proc_lock);
	return h;
}

void
shutdownhook_disestablish(void *cookie)
{
	struct hook *h = cookie;

	mutex_enter(&proc_lock);
	LIST_REMOVE(h, h_list);
	mutex_exit(&proc_lock);
	kmem_free(h, sizeof(*h));
}

/* Each hook runs once, and is gone then. */
void
doshutdownhooks(void)
{
	struct hook *h;

	for (;;) {
		mutex_enter(&proc_lock);
		if ((h = LIST_FIRST(&hooks)) != NULL)
			LIST_REMOVE(h, h_list);
		mutex_exit(&proc_lock);
		if (h == NULL)
			return;
		(*h->h_fn)(h->h_arg);
		kmem_free(h, sizeof(*h));
	}
}

/* What may still be wanted of the kernel.  A halt comes here when it cannot fail any more. */
static void
last_things(int howto)
{
	if (rump_sp_shutdown != NULL)
		(*rump_sp_shutdown)();
	if ((howto & RB_DUMP) != 0)
		rumpuser_exit(RUMPUSER_PANIC);
	if (rump_vfs_shutdown != NULL && (howto & RB_NOSYNC) == 0)
		(*rump_vfs_shutdown)(howto);
	doshutdownhooks();
}

int
rump_reboot(int howto)
{
	int error;

	if ((howto & RB_HALT) == 0) {
		last_things(howto);
		rumpuser_exit(0);
	}
	if ((error = rump_halt_begin()) == 0) {
		last_things(howto);
		rump_halt_end();
	}
	return error;
}

void
cpu_reboot(int howto, char *bootstr)
{
	(void)rump_reboot(howto);
}

void
kern_reboot(int howto, char *bootstr)
{
	cpu_reboot(howto & ~RB_HALT, bootstr);
	rumpuser_exit(0);
}
