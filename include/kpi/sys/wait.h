/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Status words of wait(2). */
#ifndef KPI_SYS_WAIT_H
#define KPI_SYS_WAIT_H

#define WNOHANG		     1
#define WUNTRACED	     2
#define W_EXITCODE(ret, sig) ((ret) << 8 | (sig))
#define WEXITSTATUS(w)	     (((w) >> 8) & 0xff)
#define WTERMSIG(w)	     ((w)&0x7f)
#define WIFEXITED(w)	     (WTERMSIG(w) == 0)

#endif /* KPI_SYS_WAIT_H */
