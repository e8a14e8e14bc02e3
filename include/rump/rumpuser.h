/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The hypercalls: all that a rump kernel asks of its host, documented in rumpuser(3).
 *
 * Included by the kernel (which sees no host header) and by librumpuser (which sees all of them),
 * so it stands on stdint, stddef and stdbool alone.
 *
 * Words used in the contracts:
 *	errors	every int result is 0 or a positive errno of the host's numbering, unless said.
 *	blocks	the hypercall gives up the caller's virtual CPU while it waits on the host, by
 *		hyp_leave() and hyp_enter().  "never" means that the caller keeps it.
 *	ctx	"kernel": a thread that holds a virtual CPU; "any": any host thread.
 * Pointers are never NULL unless said.  Absolute times are nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef RUMP_RUMPUSER_H
#define RUMP_RUMPUSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUMPUSER_VERSION 2

#define RUMPUSER_FOREVER INT64_MAX /* a deadline that never comes */

/*
 * Upcalls, passed at rumpuser_init() and in force until rumpuser_fini().
 */
struct rumpuser_upcalls {
	/* Give up the virtual CPU if this thread holds one; the cookie goes to hyp_enter(). */
	void *(*hyp_leave)(void);
	/* Take the virtual CPU again that hyp_leave() gave up; a NULL cookie does nothing. */
	void (*hyp_enter)(void *);
	/* A host thread that called rumpuser_thread_atexit(arg) ends; it holds no virtual CPU. */
	void (*hyp_threadexit)(void *);
	/* Runs in the only thread of a fork()ed child, before fork() returns there. */
	void (*hyp_forked)(void);
	/* The timer armed by rumpuser_timer_arm() is due.  ctx: loop thread, no virtual CPU held. */
	void (*hyp_timer)(void);
	/*
	 * What the calling thread does in the kernel, in words, for reports of a simulated world; NULL:
	 * not known.  ctx: any; takes no lock.
	 */
	void (*hyp_describe)(char *buf, size_t len);
};

/*
 * Start the host side.  version is RUMPUSER_VERSION of the kernel's build.
 * errors: EINVAL with a line on the console when the versions differ, EBUSY when it was called
 * before without rumpuser_fini(), ENOMEM, EAGAIN.  Undone entirely when it fails.
 */
int rumpuser_init(int version, const struct rumpuser_upcalls *up);

/*
 * Stop the loop and the pool, wait for their threads and for detached ones, which the kernel has
 * told to end, close what is open, free everything.  ctx: any, but none of these threads.
 */
void rumpuser_fini(void);

/*
 * One kernel a program: the first to ask owns the process until the next exec; asking again with
 * the same pointer is good.  ctx: any, before rumpuser_init() too.  errors: EBUSY.
 */
int rumpuser_claim(const void *self);

/*
 * Go on in the background: fork(); the parent waits for rumpuser_daemonize_done() of the child and
 * exits with 0, or prints the child's error and exits with 1.  Returns in the child.
 * errors: fork's, EINPROGRESS when done already.
 */
int rumpuser_daemonize_begin(void);
/* error 0 also puts the standard descriptors on /dev/null.  errors: ENOENT when not begun. */
int rumpuser_daemonize_done(int error);

/* ---- Parameters ---- */

enum rumpuser_param {
	RUMPUSER_PARAM_NCPU,	 /* CPUs in the affinity mask, decimal */
	RUMPUSER_PARAM_HOSTNAME, /* "rump-<pid>.<host name>" */
};
/* The value as a string with its NUL.  errors: ENAMETOOLONG, EINVAL (unknown parameter). */
int rumpuser_getparam(enum rumpuser_param, char *buf, size_t buflen);
/* An environment variable.  errors: ENOENT when unset, ENAMETOOLONG when it does not fit. */
int rumpuser_getenv(const char *name, char *buf, size_t buflen);

/* ---- Memory ---- */

enum {
	RUMPUSER_MEM_SMALL = 0x1, /* no huge pages: an arena of which little may be touched */
	RUMPUSER_MEM_HUGE = 0x2,  /* huge pages wanted: 2 MiB and up, soon touched entirely */
};
/*
 * Zeroed pages: size bytes, at an address that is a multiple of align (a power of two, at least
 * 4096).  Blocks: never (the host's mmap is quick).  errors: ENOMEM.
 */
int rumpuser_map(size_t size, size_t align, int flags, void **ptr);
void rumpuser_unmap(void *ptr, size_t size);
/* The pages' contents are not needed any more; they read as zeroes afterwards. */
void rumpuser_discard(void *ptr, size_t size);
enum rumpuser_prot {
	RUMPUSER_PROT_READ,
	RUMPUSER_PROT_WRITE, /* and read: what rumpuser_map() gives */
	RUMPUSER_PROT_EXEC   /* and read; instruction caches have seen what was written */
};
/*
 * Of whole pages that rumpuser_map() gave.  Blocks: never.  errors: EACCES (the host allows no code to be
 * made), ENOMEM.
 */
int rumpuser_protect(void *ptr, size_t size, enum rumpuser_prot prot);

/* ---- Threads ---- */

struct rumpuser_thread;
/*
 * Start a host thread with all signals blocked.  A joinable thread is joined exactly once.
 * name is cut at 15 bytes.  errors: EAGAIN, ENOMEM.
 */
int rumpuser_thread_create(
    void (*fn)(void *), void *arg, const char *name, bool joinable, struct rumpuser_thread **tp);
/* Blocks. */
void rumpuser_thread_join(struct rumpuser_thread *t);
/* Ends the calling thread; only in threads made by rumpuser_thread_create(). */
void rumpuser_thread_exit(void) __attribute__((__noreturn__));
/*
 * Have hyp_threadexit(arg) called when the calling host thread ends; NULL takes it back.
 * One argument a thread.  errors: ENOMEM.
 */
int rumpuser_thread_atexit(void *arg);
/*
 * Act on a pthread_cancel() of the calling thread, if one is pending and enabled: the thread ends
 * here.  No other hypercall is a cancellation point.  ctx: any, holding no virtual CPU.
 */
void rumpuser_thread_testcancel(void);

/*
 * Sleep while *word == expect, until rumpuser_unpark(word), the deadline, or for no reason at all:
 * callers look again.  Blocks: the CALLER has given up its virtual CPU; no upcall is made.
 * A host signal does not end the wait with an error.  errors: ETIMEDOUT.
 */
int rumpuser_park(const uint32_t *word, uint32_t expect, int64_t deadline_ns);
/* Wake at most n threads parked on word.  The caller has changed *word before.  Blocks: never. */
void rumpuser_unpark(const uint32_t *word, int n);
/*
 * An expedited barrier: every thread of this process has executed a full memory barrier between
 * call and return.  False: the host has none, and hot paths must fence for themselves.
 * Available is asked once at boot by calling it.
 */
bool rumpuser_membarrier(void);

/* ---- Time ---- */

enum rumpuser_clock { RUMPUSER_CLOCK_WALL, RUMPUSER_CLOCK_MONOTONIC };
/* Blocks: never (vDSO). */
void rumpuser_clock_gettime(enum rumpuser_clock, int64_t *sec, long *nsec);
int64_t rumpuser_clock_res_ns(enum rumpuser_clock);
/*
 * Have hyp_timer() called once at or after the deadline.  One timer a kernel: arming again moves
 * it, RUMPUSER_FOREVER disarms.  Any thread, any time after rumpuser_init(); starts the loop when
 * it is first needed.  Of calls made at the same time any may be the last: the kernel orders them.
 * Blocks: never.  errors: EAGAIN, ENOMEM (the loop thread cannot be started).
 */
int rumpuser_timer_arm(int64_t deadline_ns);

/* ---- The event loop ---- */

enum { RUMPUSER_READABLE = 1, RUMPUSER_WRITABLE = 2 };
struct rumpuser_watch;
/*
 * Call fn(arg, events) on the loop thread, which holds no virtual CPU, when fd is ready (level).
 * fn only queues work.  *wp is set before fn is first called.  One watch a descriptor; the caller
 * removes it before it closes fd.
 * errors: EEXIST, EPERM (a regular file or directory), EBADF, ENOMEM, EAGAIN, EOPNOTSUPP (in a
 * simulated world).
 */
int rumpuser_watch_add(
    int fd, int events, void (*fn)(void *, int), void *arg, struct rumpuser_watch **wp);
/* No call of fn is running or will come when this returns.  Not from the loop thread.  Blocks. */
void rumpuser_watch_remove(struct rumpuser_watch *w);
/* Run fn(arg) on the loop thread soon.  errors: ENOMEM, EAGAIN. */
int rumpuser_loop_post(void (*fn)(void *), void *arg);

/* ---- Host files ---- */

enum rumpuser_filetype {
	RUMPUSER_FT_OTHER,
	RUMPUSER_FT_DIR,
	RUMPUSER_FT_REG,
	RUMPUSER_FT_BLK,
	RUMPUSER_FT_CHR,
	RUMPUSER_FT_NONE /* rumpuser_readdir(): the name leads nowhere */
};
struct rumpuser_fileinfo {
	uint64_t fi_size;	 /* bytes; of block devices too */
	uint64_t fi_dev, fi_ino; /* identify the file */
	uint32_t fi_blksize;	 /* logical sector size of a block device, else 512 */
	enum rumpuser_filetype fi_type;
	bool fi_readonly; /* on a descriptor: opened without write access */
};
enum {
	RUMPUSER_OPEN_RDONLY = 0x0,
	RUMPUSER_OPEN_RDWR = 0x1,
	RUMPUSER_OPEN_CREATE = 0x2,
	RUMPUSER_OPEN_EXCL = 0x4,
	RUMPUSER_OPEN_BIO = 0x8, /* for block I/O: does not wait for the other end of a FIFO */
};
/*
 * All descriptors are close-on-exec.  What is still open is closed by rumpuser_fini() and in the
 * child of a fork().  Blocks.  errors: the host's, ENOMEM.
 */
int rumpuser_open(const char *path, int flags, int *fdp);
int rumpuser_close(int fd);
int rumpuser_getfileinfo(const char *path, struct rumpuser_fileinfo *fi);
int rumpuser_fgetfileinfo(int fd, struct rumpuser_fileinfo *fi);

/* A name in a directory; the next one is rd_reclen bytes (a multiple of 8) behind it. */
struct rumpuser_dirent {
	uint64_t rd_ino; /* of what the name leads to, if that is on the directory's device */
	int64_t rd_next; /* the offset of the name after it, whatever number the host gives it */
	uint16_t rd_reclen;
	uint16_t rd_namlen;
	uint16_t rd_type; /* enum rumpuser_filetype, of what a symbolic link leads to */
	char rd_name[1];  /* with a NUL, rd_namlen + 1 in all; "." and ".." like others */
};
/*
 * Names of a directory: as many as fit into buf (aligned to 8) from the offset off, which is 0 or what an
 * rd_next was.  *done: their bytes, 0 at the end.  Offsets stay good while names come and go.  Blocks.
 * errors: the host's (ENOTDIR, ENOENT when it has been removed); EINVAL, not one name fits; EOPNOTSUPP,
 * the host cannot; ENOMEM.
 */
int rumpuser_readdir(int fd, int64_t off, void *buf, size_t len, size_t *done);

/* The layout of the host's struct iovec (asserted in librumpuser). */
struct rumpuser_iov {
	void *iov_base;
	size_t iov_len;
};
enum {
	RUMPUSER_RW_READ = 0x0,
	RUMPUSER_RW_WRITE = 0x1,
	RUMPUSER_RW_STREAM = 0x2, /* at the descriptor's own position; off is ignored */
	RUMPUSER_RW_SYNC = 0x4,	  /* write: durable before return */
};
/*
 * Read or write; *done is set on success and may be short only at end of file, on error past the
 * first byte, or with RUMPUSER_RW_STREAM.  The host's cache is tried first without giving up the
 * virtual CPU (RWF_NOWAIT); then blocks.  The vector is consumed.
 * errors: the host's (EIO, ENOSPC, ...); EINTR is retried.  A synchronous write that could not be
 * made durable is an error, whatever *done says.
 */
int rumpuser_iovrw(
    int fd, struct rumpuser_iov *iov, int niov, int64_t off, int flags, size_t *done);
/* The same with one buffer. */
int rumpuser_rw(int fd, void *buf, size_t len, int64_t off, int flags, size_t *done);
/*
 * Asynchronous block I/O by the pool: fn(arg, error, done) is called once, on a pool thread that
 * holds no virtual CPU.  errors: EAGAIN, ENOMEM when it cannot be queued (fn is not called then).
 */
int rumpuser_bio(int fd, void *buf, size_t len, int64_t off, int flags,
    void (*fn)(void *, int, size_t), void *arg);
/* fdatasync (or fsync when metadata is true).  Blocks. */
int rumpuser_sync(int fd, bool metadata);
/* Punch a hole.  Blocks.  errors: EOPNOTSUPP. */
int rumpuser_punch(int fd, int64_t off, int64_t len);

/* ---- The rest ---- */

/* len bytes of the host's randomness.  Blocks only before the host's pool is first ready. */
int rumpuser_getrandom(void *buf, size_t len);
/*
 * Kernel messages (out false: stderr; keeps the virtual CPU) and what processes write to the
 * console (true: stdout; blocks).
 */
void rumpuser_console(bool out, const char *buf, size_t len);
/* Addresses and symbols of the caller's stack to the console. */
void rumpuser_backtrace(void);
/*
 * The return addresses of the caller and its callers, innermost first, at most n; their number.
 * Follows frame pointers, as far as there are any.  Blocks: never.  ctx: any.
 */
unsigned rumpuser_callers(void **frames, unsigned n);
/*
 * A return address as "symbol+offset (file+offset)", cut to len with its NUL, or as the function says
 * that a program with better knowledge of its symbols has put in place (NULL: none).
 */
void rumpuser_symbol(const void *addr, char *buf, size_t len);
void rumpuser_symbolizer(void (*fn)(const void *addr, char *buf, size_t len));
#define RUMPUSER_PANIC (-1)
/* End the process: abort() for RUMPUSER_PANIC, else exit(code). */
void rumpuser_exit(int code) __attribute__((__noreturn__));
/* The calling thread's host errno. */
void rumpuser_seterrno(int error);
/*
 * Raise a signal (host numbering) in this process: in the calling thread when it does not block it,
 * so that the handler has run on return; else in any.  errors: EINVAL.
 */
int rumpuser_kill(int sig);
/* What the process does with a signal.  Blocks: never. */
enum rumpuser_sigaction {
	RUMPUSER_SIG_DEFAULT, /* what the host does by default; also a number that is none */
	RUMPUSER_SIG_IGNORED,
	RUMPUSER_SIG_CAUGHT,
	RUMPUSER_SIG_RESTARTS, /* caught, and calls are made again after it (SA_RESTART) */
};
enum rumpuser_sigaction rumpuser_sigaction(int sig);
/* Blocks.  errors: ENOEXEC with the host's reason on the console, ENOENT. */
int rumpuser_dlopen(const char *path, void **handle);
int rumpuser_dlclose(void *handle);
/* A NULL handle: of the program and what it is linked with.  errors: ENOENT. */
int rumpuser_dlsym(void *handle, const char *name, void **ptr);

/*
 * liburcu's lock-free hash table (cds_lfht), with grace periods given by the kernel.
 * Lookup and iteration run in a kernel read section.  Never resized by helper threads: size is
 * fixed by nbuckets (a power of two).
 */
struct rumpuser_lfht;
struct rumpuser_lfht_node {
	void *n_private[2];
} __attribute__((__aligned__(16)));
struct rumpuser_rcu_ops {
	void (*ro_read_lock)(void);
	void (*ro_read_unlock)(void);
	void (*ro_synchronize)(void);
};
int rumpuser_lfht_create(
    unsigned long nbuckets, const struct rumpuser_rcu_ops *ops, struct rumpuser_lfht **htp);
/* The table is empty and no read section can still see it. */
void rumpuser_lfht_destroy(struct rumpuser_lfht *ht);
struct rumpuser_lfht_node *rumpuser_lfht_lookup(struct rumpuser_lfht *ht, unsigned long hash,
    int (*match)(struct rumpuser_lfht_node *, const void *), const void *key);
/* The node already there that matches, or the new one. */
struct rumpuser_lfht_node *rumpuser_lfht_add_unique(struct rumpuser_lfht *ht, unsigned long hash,
    int (*match)(struct rumpuser_lfht_node *, const void *), const void *key,
    struct rumpuser_lfht_node *node);
/* errors: ENOENT.  The node may be freed a grace period later. */
int rumpuser_lfht_del(struct rumpuser_lfht *ht, struct rumpuser_lfht_node *node);
/* Call fn for every node until it returns false.  Nodes added or deleted meanwhile may be seen. */
void rumpuser_lfht_walk(
    struct rumpuser_lfht *ht, bool (*fn)(struct rumpuser_lfht_node *, void *), void *arg);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPUSER_H */
