/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a user id holds over all processes. */
#ifndef KPI_SYS_UIDINFO_H
#define KPI_SYS_UIDINFO_H

#include <sys/types.h>

/* Locks: (i) immutable, (a) atomic. */
struct uidinfo {
	struct uidinfo *ui_next;
	uid_t ui_uid;	   /* (i) */
	u_long ui_proccnt; /* (a) */
	u_long ui_lwpcnt;  /* (a) */
	u_long ui_lockcnt; /* (a) */
	u_long ui_sbsize;  /* (a) bytes of socket buffers */
	u_long ui_semcnt;  /* (a) */
	u_long ui_evcnt;   /* (a) events that its event sets watch */
};

/* Found or made; never freed before halt.  sleeps. */
struct uidinfo *uid_find(uid_t uid);
int chgproccnt(uid_t uid, int diff);
/* Change *hiwat to `to' bytes; false when that would exceed the limit. */
int chgsbsize(struct uidinfo *uip, u_long *hiwat, u_long to, uint64_t xmax);

#endif /* KPI_SYS_UIDINFO_H */
