/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The base's own system calls, by source in sys/: each registers an array. */
#ifndef RUMP_BASECALLS_H
#define RUMP_BASECALLS_H

void rump_copycalls_register(void);
void rump_pipecalls_register(void);
void rump_rwcalls_register(void);
void rump_fdcalls_register(void);
void rump_ioctlcalls_register(void);
void rump_idcalls_register(void);
void rump_procalls_register(void);
void rump_selectcalls_register(void);
void rump_keventcalls_register(void);
void rump_epollcalls_register(void);
void rump_eventfdcalls_register(void);
void rump_timerfdcalls_register(void);
void rump_timecalls_register(void);
void rump_sigcalls_register(void);
void rump_timercalls_register(void);
void rump_infocalls_register(void);
void rump_modulecalls_register(void);

#endif /* RUMP_BASECALLS_H */
