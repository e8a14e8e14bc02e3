/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel messages.
 *
 * Everything goes to the message buffer, a ring of the latest 16 KiB; what is for the console goes
 * to the host's standard error as well.  A message is formatted on the caller's stack and put out
 * in one piece, unless it is longer than LINE bytes; nothing here sleeps or allocates.
 */
#include "format.h"

#include <sys/param.h>
#include <sys/kprintf.h>
#include <sys/msgbuf.h>
#include <sys/syslog.h>

#include <lib/libkern/libkern.h>
#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_leaf.h"
#include "rump_print.h"

#define LINE 256

enum { TO_CONSOLE = 1, TO_LOG = 2 };

static struct rump_leaf msgbuf_lock;
static struct kern_msgbuf msgbuf; /* msgbuf_lock */
struct kern_msgbuf *msgbufp = &msgbuf;
int msgbufenabled = 1;
static bool verbose;	/* set at boot */
static int error_count; /* (a) of aprint_error() */
const char *(*rump_device_name)(struct device *);

/* ---- The message buffer ---- */

static void
msgbuf_write(const char *s, size_t len)
{
	rump_leaf_enter(&msgbuf_lock);
	for (; len > 0; s++, len--) {
		msgbuf.msg_bufc[msgbuf.msg_bufx] = *s;
		msgbuf.msg_bufx = (msgbuf.msg_bufx + 1) % MSGBUFSIZE;
		if (msgbuf.msg_bufx == msgbuf.msg_bufr)
			msgbuf.msg_bufr = (msgbuf.msg_bufr + 1) % MSGBUFSIZE;
	}
	rump_leaf_exit(&msgbuf_lock);
}

size_t
rump_msgbuf_read(char *buf, size_t off, size_t len)
{
	size_t n = 0, used;

	rump_leaf_enter(&msgbuf_lock);
	used = (msgbuf.msg_bufx - msgbuf.msg_bufr + MSGBUFSIZE) % MSGBUFSIZE;
	for (; n < len && off + n < used; n++)
		buf[n] = msgbuf.msg_bufc[(msgbuf.msg_bufr + off + n) % MSGBUFSIZE];
	rump_leaf_exit(&msgbuf_lock);
	return n;
}

int
rump_print_init(void)
{
	rump_leaf_init(&msgbuf_lock);
	msgbuf.msg_magic = MSG_MAGIC;
	msgbuf.msg_bufx = msgbuf.msg_bufr = 0;
	msgbuf.msg_bufs = MSGBUFSIZE;
	error_count = 0;
	verbose = rump_params.rp_verbose;
	return 0;
}

bool
rump_verbose(void)
{
	return verbose;
}

void
rump_setverbose(bool on)
{
	verbose = on;
}

/* ---- Output ---- */

struct print_out {
	struct format_out po_out;
	int po_where;
	size_t po_len;
	char po_buf[LINE];
};

static void
print_flush(struct print_out *po)
{
	if (po->po_len == 0)
		return;
	if ((po->po_where & TO_LOG) != 0)
		msgbuf_write(po->po_buf, po->po_len);
	if ((po->po_where & TO_CONSOLE) != 0)
		rumpuser_console(false, po->po_buf, po->po_len);
	po->po_len = 0;
}

static void
print_put(struct format_out *out, const char *s, size_t len)
{
	struct print_out *const po = container_of(out, struct print_out, po_out);

	while (len > 0) {
		const size_t n = MIN(len, LINE - po->po_len);

		memcpy(po->po_buf + po->po_len, s, n);
		po->po_len += n;
		s += n;
		len -= n;
		if (po->po_len == LINE)
			print_flush(po);
	}
}

/* prefix (or NULL) and the message in one piece. */
static void
print(int where, const char *prefix, const char *fmt, va_list ap)
{
	struct print_out po;

	po.po_out.fo_put = print_put;
	po.po_where = where;
	po.po_len = 0;
	if (prefix != NULL) {
		print_put(&po.po_out, prefix, strlen(prefix));
		print_put(&po.po_out, ": ", 2);
	}
	kern_format(&po.po_out, fmt, ap);
	print_flush(&po);
}

#define PRINT(where, prefix, fmt)              \
	do {                                   \
		va_list ap;                    \
                                               \
		va_start(ap, fmt);             \
		print(where, prefix, fmt, ap); \
		va_end(ap);                    \
	} while (0)

/* ---- printf(9) and its relatives ---- */

void
printf(const char *fmt, ...)
{
	PRINT(TO_CONSOLE | TO_LOG, NULL, fmt);
}

void
vprintf(const char *fmt, va_list ap)
{
	print(TO_CONSOLE | TO_LOG, NULL, fmt, ap);
}

void
printf_nolog(const char *fmt, ...)
{
	PRINT(TO_CONSOLE, NULL, fmt);
}

void
printf_tolog(const char *fmt, ...)
{
	PRINT(TO_LOG, NULL, fmt);
}

/* There is no controlling terminal: the console stands in. */
void
uprintf(const char *fmt, ...)
{
	PRINT(TO_CONSOLE, NULL, fmt);
}

void
uprintf_locked(const char *fmt, ...)
{
	PRINT(TO_CONSOLE, NULL, fmt);
}

void
ttyprintf(struct tty *tp, const char *fmt, ...)
{
	PRINT(TO_CONSOLE, NULL, fmt);
}

/* ---- log(9) ---- */

static int
log_where(int level)
{
	return TO_LOG | (verbose || LOG_PRI(level) <= LOG_NOTICE ? TO_CONSOLE : 0);
}

void
vlog(int level, const char *fmt, va_list ap)
{
	print(log_where(level), NULL, fmt, ap);
}

void
log(int level, const char *fmt, ...)
{
	PRINT(log_where(level), NULL, fmt);
}

void
addlog(const char *fmt, ...)
{
	PRINT(TO_CONSOLE | TO_LOG, NULL, fmt);
}

void
logpri(int level)
{
	printf_tolog("<%d>", level);
}

void
logwakeup(void)
{
}

/* ---- aprint(9) ---- */

static int
aprint_where(void)
{
	return verbose ? TO_CONSOLE | TO_LOG : TO_LOG;
}

/* The device layer names devices; without it a device has no name. */
static const char *
device_name(struct device *dev)
{
	return dev != NULL && rump_device_name != NULL ? (*rump_device_name)(dev) : "device";
}

#define APRINT(kind, where)                                                \
	void aprint_##kind(const char *fmt, ...)                           \
	{                                                                  \
		PRINT(where, NULL, fmt);                                   \
	}                                                                  \
	void aprint_##kind##_dev(struct device *dev, const char *fmt, ...) \
	{                                                                  \
		PRINT(where, device_name(dev), fmt);                       \
	}
APRINT(normal, aprint_where())
APRINT(naive, 0)
APRINT(verbose, aprint_where())
APRINT(debug, TO_LOG)

void
aprint_error(const char *fmt, ...)
{
	__atomic_fetch_add(&error_count, 1, __ATOMIC_RELAXED);
	PRINT(TO_CONSOLE | TO_LOG, NULL, fmt);
}

void
aprint_error_dev(struct device *dev, const char *fmt, ...)
{
	__atomic_fetch_add(&error_count, 1, __ATOMIC_RELAXED);
	PRINT(TO_CONSOLE | TO_LOG, device_name(dev), fmt);
}

void
device_printf(struct device *dev, const char *fmt, ...)
{
	PRINT(TO_CONSOLE | TO_LOG, device_name(dev), fmt);
}

int
aprint_get_error_count(void)
{
	return __atomic_exchange_n(&error_count, 0, __ATOMIC_RELAXED);
}
