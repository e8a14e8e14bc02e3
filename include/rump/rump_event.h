/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Event queues: the struct that rump_sys_kevent() takes, its filters and flags. */
#ifndef RUMP_RUMP_EVENT_H
#define RUMP_RUMP_EVENT_H

#include <stdint.h>

struct rump_kevent {
	uintptr_t ident;
	uint32_t filter;
	uint32_t flags;
	uint32_t fflags;
	int64_t data;
	void *udata;
	uint64_t ext[4];
};

#define RUMP_EVFILT_READ   0U
#define RUMP_EVFILT_WRITE  1U
#define RUMP_EVFILT_AIO	   2U
#define RUMP_EVFILT_VNODE  3U
#define RUMP_EVFILT_PROC   4U
#define RUMP_EVFILT_SIGNAL 5U
#define RUMP_EVFILT_TIMER  6U
#define RUMP_EVFILT_FS	   7U
#define RUMP_EVFILT_USER   8U
#define RUMP_EVFILT_EMPTY  9U

#define RUMP_EV_ADD	 0x0001U
#define RUMP_EV_DELETE	 0x0002U
#define RUMP_EV_ENABLE	 0x0004U
#define RUMP_EV_DISABLE	 0x0008U
#define RUMP_EV_ONESHOT	 0x0010U
#define RUMP_EV_CLEAR	 0x0020U
#define RUMP_EV_RECEIPT	 0x0040U
#define RUMP_EV_DISPATCH 0x0080U
#define RUMP_EV_ERROR	 0x4000U
#define RUMP_EV_EOF	 0x8000U

/* EVFILT_VNODE */
#define RUMP_NOTE_DELETE      0x0001U
#define RUMP_NOTE_WRITE	      0x0002U
#define RUMP_NOTE_EXTEND      0x0004U
#define RUMP_NOTE_ATTRIB      0x0008U
#define RUMP_NOTE_LINK	      0x0010U
#define RUMP_NOTE_RENAME      0x0020U
#define RUMP_NOTE_REVOKE      0x0040U
#define RUMP_NOTE_OPEN	      0x0080U
#define RUMP_NOTE_CLOSE	      0x0100U
#define RUMP_NOTE_CLOSE_WRITE 0x0200U
#define RUMP_NOTE_READ	      0x0400U
/* EVFILT_PROC */
#define RUMP_NOTE_EXIT	      0x80000000U
#define RUMP_NOTE_FORK	      0x40000000U
#define RUMP_NOTE_EXEC	      0x20000000U
#define RUMP_NOTE_TRACK	      0x00000001U
#define RUMP_NOTE_TRACKERR    0x00000002U
#define RUMP_NOTE_CHILD	      0x00000004U
/* EVFILT_TIMER */
#define RUMP_NOTE_MSECONDS    0x00000000U
#define RUMP_NOTE_SECONDS     0x00000001U
#define RUMP_NOTE_USECONDS    0x00000002U
#define RUMP_NOTE_NSECONDS    0x00000003U
#define RUMP_NOTE_ABSTIME     0x00000010U
/* EVFILT_USER */
#define RUMP_NOTE_TRIGGER     0x01000000U
#define RUMP_NOTE_FFNOP	      0x00000000U
#define RUMP_NOTE_FFAND	      0x40000000U
#define RUMP_NOTE_FFOR	      0x80000000U
#define RUMP_NOTE_FFCOPY      0xc0000000U
#define RUMP_NOTE_FFCTRLMASK  0xc0000000U
#define RUMP_NOTE_FFLAGSMASK  0x00ffffffU

#endif /* RUMP_RUMP_EVENT_H */
