/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Reading, writing, sizes and holes of regular files. */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <uvm/uvm_extern.h>

#include "tmpfs.h"

static const uint8_t hole[PAGE_SIZE];

int
tmpfs_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct uio *const uio = ap->a_uio;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	while (error == 0 && uio->uio_resid > 0 && uio->uio_offset < tn->tn_size) {
		size_t n;
		void *p = tmpfs_data_at(&tn->tn_data, uio->uio_offset, &n);

		if (p == NULL) {
			p = __UNCONST(hole);
			n = MIN(n, sizeof(hole));
		}
		n = MIN(n, MIN(uio->uio_resid, (size_t)(tn->tn_size - uio->uio_offset)));
		error = uiomove(p, n, uio);
	}
	tmpfs_accessed(vp);
	return error;
}

/* Pages that a file which grows where it ends may have in advance: as many as it has. */
static uint64_t
grow_pages(const struct tmpfs_node *tn, off_t off)
{
	return off == tn->tn_size && off > 0 && (off & PAGE_MASK) == 0
	    ? MIN((uint64_t)off >> PAGE_SHIFT, TMPFS_MAXRUN)
	    : 0;
}

/* Bytes at the current position, as far as one run reaches. */
static int
write_run(struct tmpfs_mount *tm, struct tmpfs_node *tn, struct uio *uio)
{
	const off_t off = uio->uio_offset;
	const size_t want = uio->uio_resid;
	size_t n;
	char *p;
	bool fresh;
	int error;

	error = tmpfs_data_make(tm, &tn->tn_data, off, want, grow_pages(tn, off), &p, &n, &fresh);
	if (error != 0)
		return error;
	n = MIN(n, want);
	error = uiomove(p, n, uio);
	if (__predict_false(error != 0)) { /* what did not arrive reads as zeroes, or as before */
		const off_t from = fresh ? uio->uio_offset : MAX(uio->uio_offset, tn->tn_size);

		if (from < off + (off_t)n)
			memset(p + (from - off), 0, (size_t)(off + (off_t)n - from));
	}
	if (uio->uio_offset > tn->tn_size)
		tn->tn_size = uio->uio_offset;
	return error;
}

int
tmpfs_write(void *v)
{
	struct vop_write_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_mount *const tm = VP_TO_TM(vp);
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct uio *const uio = ap->a_uio;
	const off_t oldsize = tn->tn_size;
	const size_t len = uio->uio_resid;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = tn->tn_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (len == 0)
		return 0;
	if ((tn->tn_flags & APPEND) && uio->uio_offset != tn->tn_size)
		return EPERM;
	if (uio->uio_offset > TMPFS_MAXSIZE || len > (size_t)(TMPFS_MAXSIZE - uio->uio_offset))
		return EFBIG;
	while (error == 0 && uio->uio_resid > 0)
		error = write_run(tm, tn, uio);
	if (uio->uio_resid == len) /* nothing has happened */
		return error;
	if (tn->tn_size != oldsize)
		uvm_vnp_setsize(vp, tn->tn_size);
	genfs_attr_clear_setid(&tn->tn_attr, vp, false);
	tmpfs_touch(tn, TMPFS_MODIFIED);
	VN_KNOTE(vp, NOTE_WRITE | (tn->tn_size > oldsize ? NOTE_EXTEND : 0));
	return error;
}

int
tmpfs_truncate(struct vnode *vp, off_t size)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const off_t oldsize = tn->tn_size;

	if (size < 0)
		return EINVAL;
	if (size > TMPFS_MAXSIZE)
		return EFBIG;
	if (size < oldsize) {
		tmpfs_data_punch(VP_TO_TM(vp), &tn->tn_data, size, TMPFS_MAXSIZE + PAGE_SIZE);
		tn->tn_data.da_reserved = 0;
	}
	tn->tn_size = size;
	uvm_vnp_setsize(vp, size);
	tmpfs_touch(tn, TMPFS_MODIFIED);
	VN_KNOTE(vp, NOTE_WRITE | (size > oldsize ? NOTE_EXTEND : 0));
	return 0;
}

/* Memory for the range; *endp is where it ends. */
static int
allocate(struct vnode *vp, off_t pos, off_t len, off_t *endp)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);

	if (vp->v_type != VREG)
		return ENODEV;
	if (pos < 0 || len <= 0)
		return EINVAL;
	if (__builtin_add_overflow(pos, len, endp) || *endp > TMPFS_MAXSIZE)
		return EFBIG;
	if (tn->tn_flags & (IMMUTABLE | APPEND))
		return EPERM;
	return tmpfs_data_fill(VP_TO_TM(vp), &tn->tn_data, pos, *endp);
}

int
tmpfs_fallocate(void *v)
{
	struct vop_fallocate_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	off_t end;
	int error;

	error = allocate(vp, ap->a_pos, ap->a_len, &end);
	if (error != 0)
		return error;
	if (end > tn->tn_size) {
		tn->tn_size = end;
		uvm_vnp_setsize(vp, end);
		VN_KNOTE(vp, NOTE_EXTEND);
	}
	tmpfs_touch(tn, TMPFS_MODIFIED);
	return 0;
}

int
tmpfs_reserve(void *v)
{
	struct vop_reserve_args *const ap = v;
	struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);
	off_t end;
	int error;

	error = allocate(ap->a_vp, ap->a_pos, ap->a_len, &end);
	if (error != 0)
		return error;
	if (end > tn->tn_size)
		tn->tn_data.da_reserved = MAX(tn->tn_data.da_reserved, (uint64_t)end);
	tmpfs_touch(tn, TMPFS_CHANGED);
	return 0;
}

int
tmpfs_fdiscard(void *v)
{
	struct vop_fdiscard_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	off_t end;

	if (vp->v_type != VREG)
		return ENODEV;
	if (ap->a_pos < 0 || ap->a_len <= 0)
		return EINVAL;
	if (__builtin_add_overflow(ap->a_pos, ap->a_len, &end))
		return EFBIG;
	if (tn->tn_flags & (IMMUTABLE | APPEND))
		return EPERM;
	if (end >= tn->tn_size) /* the rest of the last page is past the end */
		end = (off_t)round_page((uint64_t)tn->tn_size);
	if (ap->a_pos < end)
		tmpfs_data_punch(VP_TO_TM(vp), &tn->tn_data, ap->a_pos, end);
	tmpfs_touch(tn, TMPFS_MODIFIED);
	VN_KNOTE(vp, NOTE_WRITE);
	return 0;
}

/* The next data or hole from *offp on. */
static int
seek_data(struct vnode *vp, off_t *offp, bool data)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	int error = 0;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	if (vp->v_type == VBAD)
		error = EBADF;
	else if (*offp < 0 || *offp >= tn->tn_size)
		error = ENXIO;
	else
		*offp = tmpfs_data_seek(&tn->tn_data, *offp, tn->tn_size, data);
	if (error == 0 && data && *offp >= tn->tn_size)
		error = ENXIO; /* a hole up to the end */
	VOP_UNLOCK(vp);
	return error;
}

int
tmpfs_ioctl(void *v)
{
	struct vop_ioctl_args *const ap = v;

	if (ap->a_vp->v_type != VREG)
		return EPASSTHROUGH;
	switch (ap->a_command) {
	case FIOSEEKDATA:
		return seek_data(ap->a_vp, ap->a_data, true);
	case FIOSEEKHOLE:
		return seek_data(ap->a_vp, ap->a_data, false);
	default:
		return EPASSTHROUGH;
	}
}
