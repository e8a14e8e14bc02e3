/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See ext2fs_testlib_fc.h. */
#define _GNU_SOURCE
#include <check.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext2fs_testlib.h"
#include "ext2fs_testlib_fc.h"

enum { JS_MAXLEN = 0x10, JS_SEQUENCE = 0x18, JS_INCOMPAT = 0x28, JS_FC_BLOCKS = 0x54 };
enum { JS_CHECKSUM = 0xfc, JS_SIZE = 1024, JS_CSUM_V2_V3 = 0x18, JS_FAST_COMMIT = 0x20 };
enum { JS_FC_DEFAULT = 256, AREA_MAX = 15 };

uint32_t
fc_crc32c(uint32_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

/* ---- What debugfs knows ---- */

static char *
debugfs(const char *image, const char *request)
{
	size_t len;

	tl_run("debugfs -R '%s' %s 2>/dev/null >answer", request, image);
	return (char *)tl_slurp("answer", &len);
}

static uint32_t
number_after(const char *image, const char *request, const char *word)
{
	char *const text = debugfs(image, request);
	const char *const at = strstr(text, word);
	uint32_t n;

	ck_assert_msg(at != NULL, "debugfs: %s: %s", request, text);
	n = (uint32_t)strtoul(at + strlen(word), NULL, 0);
	free(text);
	return n;
}

uint32_t
fc_ino(const struct fc_image *im, const char *path)
{
	char request[400];

	snprintf(request, sizeof(request), "stat \"%s\"", path);
	return number_after(im->im_path, request, "Inode: ");
}

uint8_t *
fc_inode_at(const struct fc_image *im, uint32_t ino)
{
	char request[60];
	uint32_t block, off;

	snprintf(request, sizeof(request), "imap <%u>", ino);
	block = number_after(im->im_path, request, "located at block ");
	off = number_after(im->im_path, request, "offset ");
	return im->im_data + (size_t)block * im->im_bsize + off;
}

uint32_t
fc_free_ino(const struct fc_image *im, unsigned i)
{
	/* Files take the lowest numbers; debugfs says of the rest that it is free. */
	const uint32_t ino = 800 + i;
	char request[60], *text;

	snprintf(request, sizeof(request), "testi <%u>", ino);
	text = debugfs(im->im_path, request);
	ck_assert_msg(strstr(text, "not in use") != NULL, "%s", text);
	free(text);
	return ino;
}

uint32_t
fc_free_block(const struct fc_image *im, unsigned i)
{
	const uint32_t block = (uint32_t)(im->im_len / im->im_bsize) - 200 + 10 * i;
	char request[60], *text;

	snprintf(request, sizeof(request), "testb %u 10", block);
	text = debugfs(im->im_path, request);
	ck_assert_msg(strstr(text, "marked in use") == NULL, "%s", text);
	free(text);
	return block;
}

/* ---- The image ---- */

static uint32_t
get_be(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return be32toh(v);
}

static void
put_be(uint8_t *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, 4);
}

static uint32_t
journal_block(const char *image, uint32_t n)
{
	char request[60], *text;
	uint32_t block;

	snprintf(request, sizeof(request), "bmap <8> %u", n);
	text = debugfs(image, request);
	block = (uint32_t)strtoul(text, NULL, 0);
	free(text);
	ck_assert_uint_ne(block, 0);
	return block;
}

/* A transaction that writes the root directory's block as it is. */
static void
make_transaction(const char *path, const char *jo, uint32_t bsize)
{
	char *text = debugfs(path, "bmap <2> 0");
	const uint32_t block = (uint32_t)strtoul(text, NULL, 0);

	free(text);
	tl_run("dd if=%s of=rootblock bs=%u skip=%u count=1", path, bsize, block);
	tl_run("printf 'jo %s\\njw -b %u rootblock\\njc\\n' >jcmd; debugfs -w -f jcmd %s", jo,
	    block, path);
}

void
fc_open(struct fc_image *im, const char *path, const char *jo)
{
	uint8_t *js, *data;
	uint32_t first, n;
	size_t len;

	memset(im, 0, sizeof(*im));
	snprintf(im->im_path, sizeof(im->im_path), "%s", path);
	data = tl_slurp(path, &len);
	im->im_bsize = 1024u << data[1024 + 0x18];
	im->im_isize = data[1024 + 0x58] | data[1024 + 0x59] << 8;
	free(data);
	make_transaction(path, jo, im->im_bsize);
	im->im_data = tl_slurp(path, &im->im_len);
	im->im_js = journal_block(path, 0);
	js = im->im_data + (size_t)im->im_js * im->im_bsize;
	put_be(js + JS_INCOMPAT, get_be(js + JS_INCOMPAT) | JS_FAST_COMMIT);
	if (get_be(js + JS_INCOMPAT) & JS_CSUM_V2_V3) {
		put_be(js + JS_CHECKSUM, 0);
		put_be(js + JS_CHECKSUM, fc_crc32c(~0u, js, JS_SIZE));
	}
	im->im_tid = get_be(js + JS_SEQUENCE) + 1;
	n = get_be(js + JS_FC_BLOCKS) != 0 ? get_be(js + JS_FC_BLOCKS) : JS_FC_DEFAULT;
	first = get_be(js + JS_MAXLEN) - n + 1;
	im->im_area = n - 1 < AREA_MAX ? n - 1 : AREA_MAX;
	im->im_blocks = calloc(im->im_area, sizeof(uint32_t));
	for (uint32_t i = 0; i < im->im_area; i++)
		im->im_blocks[i] = journal_block(path, first + i);
	im->im_log = calloc(im->im_area, im->im_bsize);
}

void
fc_close(struct fc_image *im)
{
	for (uint32_t i = 0; i < im->im_area; i++)
		memcpy(im->im_data + (size_t)im->im_blocks[i] * im->im_bsize,
		    im->im_log + (size_t)i * im->im_bsize, im->im_bsize);
	tl_spew(im->im_path, im->im_data, im->im_len);
	free(im->im_data);
	free(im->im_blocks);
	free(im->im_log);
}

/* ---- Records ---- */

static void
put_le(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint8_t *
append(struct fc_image *im, unsigned tag, const void *value, size_t len, size_t said)
{
	uint8_t *const p = im->im_log + im->im_used;

	ck_assert(im->im_used + 4 + len <= (size_t)im->im_area * im->im_bsize);
	put_le(p, tag, 2);
	put_le(p + 2, said, 2);
	if (value != NULL)
		memcpy(p + 4, value, len);
	im->im_used += 4 + len;
	return p;
}

/* No record lies across a block's end, and each block has room for the padding's header. */
static void
make_room(struct fc_image *im, size_t len)
{
	const size_t left = im->im_bsize - im->im_used % im->im_bsize;

	ck_assert(len + 8 <= im->im_bsize);
	if (left >= len + 8)
		return;
	im->im_crc = fc_crc32c(im->im_crc, append(im, FC_PAD, NULL, left - 4, left - 4), left);
}

void
fc_record(struct fc_image *im, unsigned tag, const void *value, size_t len)
{
	make_room(im, len);
	im->im_crc = fc_crc32c(im->im_crc, append(im, tag, value, len, len), 4 + len);
}

void
fc_head(struct fc_image *im, uint32_t tid, uint32_t features)
{
	uint8_t v[8];

	put_le(v, features, 4);
	put_le(v + 4, tid, 4);
	fc_record(im, FC_HEAD, v, sizeof(v));
}

void
fc_add_range(struct fc_image *im, uint32_t ino, uint32_t lblk, uint16_t len, uint64_t blk)
{
	uint8_t v[16];

	put_le(v, ino, 4);
	put_le(v + 4, lblk, 4);
	put_le(v + 8, len, 2);
	put_le(v + 10, blk >> 32, 2);
	put_le(v + 12, blk, 4);
	fc_record(im, FC_ADD_RANGE, v, sizeof(v));
}

void
fc_del_range(struct fc_image *im, uint32_t ino, uint32_t lblk, uint32_t len)
{
	uint8_t v[12];

	put_le(v, ino, 4);
	put_le(v + 4, lblk, 4);
	put_le(v + 8, len, 4);
	fc_record(im, FC_DEL_RANGE, v, sizeof(v));
}

void
fc_name(
    struct fc_image *im, unsigned tag, uint32_t parent, uint32_t ino, const char *name, size_t len)
{
	uint8_t v[8 + 256];

	put_le(v, parent, 4);
	put_le(v + 4, ino, 4);
	memcpy(v + 8, name, len);
	fc_record(im, tag, v, 8 + len);
}

void
fc_inode(struct fc_image *im, uint32_t ino, const uint8_t *raw, size_t len)
{
	uint8_t v[4 + 1024];

	put_le(v, ino, 4);
	memcpy(v + 4, raw, len);
	fc_record(im, FC_INODE, v, 4 + len);
}

void
fc_tail(struct fc_image *im, uint32_t tid, uint32_t wrong)
{
	size_t left;
	uint8_t *p;

	make_room(im, 8);
	left = im->im_bsize - im->im_used % im->im_bsize;
	p = append(im, FC_TAIL, NULL, left - 4, left - 4);
	put_le(p + 4, tid, 4);
	put_le(p + 8, fc_crc32c(im->im_crc, p, 8) ^ wrong, 4);
	im->im_crc = 0;
}
