/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The base's own variables: kern.* and hw.*, and the names that a kernel goes by. */
#include "sysctl_impl.h"

#include <sys/cprng.h>
#include <sys/cpu.h>
#include <sys/endian.h>
#include <sys/file.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/msgbuf.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/timevar.h>

#include <lib/libkern/libkern.h>
#include <rump/rumpuser.h>

#include "rump_event.h"
#include "rump_kern.h"
#include "rump_mem.h"
#include "rump_module.h"
#include "rump_print.h"

const char copyright[] = "Copyright (c) 2026 The librump authors\n";
const char ostype[] = "librump";
const char osrelease[] = "10.0"; /* of the interface */
const char kernel_ident[] = "RUMP";
const char version[] = "librump 0.1.0 with the interface of NetBSD 10.0\n";
static const char machine_name[] = "amd64", machine_arch_name[] = "x86_64";
static const char model_name[] = "virtual CPU of a rump kernel";
const char *cpu_model_name = model_name;
/* Names and lengths: proc_lock. */
char hostname[MAXHOSTNAMELEN];
int hostnamelen;
char domainname[MAXHOSTNAMELEN];
int domainnamelen;
int securelevel = -1; /* permanently insecure: the host decides what a process may do */
psize_t physmem;
int tickadj;	    /* the host slews its clock */
int stathz, profhz; /* 0: nothing samples */

/* ---- Host and domain name ---- */

/* A copy is read and set, so that nobody sees a name half changed. */
static int
sysctl_name(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	char name_copy[MAXHOSTNAMELEN];
	int error;

	mutex_enter(&proc_lock);
	memcpy(name_copy, rnode->sysctl_data, sizeof(name_copy));
	mutex_exit(&proc_lock);
	node.sysctl_data = name_copy;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	mutex_enter(&proc_lock);
	memcpy(rnode->sysctl_data, name_copy, sizeof(name_copy));
	if (rnode->sysctl_data == hostname)
		hostnamelen = strlen(name_copy);
	else
		domainnamelen = strlen(name_copy);
	mutex_exit(&proc_lock);
	return 0;
}

/* ---- Values that are made when they are asked for ---- */

/* As if the node's data were value. */
static int
return_struct(SYSCTLFN_ARGS, void *value, size_t len)
{
	struct sysctlnode node = *rnode;

	node.sysctl_data = value;
	node.sysctl_size = len;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_clockrate(SYSCTLFN_ARGS)
{
	struct clockinfo ci = {
		.hz = hz, .tick = tick, .tickadj = tickadj, .stathz = hz, .profhz = hz
	};

	return return_struct(SYSCTLFN_CALL(rnode), &ci, sizeof(ci));
}

static int
sysctl_boottime(SYSCTLFN_ARGS)
{
	struct timespec ts;
	struct timeval tv;

	getnanoboottime(&ts);
	TIMESPEC_TO_TIMEVAL(&tv, &ts);
	return return_struct(SYSCTLFN_CALL(rnode), &tv, sizeof(tv));
}

static int
sysctl_ticks(SYSCTLFN_ARGS)
{
	int now = getticks();

	return return_struct(SYSCTLFN_CALL(rnode), &now, sizeof(now));
}

/* As many random bytes as asked for, 256 at most. */
static int
sysctl_random(SYSCTLFN_ARGS)
{
	uint8_t bytes[256];
	const size_t len = MIN(oldp != NULL ? *oldlenp : sizeof(int), sizeof(bytes));

	if (namelen != 0)
		return ENOTDIR;
	if (newp != NULL)
		return EPERM;
	cprng_strong(kern_cprng, bytes, len, 0);
	*oldlenp = len;
	return oldp != NULL ? sysctl_copyout(l, bytes, oldp, len) : 0;
}

/* The message buffer from its oldest byte on, with a NUL. */
static int
sysctl_msgbuf(SYSCTLFN_ARGS)
{
	char *const copy = kmem_alloc(MSGBUFSIZE, KM_SLEEP);
	const size_t n = rump_msgbuf_read(copy, 0, MSGBUFSIZE - 1);
	int error;

	copy[n] = '\0';
	error = namelen != 0 ? ENOTDIR
	    : newp != NULL   ? EPERM
			     : sysctl_return(l, copy, n + 1, oldp, oldlenp);
	kmem_free(copy, MSGBUFSIZE);
	return error;
}

static int
sysctl_cpus(SYSCTLFN_ARGS)
{
	int n = rnode->sysctl_num == HW_NCPU ? ncpu : ncpuonline;

	return return_struct(SYSCTLFN_CALL(rnode), &n, sizeof(n));
}

/* Bytes of memory; what does not fit in an int is its largest value. */
static int
sysctl_physmem(SYSCTLFN_ARGS)
{
	const uint64_t bytes = (uint64_t)physmem << PAGE_SHIFT;
	int n = MIN(bytes, (uint64_t)INT_MAX);
	uint64_t n64 = bytes;

	if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_INT)
		return return_struct(SYSCTLFN_CALL(rnode), &n, sizeof(n));
	return return_struct(SYSCTLFN_CALL(rnode), &n64, sizeof(n64));
}

/* hw.rump.mem.*: by the node's name. */
static int
sysctl_mem(SYSCTLFN_ARGS)
{
	struct rump_meminfo mi;
	uint64_t value;

	rump_mem_info(&mi);
	value = strcmp(rnode->sysctl_name, "limit") == 0 ? mi.mi_limit
	    : strcmp(rnode->sysctl_name, "used") == 0	 ? mi.mi_used
							 : mi.mi_resident;
	return return_struct(SYSCTLFN_CALL(rnode), &value, sizeof(value));
}

/* ---- The tables ---- */

struct variable {
	int num;
	int type;
	int flags;
	const char *name, *desc;
	sysctlfn func;
	const void *data; /* or NULL: value */
	u_quad_t value;
	size_t size;
};

#define STRING(num, name, data, desc)                                           \
	{                                                                       \
		num, CTLTYPE_STRING, 0, name, desc, NULL, data, 0, sizeof(data) \
	}
#define CONSTANT(num, name, value, desc)                                              \
	{                                                                             \
		num, CTLTYPE_INT, CTLFLAG_IMMEDIATE, name, desc, NULL, NULL, value, 0 \
	}
#define INTEGER(num, name, data, desc)                            \
	{                                                         \
		num, CTLTYPE_INT, 0, name, desc, NULL, data, 0, 0 \
	}
#define MADE(num, type, name, func, size, desc)               \
	{                                                     \
		num, type, 0, name, desc, func, NULL, 0, size \
	}

static const struct variable kern_variables[] = {
	STRING(KERN_OSTYPE, "ostype", ostype, "operating system type"),
	STRING(KERN_OSRELEASE, "osrelease", osrelease, "operating system release"),
	CONSTANT(KERN_OSREV, "osrevision", __NetBSD_Version__, "operating system revision"),
	STRING(KERN_VERSION, "version", version, "kernel version"),
	INTEGER(KERN_MAXPROC, "maxproc", &maxproc, "most processes at a time"),
	{ KERN_MAXFILES, CTLTYPE_INT, CTLFLAG_READWRITE, "maxfiles", "most open files at a time",
	    NULL, &maxfiles, 0, 0 },
	{ CTL_CREATE, CTLTYPE_INT, CTLFLAG_READWRITE, "maxevents",
	    "most events that kqueues and epoll sets of a user watch", NULL, &rump_maxevents, 0,
	    0 },
	CONSTANT(KERN_ARGMAX, "argmax", ARG_MAX, "most bytes of arguments to execve(2)"),
	INTEGER(KERN_SECURELVL, "securelevel", &securelevel, "system security level"),
	{ KERN_HOSTNAME, CTLTYPE_STRING, CTLFLAG_READWRITE, "hostname", "host name", sysctl_name,
	    hostname, 0, sizeof(hostname) },
	{ KERN_HOSTID, CTLTYPE_INT, CTLFLAG_READWRITE | CTLFLAG_IMMEDIATE | CTLFLAG_HEX, "hostid",
	    "host identifier", NULL, NULL, 0, 0 },
	MADE(KERN_CLOCKRATE, CTLTYPE_STRUCT, "clockrate", sysctl_clockrate,
	    sizeof(struct clockinfo), "kernel clock rates"),
	CONSTANT(KERN_POSIX1, "posix1version", 200112, "version of POSIX followed"),
	CONSTANT(KERN_NGROUPS, "ngroups", NGROUPS, "most supplementary groups"),
	CONSTANT(KERN_JOB_CONTROL, "job_control", 1, "whether job control is available"),
	CONSTANT(KERN_SAVED_IDS, "saved_ids", 1, "whether saved ids are available"),
	{ KERN_DOMAINNAME, CTLTYPE_STRING, CTLFLAG_READWRITE, "domainname", "YP domain name",
	    sysctl_name, domainname, 0, sizeof(domainname) },
	CONSTANT(KERN_FSYNC, "fsync", 1, "whether fsync(2) is available"),
	CONSTANT(
	    KERN_SYNCHRONIZED_IO, "synchronized_io", 1, "whether synchronized I/O is available"),
	CONSTANT(KERN_IOV_MAX, "iov_max", IOV_MAX, "most iovecs of one call"),
	CONSTANT(
	    KERN_LOGIN_NAME_MAX, "login_name_max", MAXLOGNAME, "longest login name, with its NUL"),
	CONSTANT(KERN_MSGBUFSIZE, "msgbufsize", MSGBUFSIZE, "size of the message buffer"),
	MADE(KERN_MSGBUF, CTLTYPE_STRUCT, "msgbuf", sysctl_msgbuf, MSGBUFSIZE, "kernel messages"),
	CONSTANT(KERN_MAXPHYS, "maxphys", MAXPHYS, "most bytes of one transfer"),
	CONSTANT(KERN_MONOTONIC_CLOCK, "monotonic_clock", 200112, "version of the monotonic clock"),
	MADE(KERN_URND, CTLTYPE_STRUCT, "urandom", sysctl_random, 256, "random bytes"),
	MADE(KERN_ARND, CTLTYPE_STRUCT, "arandom", sysctl_random, 256, "random bytes"),
	MADE(KERN_HARDCLOCK_TICKS, CTLTYPE_INT, "hardclock_ticks", sysctl_ticks, sizeof(int),
	    "clock ticks since boot"),
	MADE(KERN_BOOTTIME, CTLTYPE_STRUCT, "boottime", sysctl_boottime, sizeof(struct timeval),
	    "time of boot"),
};

static const struct variable hw_variables[] = {
	STRING(HW_MACHINE, "machine", machine_name, "machine class"),
	STRING(HW_MACHINE_ARCH, "machine_arch", machine_arch_name, "machine's processor"),
	STRING(HW_MODEL, "model", model_name, "machine model"),
	MADE(HW_NCPU, CTLTYPE_INT, "ncpu", sysctl_cpus, sizeof(int), "virtual CPUs"),
	MADE(HW_NCPUONLINE, CTLTYPE_INT, "ncpuonline", sysctl_cpus, sizeof(int),
	    "virtual CPUs that are on"),
	CONSTANT(HW_BYTEORDER, "byteorder", _BYTE_ORDER, "byte order, 1234 or 4321"),
	MADE(HW_PHYSMEM, CTLTYPE_INT, "physmem", sysctl_physmem, sizeof(int), "bytes of memory"),
	MADE(HW_USERMEM, CTLTYPE_INT, "usermem", sysctl_physmem, sizeof(int),
	    "bytes of memory for processes"),
	CONSTANT(HW_PAGESIZE, "pagesize", PAGE_SIZE, "bytes of a page"),
	CONSTANT(HW_ALIGNBYTES, "alignbytes", ALIGNBYTES, "alignment of any object, less one"),
	MADE(HW_PHYSMEM64, CTLTYPE_QUAD, "physmem64", sysctl_physmem, 0, "bytes of memory"),
	MADE(HW_USERMEM64, CTLTYPE_QUAD, "usermem64", sysctl_physmem, 0,
	    "bytes of memory for processes"),
};

static const struct variable mem_variables[] = {
	MADE(CTL_CREATE, CTLTYPE_QUAD, "limit", sysctl_mem, 0, "RUMP_MEMLIMIT in bytes"),
	MADE(CTL_CREATE, CTLTYPE_QUAD, "used", sysctl_mem, 0, "bytes in use"),
	MADE(CTL_CREATE, CTLTYPE_QUAD, "resident", sysctl_mem, 0,
	    "bytes that the host may have given"),
};

static void
make(struct sysctllog **log, const struct sysctlnode *parent, const struct variable *v, u_int n)
{
	for (; n > 0; v++, n--) {
		const int error = sysctl_createv(log, CTLFLAG_PERMANENT, &parent, NULL, v->flags,
		    v->type, v->name, v->desc, v->func, v->value, __UNCONST(v->data), v->size,
		    v->num, CTL_EOL);

		KASSERTMSG(error == 0, "%s: %d", v->name, error);
	}
}

static const struct sysctlnode *
make_node(struct sysctllog **log, const struct sysctlnode *parent, int num, const char *name,
    const char *desc)
{
	const struct sysctlnode *node = NULL;

	(void)sysctl_createv(log, CTLFLAG_PERMANENT, &parent, &node, 0, CTLTYPE_NODE, name, desc,
	    NULL, 0, NULL, 0, num, CTL_EOL);
	return node;
}

void
sysctl_base_setup(struct sysctllog **log)
{
	const struct sysctlnode *node;
	struct rump_meminfo mi;

	memset(hostname, 0, sizeof(hostname));
	memset(domainname, 0, sizeof(domainname));
	domainnamelen = 0;
	if (rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, hostname, sizeof(hostname)) != 0)
		strlcpy(hostname, "rump", sizeof(hostname));
	hostnamelen = strlen(hostname);
	rump_mem_info(&mi);
	physmem = MIN(mi.mi_limit, (size_t)4 << 30) >> PAGE_SHIFT;

	node = make_node(log, NULL, CTL_KERN, "kern", "the kernel");
	make(log, node, kern_variables, __arraycount(kern_variables));
	rump_module_sysctl(log);
	make_node(log, NULL, CTL_VM, "vm", "virtual memory");
	make_node(log, NULL, CTL_VFS, "vfs", "file systems");
	make_node(log, NULL, CTL_NET, "net", "networks");
	make_node(log, NULL, CTL_DEBUG, "debug", "debugging");
	node = make_node(log, NULL, CTL_HW, "hw", "the machine");
	make(log, node, hw_variables, __arraycount(hw_variables));
	node = make_node(log, node, CTL_CREATE, "rump", "what the rump kernel takes of its host");
	node = make_node(log, node, CTL_CREATE, "mem", "memory");
	make(log, node, mem_variables, __arraycount(mem_variables));
}
