/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Entry points that do nothing, or refuse: what tables of operations point to. */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/event.h>
#include <sys/poll.h>
#include <sys/systm.h>

int
nullop(void *v)
{
	return 0;
}

int
enodev(void)
{
	return ENODEV;
}

int
enosys(void)
{
	return ENOSYS;
}

int
dev_minor_unit(dev_t dev)
{
	return (int)minor(dev);
}

int
enoioctl(void)
{
	return ENOTTY;
}

int
enxio(void)
{
	return ENXIO;
}

int
eopnotsupp(void)
{
	return EOPNOTSUPP;
}

int
seltrue(dev_t dev, int events, struct lwp *l)
{
	return events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

int
seltrue_kqfilter(dev_t dev, struct knote *kn)
{
	if (kn->kn_filter != EVFILT_READ && kn->kn_filter != EVFILT_WRITE)
		return EINVAL;
	kn->kn_fop = &seltrue_filtops;
	return 0;
}
