/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Texts of errors. */
#ifndef RUMP_RUMPERR_H
#define RUMP_RUMPERR_H

#include <string.h>

/* The kernel's errors are the host's. */
static inline const char *
rump_strerror(int error)
{
	return strerror(error);
}

#endif /* RUMP_RUMPERR_H */
