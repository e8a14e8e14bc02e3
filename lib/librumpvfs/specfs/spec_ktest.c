/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of spec_test.c. */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "spec_ktest.h"

static struct {
	kmutex_t lock; /* all below */
	kcondvar_t cv;
	bool shut, closes_wait;
	int error;
	unsigned waiting, opens, closes;
} gate;
static devmajor_t gate_bmajor, gate_cmajor;

static int
gate_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	int error;

	mutex_enter(&gate.lock);
	gate.waiting++;
	cv_broadcast(&gate.cv);
	while (gate.shut)
		cv_wait(&gate.cv, &gate.lock);
	gate.waiting--;
	error = gate.error;
	if (error == 0)
		gate.opens++;
	mutex_exit(&gate.lock);
	return error;
}

static int
gate_close(dev_t dev, int flags, int fmt, struct lwp *l)
{
	mutex_enter(&gate.lock);
	gate.closes++;
	gate.waiting++;
	cv_broadcast(&gate.cv);
	while (gate.closes_wait)
		cv_wait(&gate.cv, &gate.lock);
	gate.waiting--;
	mutex_exit(&gate.lock);
	return 0;
}

static struct cdevsw gate_cdevsw = {
	.d_open = gate_open,
	.d_close = gate_close,
};

int
rump_test_spec_attach(bool each)
{
	memset(&gate, 0, sizeof(gate));
	mutex_init(&gate.lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&gate.cv, "gate");
	gate_bmajor = gate_cmajor = NODEVMAJOR;
	gate_cdevsw.d_flag = D_OTHER | D_MPSAFE | (each ? D_MCLOSE : 0);
	return devsw_attach("gate", NULL, &gate_bmajor, &gate_cdevsw, &gate_cmajor);
}

void
rump_test_spec_detach(void)
{
	devsw_detach(NULL, &gate_cdevsw);
	cv_destroy(&gate.cv);
	mutex_destroy(&gate.lock);
}

void
rump_test_spec_shut(void)
{
	mutex_enter(&gate.lock);
	gate.shut = true;
	mutex_exit(&gate.lock);
}

void
rump_test_spec_hold_closes(void)
{
	mutex_enter(&gate.lock);
	gate.closes_wait = true;
	mutex_exit(&gate.lock);
}

void
rump_test_spec_wait(unsigned n)
{
	mutex_enter(&gate.lock);
	while (gate.waiting < n)
		cv_wait(&gate.cv, &gate.lock);
	mutex_exit(&gate.lock);
}

void
rump_test_spec_go(int error)
{
	mutex_enter(&gate.lock);
	gate.error = error;
	gate.shut = gate.closes_wait = false;
	cv_broadcast(&gate.cv);
	mutex_exit(&gate.lock);
}

void
rump_test_spec_remove(void)
{
	rump_devnode_remove_dev(S_IFCHR, makedev(gate_cmajor, 0));
}

void
rump_test_spec_counts(unsigned *opens, unsigned *closes)
{
	mutex_enter(&gate.lock);
	*opens = gate.opens;
	*closes = gate.closes;
	mutex_exit(&gate.lock);
}
