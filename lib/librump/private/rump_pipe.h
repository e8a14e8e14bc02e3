/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Pipes, anonymous and named: a ring of bytes between readers and writers.
 *
 * Each side, reading and writing, has a token.  Who has it is alone at his end of the ring and copies
 * without a lock; pp_lock is held to look and to publish only:
 *
 *	reader				writer
 *	wait for bytes, take the token	wait for room, take the token
 *	copy out, no lock held		copy in, no lock held
 *	publish the room		publish the bytes
 *	give the token back		give the token back
 *
 * A reader that sleeps for bytes offers its buffer (pp_offer), if that is memory like any other: a writer that
 * finds the ring empty takes the readers' token in its place, fills the buffer and takes the offer down: one
 * copy instead of two, and the ring is still free for what comes next.
 *
 * Nobody has a token and waits for bytes, room or an event of the other side.  Who needs both (to
 * change the ring) takes the writers' first.
 *
 *	 0	 pp_out	       (pp_out + pp_cnt) % pp_size	    pp_size
 *	 |  free    | bytes to read |			free	       |
 *
 * The ring begins as one page, at the first byte, and grows to pp_limit when that is too small, if
 * memory allows; else it stays as it is: a full small pipe is still a pipe.
 *
 * Side states: open while ps_opens != 0.  Readers gone: writers get EPIPE; writers gone: readers
 * get what is left, then end of file.  Revoked (pp_gone): everybody gets EIO.
 */
#ifndef RUMP_PIPE_H
#define RUMP_PIPE_H

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

struct file;
struct knote;
struct stat;
struct uio;

enum pipe_side_id { PIPE_RD, PIPE_WR };

/* Locks: (p) pp_lock. */
struct pipe_side {
	kcondvar_t ps_cv;      /* (p) bytes (room) are there, or something ended */
	kcondvar_t ps_tokencv; /* (p) the token is free */
	bool ps_busy;	       /* (p) the token is taken; read without */
	u_int ps_waiting;      /* (p) lwps at ps_cv */
	u_int ps_tokenwaiting; /* (p) lwps at ps_tokencv */
	u_int ps_opens;	       /* (p) files that are open for this side */
	u_int ps_opened;       /* (p) how many ever were, modulo 2^32 */
	u_int ps_restarts;     /* (p) calls of rump_pipe_restart(), modulo 2^32 */
	struct selinfo ps_sel; /* (p) */
};

/* Locks: (p) pp_lock, (i) immutable, (a) atomic, (t) changed with both tokens and pp_lock. */
struct pipe {
	kmutex_t pp_lock;
	uint8_t *pp_buf; /* (t) NULL: no byte was ever written */
	size_t pp_size;	 /* (t) bytes of it */
	size_t pp_out;	 /* (p) where the oldest byte is */
	size_t pp_cnt;	 /* (p) bytes in the ring; read without */
	size_t pp_limit; /* (p) what pp_size may become */
	size_t pp_want;	 /* (p) room that would help some sleeping writer */
	struct pipe_io
	    *pp_offer; /* (p) a sleeping reader that may be filled; its uio: (p) and the token */
	kcondvar_t pp_offercv;	 /* (p) the reader of pp_offer, or of the last one */
	u_int pp_offering;	 /* (p) lwps at pp_offercv: 1 at most */
	u_int pp_wake;		 /* (p) PIPE_WAKE_*: whom pipe_exit() wakes */
	bool pp_filling;	 /* (p) some writer fills pp_offer */
	bool pp_stuck;		 /* (p) no memory to grow: the ring is what it is */
	bool pp_gone;		 /* (p) revoked */
	bool pp_hadwriter;	 /* (p) a writer was there since readers came */
	bool pp_atime;		 /* (p) read since pp_atim was brought up to date */
	bool pp_mtime;		 /* (p) written, as well */
	u_int pp_refcnt;	 /* (a) */
	kcondvar_t pp_opencv;	 /* (p) somebody has opened a side */
	struct timespec pp_atim; /* (p) */
	struct timespec pp_mtim; /* (p) */
	struct timespec pp_ctim; /* (i) */
	uint64_t pp_ino;	 /* (i) */
	uid_t pp_uid;		 /* (i) */
	gid_t pp_gid;		 /* (i) */
	struct pipe_side pp_side[2];
};

/* One page at first, the host's size at most unless fcntl(2) says otherwise. */
#define PIPE_FIRST   4096
#define PIPE_DEFAULT 65536
#define PIPE_MAX     1048576 /* F_SETPIPE_SZ: EPERM above */

void rump_pipe_init(void);
void rump_pipe_fini(void);

/* A pipe that nobody has open, one reference.  sleeps. */
struct pipe *rump_pipe_create(void);
void rump_pipe_hold(struct pipe *pp);
/* The last reference frees it.  sleeps. */
void rump_pipe_rele(struct pipe *pp);

/* Count an open for fflag (FREAD, FWRITE) in or out; out wakes who waits for what ended. */
void rump_pipe_open(struct pipe *pp, int fflag);
/* True: nobody has it open any more; what was in it is gone. */
bool rump_pipe_close(struct pipe *pp, int fflag);
/*
 * open(2) of a named pipe, in two steps.  First: count in, and say in *opened what to wait for.
 * errors: ENXIO (FNONBLOCK, a writer, and no reader; nothing is counted).
 */
int rump_pipe_enter(struct pipe *pp, int fflag, u_int *opened);
/*
 * Then: wait for the other side unless both are opened or FNONBLOCK is in fflag.  sleeps.
 * errors: ENXIO (revoked), EINTR, ERESTART; the caller counts out.
 */
int rump_pipe_await(struct pipe *pp, int fflag, u_int opened);
/* All opens end now; calls in progress and later ones get EIO. */
void rump_pipe_revoke(struct pipe *pp);
/* Calls that wait on a side of fflag return ERESTART. */
void rump_pipe_restart(struct pipe *pp, int fflag);

/*
 * A transfer.  The bytes go to or from pio_uio, or where pio_move says: it moves up to n bytes between
 * buf and its own place and says in *done how many; none without an error ends the transfer.
 */
struct pipe_io {
	struct uio *pio_uio; /* NULL: pio_move */
	int (*pio_move)(void *arg, void *buf, size_t n, size_t *done);
	void *pio_arg;
	size_t pio_resid; /* bytes; what is left on return */
	bool pio_nosig;	  /* EPIPE comes without SIGPIPE */
	bool pio_nonblock;
	bool pio_part; /* writing: return when the pipe is full and something was moved */
};
/*
 * sleeps.  errors: EAGAIN, EPIPE, EIO (revoked), ENOMEM, ERESTART (a close waits for
 * us), EINTR, and those of the move.  Something may have been moved even so.  With
 * EPIPE a write raises SIGPIPE.
 */
int rump_pipe_read(struct pipe *pp, struct pipe_io *pio);
int rump_pipe_write(struct pipe *pp, struct pipe_io *pio);
/* The same for a uio; fflag: FNONBLOCK, FNOSIGPIPE. */
int rump_pipe_uio(struct pipe *pp, struct uio *uio, u_int fflag);
/* Wait until a read (write of one byte) would not block; for who may not have a token.  errors: as above. */
int rump_pipe_wait(struct pipe *pp, enum pipe_side_id side, bool nonblock);

/* POLL* of events that hold for a file open for fflag; selrecord() when none does. */
int rump_pipe_poll(struct pipe *pp, int fflag, int events);
/* errors: EINVAL (filter). */
int rump_pipe_kqfilter(struct pipe *pp, struct knote *kn);
/* FIONREAD, FIONSPACE, ...  errors: EPASSTHROUGH. */
int rump_pipe_ioctl(struct pipe *pp, u_long com, void *data);
/*
 * F_GETPIPE_SZ, F_SETPIPE_SZ; *data is the argument and the answer.
 * errors: EINVAL, EPERM (above PIPE_MAX), EBUSY (more than that is in it), ENOMEM, EOPNOTSUPP.
 */
int rump_pipe_fcntl(struct pipe *pp, u_int cmd, void *data);

/* fp's pipe, if it is one (DTYPE_PIPE), or NULL. */
struct pipe *rump_file_pipe(struct file *fp);
/*
 * The same for files of other types: named pipes.  The pipe comes back referenced, or NULL.
 * Set by who has them.
 */
extern struct pipe *(*rump_pipe_named)(struct file *fp);

/* ---- Between pipe.c, pipe_io.c and pipe_ops.c; pp_lock is held ---- */

enum {
	PIPE_WAKE_READER = 0x1, /* one of those that wait for bytes */
	PIPE_WAKE_WRITERS = 0x2,
	PIPE_WAKE_RDTOKEN = 0x4, /* one of those that wait for the token */
	PIPE_WAKE_WRTOKEN = 0x8,
	PIPE_WAKE_OFFER = 0x10, /* the one that offered its buffer */
};

/* Bytes that the ring has or may get. */
size_t pipe_capacity(const struct pipe *pp);
/*
 * Give pp_lock up, then wake whom pipe_pass() found: who is woken sooner runs into the lock.
 * Before a sleep with pp_lock: pipe_flush().
 */
void pipe_exit(struct pipe *pp);
void pipe_flush(struct pipe *pp);
/* Take a side's token.  sleeps, giving pp_lock up. */
void pipe_token_take(struct pipe *pp, struct pipe_side *ps);
/* Give it back and wake who can do something with it. */
void pipe_token_give(struct pipe *pp, struct pipe_side *ps);
/* Somebody who was woken does not use it: others may. */
void pipe_pass(struct pipe *pp);
/* Bytes are there: note that a reader is to be woken, if one sleeps. */
void pipe_wake_reader(struct pipe *pp);
/* Bring the ring to size bytes.  Has both tokens, or no one does.  errors: ENOMEM. */
int pipe_resize(struct pipe *pp, size_t size);
/* There is room, or bytes, or an end: tell pollers and knotes of a side. */
void pipe_notify(struct pipe_side *ps, int events);

#endif /* RUMP_PIPE_H */
