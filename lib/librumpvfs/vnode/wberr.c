/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Errors of writes that nobody waited for.
 *
 * A vnode has a word for its own blocks and pages; a mount has one for its metadata, which is what is
 * written to its device, and one for everything:
 *
 *	 31      16   15   14     0
 *	| count   | TOLD | errno   |
 *
 * TOLD: somebody has been told of the errno.  An error that comes after that makes a new count, so that
 * the word is never again what it was.  An open file has a copy of each word, as of when it was opened or
 * told last; where the two differ there is something to tell.  A file that is opened while TOLD is not set
 * gets a copy of 0, and so is told of what nobody has been told of.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/pserialize.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/specfs/specdev.h>

#include "rump_spec.h"
#include "rump_wberr.h"

#define ERRNO 0x00007fffu
#define TOLD  0x00008000u
#define COUNT 0x00010000u

static void
word_set(uint32_t *word, int error)
{
	uint32_t old = atomic_load_relaxed(word), new;

	do {
		new = (old & ~(ERRNO | TOLD)) | (uint32_t)error;
		if (old & TOLD)
			new += COUNT;
	} while (!__atomic_compare_exchange_n(
	    word, &old, new, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}

/* The copy for a file that is opened now. */
static uint32_t
word_open(const uint32_t *word)
{
	const uint32_t now = atomic_load_acquire(word);

	return (now & TOLD) ? now : 0;
}

static int
word_ask(uint32_t *word, uint32_t *copy)
{
	uint32_t old = atomic_load_relaxed(copy), now = atomic_load_acquire(word);

	if (__predict_true(now == old))
		return 0;
	while ((now & TOLD) == 0 &&
	    !__atomic_compare_exchange_n(
		word, &now, now | TOLD, true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		continue;
	/* Another who asks for the same file may be first. */
	if (!__atomic_compare_exchange_n(
		copy, &old, now | TOLD, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return 0;
	return (int)(now & ERRNO);
}

/*
 * The words that an open file of vp is told of, NULL where there is none; in the order of the bits.
 * ctx: read section, for a forced unmount may take the mount away.
 */
static void
words_of(struct vnode *vp, uint32_t *words[3])
{
	struct vnode *lower;
	struct mount *mp;

	while ((lower = atomic_load_consume(&VNODE_TO_VIMPL(vp)->vi_lower)) != NULL)
		vp = lower;
	mp = atomic_load_consume(&vp->v_mount);
	words[0] = &VNODE_TO_VIMPL(vp)->vi_wberr;
	words[1] = mp != NULL ? &mp->mnt_wberr_meta : NULL;
	words[2] = mp != NULL ? &mp->mnt_wberr : NULL;
}

void
vnode_setlower(struct vnode *vp, struct vnode *lower)
{
	atomic_store_release(&VNODE_TO_VIMPL(vp)->vi_lower, lower);
}

void
vn_wberr(struct vnode *vp, int error)
{
	struct mount *mp = vp->v_mount;

	if (error <= 0 || error > (int)ERRNO)
		error = EIO;
	word_set(&VNODE_TO_VIMPL(vp)->vi_wberr, error);
	if (vp->v_type != VBLK) {
		if (mp != NULL)
			word_set(&mp->mnt_wberr, error);
		return;
	}
	/* The lock keeps the file system on the device from going. */
	mutex_enter(&device_lock);
	mp = vp->v_specnode != NULL ? vp->v_specmountpoint : NULL;
	if (mp != NULL) {
		word_set(&mp->mnt_wberr_meta, error);
		word_set(&mp->mnt_wberr, error);
	}
	mutex_exit(&device_lock);
}

void
vn_wberr_open(struct file *fp)
{
	const int s = pserialize_read_enter();
	uint32_t *words[3];

	words_of(fp->f_vnode, words);
	for (int i = 0; i < 3; i++)
		fp->f_wberr[i] = words[i] != NULL ? word_open(words[i]) : 0;
	pserialize_read_exit(s);
}

int
vn_wberr_ask(struct file *fp, int what)
{
	const int s = pserialize_read_enter();
	uint32_t *words[3];
	int error = 0;

	words_of(fp->f_vnode, words);
	for (int i = 0; i < 3; i++) {
		if ((what & (1 << i)) == 0 || words[i] == NULL)
			continue;
		const int e = word_ask(words[i], &fp->f_wberr[i]);

		if (error == 0)
			error = e;
	}
	pserialize_read_exit(s);
	return error;
}
