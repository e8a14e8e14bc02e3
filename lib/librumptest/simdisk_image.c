/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Layers of contents: simdisk_impl.h has the model. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simdisk_impl.h"

struct rumptest_image *
rumptest__image_on(struct rumptest_image *below, uint64_t size, unsigned sector)
{
	struct rumptest_image *const image = calloc(1, sizeof(*image));

	if (image == NULL)
		return NULL;
	image->i_below = below != NULL ? rumptest__image_ref(below) : NULL;
	image->i_refs = 1;
	image->i_size = size;
	image->i_sector = sector;
	return image;
}

struct rumptest_image *
rumptest__image_ref(const struct rumptest_image *image)
{
	struct rumptest_image *const i = (struct rumptest_image *)(uintptr_t)image;

	__atomic_add_fetch(&i->i_refs, 1, __ATOMIC_RELAXED);
	return i;
}

void
rumptest_image_free(struct rumptest_image *image)
{
	struct rumptest_image *below;

	for (; image != NULL; image = below) {
		if (__atomic_sub_fetch(&image->i_refs, 1, __ATOMIC_ACQ_REL) != 0)
			return;
		below = image->i_below;
		for (size_t i = 0; i < image->i_nslots; i++)
			free(image->i_slots[i].s_data);
		free(image->i_slots);
		free(image);
	}
}

/* ---- One layer's pages ---- */

/* The slot of a page, or the empty one where it would go; there is one. */
static struct sim_slot *
slot_of(struct sim_slot *slots, size_t nslots, uint64_t page)
{
	size_t i = (size_t)(page * 0x9e3779b97f4a7c15ULL >> 20) & (nslots - 1);

	while (slots[i].s_page != 0 && slots[i].s_page != page + 1)
		i = (i + 1) & (nslots - 1);
	return &slots[i];
}

static char *
own_page(const struct rumptest_image *image, uint64_t page)
{
	return image->i_nslots == 0 ? NULL : slot_of(image->i_slots, image->i_nslots, page)->s_data;
}

static bool
grow(struct rumptest_image *image)
{
	const size_t nslots = image->i_nslots == 0 ? 16 : 2 * image->i_nslots;
	struct sim_slot *const slots = calloc(nslots, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < image->i_nslots; i++)
		if (image->i_slots[i].s_page != 0)
			*slot_of(slots, nslots, image->i_slots[i].s_page - 1) = image->i_slots[i];
	free(image->i_slots);
	image->i_slots = slots;
	image->i_nslots = nslots;
	return true;
}

/* The page as the topmost layer has it; NULL: zeroes. */
static const char *
find_page(const struct rumptest_image *image, uint64_t page)
{
	const char *data = NULL;

	for (; image != NULL && data == NULL; image = image->i_below)
		data = own_page(image, page);
	return data;
}

/* A page of the layer's own, with what was there; NULL: no memory. */
static char *
make_page(struct rumptest_image *image, uint64_t page)
{
	char *data = own_page(image, page);
	const char *old;
	struct sim_slot *slot;

	if (data != NULL)
		return data;
	if (2 * (image->i_npages + 1) > image->i_nslots && !grow(image))
		return NULL;
	data = malloc(SIM_PAGE);
	if (data == NULL)
		return NULL;
	old = find_page(image->i_below, page);
	if (old != NULL)
		memcpy(data, old, SIM_PAGE);
	else
		memset(data, 0, SIM_PAGE);
	slot = slot_of(image->i_slots, image->i_nslots, page);
	slot->s_page = page + 1;
	slot->s_data = data;
	image->i_npages++;
	return data;
}

/* ---- Bytes ---- */

static size_t
piece(uint64_t off, size_t len)
{
	const size_t in = (size_t)(off % SIM_PAGE);

	return len < SIM_PAGE - in ? len : SIM_PAGE - in;
}

void
rumptest_image_get(const struct rumptest_image *image, void *data, size_t len, uint64_t off)
{
	char *out = data;

	for (size_t n; len > 0; len -= n, off += n, out += n) {
		const char *const page = find_page(image, off / SIM_PAGE);

		n = piece(off, len);
		if (page != NULL)
			memcpy(out, page + off % SIM_PAGE, n);
		else
			memset(out, 0, n);
	}
}

bool
rumptest__image_put(struct rumptest_image *image, const void *data, size_t len, uint64_t off)
{
	const char *in = data;

	for (size_t n; len > 0; len -= n, off += n, in += n) {
		char *const page = make_page(image, off / SIM_PAGE);

		if (page == NULL)
			return false;
		n = piece(off, len);
		memcpy(page + off % SIM_PAGE, in, n);
	}
	return true;
}

int
rumptest_image_save(const struct rumptest_image *image, const char *path)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int error = 0;

	if (fd == -1)
		return errno;
	if (ftruncate(fd, (off_t)image->i_size) == -1)
		error = errno;
	for (uint64_t off = 0; error == 0 && off < image->i_size; off += SIM_PAGE) {
		const char *const page = find_page(image, off / SIM_PAGE);
		const size_t n =
		    image->i_size - off < SIM_PAGE ? (size_t)(image->i_size - off) : SIM_PAGE;

		if (page != NULL && pwrite(fd, page, n, (off_t)off) != (ssize_t)n)
			error = errno != 0 ? errno : ENOSPC;
	}
	if (close(fd) == -1 && error == 0)
		error = errno;
	return error;
}
