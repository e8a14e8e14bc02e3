/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* bus_space(9): what is not one call of the tag's table. */
#include <sys/param.h>
#include <sys/systm.h>

#include <machine/bus_space.h>

int
bus_space_map(
    bus_space_tag_t t, bus_addr_t addr, bus_size_t size, int flags, bus_space_handle_t *hp)
{
	ASSERT_SLEEPABLE();
	if (size == 0 || addr + size - 1 < addr)
		return EINVAL;
	return (*t->bst_ops->bs_map)(t->bst_cookie, addr, size, flags, hp);
}

void
bus_space_unmap(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size)
{
	(*t->bst_ops->bs_unmap)(t->bst_cookie, h, size);
}

int
bus_space_subregion(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, bus_size_t size,
    bus_space_handle_t *hp)
{
	if (t->bst_ops->bs_subregion != NULL)
		return (*t->bst_ops->bs_subregion)(t->bst_cookie, h, off, size, hp);
	*hp = h + off;
	return 0;
}

int
bus_space_alloc(bus_space_tag_t t, bus_addr_t start, bus_addr_t end, bus_size_t size,
    bus_size_t align, bus_size_t boundary, int flags, bus_addr_t *addrp, bus_space_handle_t *hp)
{
	ASSERT_SLEEPABLE();
	if (t->bst_ops->bs_alloc == NULL)
		return EOPNOTSUPP;
	return (*t->bst_ops->bs_alloc)(
	    t->bst_cookie, start, end, size, align, boundary, flags, addrp, hp);
}

void
bus_space_free(bus_space_tag_t t, bus_space_handle_t h, bus_size_t size)
{
	(*t->bst_ops->bs_free)(t->bst_cookie, h, size);
}

void *
bus_space_vaddr(bus_space_tag_t t, bus_space_handle_t h)
{
	return t->bst_ops->bs_vaddr != NULL ? (*t->bst_ops->bs_vaddr)(t->bst_cookie, h) : NULL;
}

paddr_t
bus_space_mmap(bus_space_tag_t t, bus_addr_t addr, off_t off, int prot, int flags)
{
	if (t->bst_ops->bs_mmap == NULL)
		return (paddr_t)-1;
	return (*t->bst_ops->bs_mmap)(t->bst_cookie, addr, off, prot, flags);
}

bool
bus_space_is_equal(bus_space_tag_t a, bus_space_tag_t b)
{
	return a->bst_ops == b->bst_ops && a->bst_cookie == b->bst_cookie;
}

bool
bus_space_handle_is_equal(bus_space_tag_t t, bus_space_handle_t a, bus_space_handle_t b)
{
	return a == b;
}

void
bus_space_barrier(
    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, bus_size_t len, int flags)
{
	if (t->bst_ops->bs_barrier != NULL)
		(*t->bst_ops->bs_barrier)(t->bst_cookie, h, off, len, flags);
	else
		__insn_barrier();
}

static int
probe(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, size_t width, bool write)
{
	if (t->bst_ops->bs_probe == NULL)
		return 0;
	return (*t->bst_ops->bs_probe)(t->bst_cookie, h, off, width, write);
}

#define BUS_SPACE_DEFINE(N, type)                                                                 \
	int bus_space_peek_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *vp) \
	{                                                                                         \
		const int error = probe(t, h, off, N, false);                                     \
                                                                                                  \
		if (error == 0 && vp != NULL)                                                     \
			*vp = bus_space_read_##N(t, h, off);                                      \
		return error;                                                                     \
	}                                                                                         \
	int bus_space_poke_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v)   \
	{                                                                                         \
		const int error = probe(t, h, off, N, true);                                      \
                                                                                                  \
		if (error == 0)                                                                   \
			bus_space_write_##N(t, h, off, v);                                        \
		return error;                                                                     \
	}                                                                                         \
	void bus_space_read_multi_##N(                                                            \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *buf, bus_size_t n)     \
	{                                                                                         \
		for (; n > 0; n--)                                                                \
			*buf++ = bus_space_read_##N(t, h, off);                                   \
	}                                                                                         \
	void bus_space_write_multi_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off,   \
	    const type *buf, bus_size_t n)                                                        \
	{                                                                                         \
		for (; n > 0; n--)                                                                \
			bus_space_write_##N(t, h, off, *buf++);                                   \
	}                                                                                         \
	void bus_space_read_region_##N(                                                           \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type *buf, bus_size_t n)     \
	{                                                                                         \
		for (; n > 0; n--, off += N)                                                      \
			*buf++ = bus_space_read_##N(t, h, off);                                   \
	}                                                                                         \
	void bus_space_write_region_##N(bus_space_tag_t t, bus_space_handle_t h, bus_size_t off,  \
	    const type *buf, bus_size_t n)                                                        \
	{                                                                                         \
		for (; n > 0; n--, off += N)                                                      \
			bus_space_write_##N(t, h, off, *buf++);                                   \
	}                                                                                         \
	void bus_space_set_multi_##N(                                                             \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v, bus_size_t n)        \
	{                                                                                         \
		for (; n > 0; n--)                                                                \
			bus_space_write_##N(t, h, off, v);                                        \
	}                                                                                         \
	void bus_space_set_region_##N(                                                            \
	    bus_space_tag_t t, bus_space_handle_t h, bus_size_t off, type v, bus_size_t n)        \
	{                                                                                         \
		for (; n > 0; n--, off += N)                                                      \
			bus_space_write_##N(t, h, off, v);                                        \
	}                                                                                         \
	void bus_space_copy_region_##N(bus_space_tag_t t, bus_space_handle_t h1, bus_size_t off1, \
	    bus_space_handle_t h2, bus_size_t off2, bus_size_t n)                                 \
	{                                                                                         \
		const bool down = h1 == h2 && off1 < off2;                                        \
                                                                                                  \
		for (bus_size_t i = 0; i < n; i++) {                                              \
			const bus_size_t at = (down ? n - 1 - i : i) * N;                         \
                                                                                                  \
			bus_space_write_##N(                                                      \
			    t, h2, off2 + at, bus_space_read_##N(t, h1, off1 + at));              \
		}                                                                                 \
	}

BUS_SPACE_DEFINE(1, uint8_t)
BUS_SPACE_DEFINE(2, uint16_t)
BUS_SPACE_DEFINE(4, uint32_t)
BUS_SPACE_DEFINE(8, uint64_t)

/* ---- Plain memory ---- */

static int
mem_map(void *cookie, bus_addr_t addr, bus_size_t size, int flags, bus_space_handle_t *hp)
{
	*hp = (bus_space_handle_t)cookie + addr;
	return 0;
}

static void
mem_unmap(void *cookie, bus_space_handle_t h, bus_size_t size)
{
}

static void *
mem_vaddr(void *cookie, bus_space_handle_t h)
{
	return (void *)h;
}

#define MEM_ACCESS(N, type)                                                                   \
	static type mem_read_##N(void *cookie, bus_space_handle_t h, bus_size_t off)          \
	{                                                                                     \
		return __atomic_load_n((type *)(h + off), __ATOMIC_RELAXED);                  \
	}                                                                                     \
	static void mem_write_##N(void *cookie, bus_space_handle_t h, bus_size_t off, type v) \
	{                                                                                     \
		__atomic_store_n((type *)(h + off), v, __ATOMIC_RELAXED);                     \
	}
MEM_ACCESS(1, uint8_t)
MEM_ACCESS(2, uint16_t)
MEM_ACCESS(4, uint32_t)
MEM_ACCESS(8, uint64_t)

const struct bus_space_ops bus_space_memory_ops = {
	.bs_map = mem_map,
	.bs_unmap = mem_unmap,
	.bs_vaddr = mem_vaddr,
	.bs_read_1 = mem_read_1,
	.bs_read_2 = mem_read_2,
	.bs_read_4 = mem_read_4,
	.bs_read_8 = mem_read_8,
	.bs_write_1 = mem_write_1,
	.bs_write_2 = mem_write_2,
	.bs_write_4 = mem_write_4,
	.bs_write_8 = mem_write_8,
};
