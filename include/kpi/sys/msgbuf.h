/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The message buffer: the latest kernel messages, a ring. */
#ifndef KPI_SYS_MSGBUF_H
#define KPI_SYS_MSGBUF_H

#define MSG_MAGIC  0x063062
#define MSGBUFSIZE 16384

/* Locks: the printing code's. */
struct kern_msgbuf {
	long msg_magic;
	long msg_bufx; /* next byte to write */
	long msg_bufr; /* oldest byte */
	long msg_bufs; /* size of msg_bufc */
	char msg_bufc[MSGBUFSIZE];
};

extern struct kern_msgbuf *msgbufp;
extern int msgbufenabled;

#endif /* KPI_SYS_MSGBUF_H */
