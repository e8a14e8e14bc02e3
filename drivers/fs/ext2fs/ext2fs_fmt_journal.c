/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Decoders of the journal's structures (JBD2), big endian; its fast-commit area is another format,
 * in ext2fs_fmt_fc.c.  See ext2fs_fmt.h and the journal's section of SPEC.md.
 */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/systm.h>

#include "ext2fs_fmt.h"

int
e2_jheader_decode(const void *buf, size_t len, struct e2_jheader *jh)
{
	const uint8_t *p = buf;

	if (len < E2J_HDR_SIZE || be32dec(p + E2J_MAGIC_OFF) != E2J_MAGIC)
		return EINVAL;
	jh->jh_type = be32dec(p + E2J_TYPE);
	jh->jh_sequence = be32dec(p + E2J_SEQUENCE);
	return 0;
}

int
e2_jsuper_decode(const void *buf, size_t len, struct e2_jsuper *js)
{
	const uint8_t *p = buf;
	struct e2_jheader jh;

	memset(js, 0, sizeof(*js));
	if (len < E2JS_SIZE || e2_jheader_decode(buf, len, &jh) != 0)
		return EINVAL;
	if (jh.jh_type != E2J_SUPER_V1 && jh.jh_type != E2J_SUPER_V2)
		return EINVAL;
	js->js_type = jh.jh_type;
	js->js_blocksize = be32dec(p + E2JS_BLOCKSIZE);
	js->js_maxlen = be32dec(p + E2JS_MAXLEN);
	js->js_first = be32dec(p + E2JS_FIRST);
	js->js_sequence = be32dec(p + E2JS_SEQUENCE);
	js->js_start = be32dec(p + E2JS_START);
	if (js->js_type == E2J_SUPER_V1)
		return 0;
	js->js_compat = be32dec(p + E2JS_COMPAT);
	js->js_incompat = be32dec(p + E2JS_INCOMPAT);
	js->js_ro_compat = be32dec(p + E2JS_RO_COMPAT);
	memcpy(js->js_uuid, p + E2JS_UUID, sizeof(js->js_uuid));
	js->js_checksum_type = p[E2JS_CHECKSUM_TYPE];
	js->js_num_fc_blocks = be32dec(p + E2JS_NUM_FC_BLOCKS);
	js->js_checksum = be32dec(p + E2JS_CHECKSUM);
	return 0;
}

/*
 * Three shapes: with checksum v3 16 bytes whose fields are all of 32 bits; before that 8 bytes,
 * 2 more with checksum v2 (its 16 bits take room that old tags did not have), 4 more with the
 * high half of 64-bit block numbers.  A uuid follows unless the flags say it is the same.
 */
int
e2_jtag_decode(
    const void *buf, size_t len, size_t off, const struct e2_jsuper *js, struct e2_jtag *jt)
{
	const uint8_t *p = (const uint8_t *)buf + off;
	const bool wide = js->js_incompat & E2J_INCOMPAT_64BIT;
	const bool v3 = js->js_incompat & E2J_INCOMPAT_CSUM_V3;
	const bool v2 = js->js_incompat & E2J_INCOMPAT_CSUM_V2;

	jt->jt_size = v3 ? 16 : 8 + (v2 ? 2 : 0) + (wide ? 4 : 0);
	if (off > len || len - off < jt->jt_size)
		return EINVAL;
	jt->jt_block = be32dec(p);
	if (v3) {
		jt->jt_flags = be32dec(p + 4);
		jt->jt_checksum = be32dec(p + 12);
	} else {
		jt->jt_checksum = be16dec(p + 4);
		jt->jt_flags = be16dec(p + 6);
	}
	if (wide)
		jt->jt_block |= (uint64_t)be32dec(p + 8) << 32;
	if (!(jt->jt_flags & E2JT_SAME_UUID))
		jt->jt_size += E2J_UUID_SIZE;
	return 0;
}

int
e2_jrevoke_decode(const void *buf, size_t len, bool wide, uint32_t i, uint64_t *blk)
{
	const uint8_t *p = buf;
	const uint32_t size = wide ? 8 : 4;
	uint32_t used;

	if (len < E2JR_RECORDS)
		return EINVAL;
	used = be32dec(p + E2JR_COUNT); /* bytes, the header's included */
	if (used < E2JR_RECORDS || used > len)
		return EINVAL;
	if (i >= (used - E2JR_RECORDS) / size)
		return ENOENT;
	p += E2JR_RECORDS + (size_t)i * size;
	*blk = wide ? be64dec(p) : be32dec(p);
	return 0;
}

uint32_t
e2_jtail_decode(const void *buf, size_t len)
{
	return be32dec((const uint8_t *)buf + len - E2J_TAIL_SIZE);
}

int
e2_jcommit_decode(const void *buf, size_t len, struct e2_jcommit *jc)
{
	const uint8_t *p = buf;

	if (len < E2JC_CHKSUM + 4)
		return EINVAL;
	jc->jc_chksum_type = p[E2JC_CHKSUM_TYPE];
	jc->jc_chksum_size = p[E2JC_CHKSUM_SIZE];
	jc->jc_chksum = be32dec(p + E2JC_CHKSUM);
	return 0;
}
