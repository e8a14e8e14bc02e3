/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * bus_space(9): registers and memory of devices.
 *
 * A tag is a table of functions and what they work for; buses make tags, drivers get them.  The
 * bus has the host's byte order, so the stream forms do what the others do.  Accesses are one
 * call of the table each, and in order: barriers are for those who think of other machines.
 *
 * ctx of accesses and barriers: any.  sleeps: never.  Of the rest: thread; sleeps.
 */
#ifndef KPI_MACHINE_BUS_SPACE_H
#define KPI_MACHINE_BUS_SPACE_H

#include <sys/types.h>

typedef struct bus_space_tag *bus_space_tag_t;
typedef uintptr_t bus_space_handle_t;
#define PRIxBSH "lx"
#define PRIxBSR "lx"

#define BUS_SPACE_MAP_CACHEABLE	   0x01
#define BUS_SPACE_MAP_LINEAR	   0x02 /* bus_space_vaddr() is wanted */
#define BUS_SPACE_MAP_PREFETCHABLE 0x04

#define BUS_SPACE_BARRIER_READ	0x01
#define BUS_SPACE_BARRIER_WRITE 0x02

#define BUS_SPACE_ALIGNED_POINTER(p, t) ALIGNED_POINTER(p, t)

/*
 * What a tag does.  Only map, unmap and the four reads and writes must be there; the defaults of the
 * others are said beside them.  off is within the mapping by contract; the table may check it.
 */
struct bus_space_ops {
	int (*bs_map)(
	    void *cookie, bus_addr_t addr, bus_size_t size, int flags, bus_space_handle_t *hp);
	void (*bs_unmap)(void *cookie, bus_space_handle_t h, bus_size_t size);
	/* Default: h + off. */
	int (*bs_subregion)(void *cookie, bus_space_handle_t h, bus_size_t off, bus_size_t size,
	    bus_space_handle_t *hp);
	/* Default: EOPNOTSUPP. */
	int (*bs_alloc)(void *cookie, bus_addr_t start, bus_addr_t end, bus_size_t size,
	    bus_size_t align, bus_size_t boundary, int flags, bus_addr_t *addrp,
	    bus_space_handle_t *hp);
	void (*bs_free)(void *cookie, bus_space_handle_t h, bus_size_t size);
	/* Default: NULL, -1. */
	void *(*bs_vaddr)(void *cookie, bus_space_handle_t h);
	paddr_t (*bs_mmap)(void *cookie, bus_addr_t addr, off_t off, int prot, int flags);
	/* Default: a barrier for the compiler. */
	void (*bs_barrier)(
	    void *cookie, bus_space_handle_t h, bus_size_t off, bus_size_t len, int flags);
	/* Is something there?  Default: yes.  errors: EFAULT. */
	int (*bs_probe)(
	    void *cookie, bus_space_handle_t h, bus_size_t off, size_t width, bool write);
	uint8_t (*bs_read_1)(void *cookie, bus_space_handle_t h, bus_size_t off);
	uint16_t (*bs_read_2)(void *cookie, bus_space_handle_t h, bus_size_t off);
	uint32_t (*bs_read_4)(void *cookie, bus_space_handle_t h, bus_size_t off);
	uint64_t (*bs_read_8)(void *cookie, bus_space_handle_t h, bus_size_t off);
	void (*bs_write_1)(void *cookie, bus_space_handle_t h, bus_size_t off, uint8_t v);
	void (*bs_write_2)(void *cookie, bus_space_handle_t h, bus_size_t off, uint16_t v);
	void (*bs_write_4)(void *cookie, bus_space_handle_t h, bus_size_t off, uint32_t v);
	void (*bs_write_8)(void *cookie, bus_space_handle_t h, bus_size_t off, uint64_t v);
};

/* A bus's own; stays while handles of it are in use. */
struct bus_space_tag {
	const struct bus_space_ops *bst_ops;
	void *bst_cookie;
	const char *bst_name;
};

/* Plain memory: the cookie is where address 0 lies; for ports' and tests' own devices. */
extern const struct bus_space_ops bus_space_memory_ops;

/* errors: ENOMEM, EINVAL (nothing there, or not all of it). */
int bus_space_map(
    bus_space_tag_t t, bus_addr_t addr, bus_size_t size, int flags, bus_space_handle_t *hp);
void bus_space_unmap(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size);
int bus_space_subregion(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, bus_size_t size,
    bus_space_handle_t *hp);
/* errors: EOPNOTSUPP, ENOMEM. */
int bus_space_alloc(bus_space_tag_t t, bus_addr_t start, bus_addr_t end, bus_size_t size,
    bus_size_t align, bus_size_t boundary, int flags, bus_addr_t *addrp, bus_space_handle_t *hp);
void bus_space_free(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size);
/* NULL: the mapping is not linear. */
void *bus_space_vaddr(bus_space_tag_t t, bus_space_handle_t h);
paddr_t bus_space_mmap(bus_space_tag_t t, bus_addr_t addr, off_t off, int prot, int flags);
bool bus_space_is_equal(bus_space_tag_t a, bus_space_tag_t b);
bool bus_space_handle_is_equal(bus_space_tag_t t, bus_space_handle_t a, bus_space_handle_t b);
void bus_space_barrier(
    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, bus_size_t len, int flags);

/*
 * Of each width N, 1 2 4 8 bytes: read, write, and with counts of units: multi (one register, a
 * buffer), region (a row of registers, a buffer), set_multi and set_region (one value), copy_region
 * (registers to registers; overlap is taken care of).  peek and poke: errors: EFAULT.
 */
#define BUS_SPACE_DECLARE(N, type)                                                                 \
	static __always_inline type bus_space_read_##N(                                            \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off)                               \
	{                                                                                          \
		return (*t->bst_ops->bs_read_##N)(t->bst_cookie, h, off);                          \
	}                                                                                          \
	static __always_inline void bus_space_write_##N(                                           \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v)                       \
	{                                                                                          \
		(*t->bst_ops->bs_write_##N)(t->bst_cookie, h, off, v);                             \
	}                                                                                          \
	static __always_inline type bus_space_read_stream_##N(                                     \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off)                               \
	{                                                                                          \
		return bus_space_read_##N(t, h, off);                                              \
	}                                                                                          \
	static __always_inline void bus_space_write_stream_##N(                                    \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v)                       \
	{                                                                                          \
		bus_space_write_##N(t, h, off, v);                                                 \
	}                                                                                          \
	int bus_space_peek_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *vp); \
	int bus_space_poke_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v);   \
	void bus_space_read_multi_##N(                                                             \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *buf, bus_size_t n);     \
	void bus_space_write_multi_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off,    \
	    const type *buf, bus_size_t n);                                                        \
	void bus_space_read_region_##N(                                                            \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *buf, bus_size_t n);     \
	void bus_space_write_region_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off,   \
	    const type *buf, bus_size_t n);                                                        \
	void bus_space_set_multi_##N(                                                              \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v, bus_size_t n);        \
	void bus_space_set_region_##N(                                                             \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v, bus_size_t n);        \
	void bus_space_copy_region_##N(bus_space_tag_t t, bus_space_handle_t h1, bus_size_t off1,  \
	    bus_space_handle_t h2, bus_size_t off2, bus_size_t n)

BUS_SPACE_DECLARE(1, uint8_t);
BUS_SPACE_DECLARE(2, uint16_t);
BUS_SPACE_DECLARE(4, uint32_t);
BUS_SPACE_DECLARE(8, uint64_t);

#define bus_space_read_multi_stream_1	bus_space_read_multi_1
#define bus_space_read_multi_stream_2	bus_space_read_multi_2
#define bus_space_read_multi_stream_4	bus_space_read_multi_4
#define bus_space_read_multi_stream_8	bus_space_read_multi_8
#define bus_space_write_multi_stream_1	bus_space_write_multi_1
#define bus_space_write_multi_stream_2	bus_space_write_multi_2
#define bus_space_write_multi_stream_4	bus_space_write_multi_4
#define bus_space_write_multi_stream_8	bus_space_write_multi_8
#define bus_space_read_region_stream_1	bus_space_read_region_1
#define bus_space_read_region_stream_2	bus_space_read_region_2
#define bus_space_read_region_stream_4	bus_space_read_region_4
#define bus_space_read_region_stream_8	bus_space_read_region_8
#define bus_space_write_region_stream_1 bus_space_write_region_1
#define bus_space_write_region_stream_2 bus_space_write_region_2
#define bus_space_write_region_stream_4 bus_space_write_region_4
#define bus_space_write_region_stream_8 bus_space_write_region_8

#endif /* KPI_MACHINE_BUS_SPACE_H */
