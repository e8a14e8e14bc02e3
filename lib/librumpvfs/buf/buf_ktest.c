/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of buf_test.c: a disk in memory that counts, holds back and fails transfers, and what
 * the buffer cache does with it.  Each function returns NULL, or what does not hold.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_buf.h"
#include "buf_ktest.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

#define DISK_BLOCKS 4096 /* of BSIZE */
#define BSIZE	    2048
#define BLKNO(n)    ((daddr_t)(n) * (BSIZE / DEV_BSIZE))

static struct {
	char *data;
	unsigned reads, writes;
	int fail;  /* errno of all transfers */
	bool hold; /* transfers wait in held */
	struct buf *held[16];
	int nheld;
} disk;

static devmajor_t disk_major;
static struct vnode *disk_vp;

static void
disk_end(struct buf *bp)
{
	const size_t off = (size_t)bp->b_blkno * DEV_BSIZE;
	const size_t have = off < DISK_BLOCKS * BSIZE ? DISK_BLOCKS * BSIZE - off : 0;
	const size_t len = MIN((size_t)bp->b_bcount, have);

	bp->b_error = disk.fail;
	bp->b_resid = bp->b_bcount - (int)(disk.fail != 0 ? 0 : len);
	if (disk.fail == 0 && (bp->b_flags & B_READ))
		memcpy(bp->b_data, disk.data + off, len);
	else if (disk.fail == 0)
		memcpy(disk.data + off, bp->b_data, len);
	biodone(bp);
}

static void
disk_strategy(struct buf *bp)
{
	if (bp->b_flags & B_READ)
		__atomic_fetch_add(&disk.reads, 1, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&disk.writes, 1, __ATOMIC_RELAXED);
	if (disk.hold)
		disk.held[disk.nheld++] = bp;
	else
		disk_end(bp);
}

static void
disk_release(void)
{
	disk.hold = false;
	while (disk.nheld > 0)
		disk_end(disk.held[--disk.nheld]);
}

static const struct bdevsw disk_bdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_strategy = disk_strategy,
	.d_ioctl = noioctl,
	.d_flag = D_DISK | D_MPSAFE,
};

const char *
rump_test_buf_begin(void)
{
	memset(&disk, 0, sizeof(disk));
	disk.data = kmem_zalloc(DISK_BLOCKS * BSIZE, KM_SLEEP);
	for (int i = 0; i < DISK_BLOCKS; i++)
		disk.data[i * BSIZE] = (char)i;
	disk_major = NODEVMAJOR;
	CHECK(devsw_attach("tdisk", &disk_bdevsw, &disk_major, NULL, NULL) == 0);
	CHECK(bdevvp(makedev(disk_major, 0), &disk_vp) == 0);
	vn_lock(disk_vp, LK_EXCLUSIVE | LK_RETRY);
	CHECK(VOP_OPEN(disk_vp, FREAD | FWRITE, curlwp->l_cred) == 0);
	VOP_UNLOCK(disk_vp);
	return NULL;
}

const char *
rump_test_buf_end(void)
{
	vn_lock(disk_vp, LK_EXCLUSIVE | LK_RETRY);
	CHECK(VOP_CLOSE(disk_vp, FREAD | FWRITE, curlwp->l_cred) == 0);
	VOP_UNLOCK(disk_vp);
	CHECK(LIST_EMPTY(&disk_vp->v_cleanblkhd) && LIST_EMPTY(&disk_vp->v_dirtyblkhd));
	vrele(disk_vp);
	devsw_detach(&disk_bdevsw, NULL);
	kmem_free(disk.data, DISK_BLOCKS * BSIZE);
	return NULL;
}

static const char *
test_hit(void)
{
	struct buf *bp, *again;

	CHECK(incore(disk_vp, BLKNO(5)) == NULL);
	CHECK(bread(disk_vp, BLKNO(5), BSIZE, 0, &bp) == 0);
	CHECK(((char *)bp->b_data)[0] == 5 && bp->b_bcount == BSIZE);
	CHECK(bp->b_lblkno == BLKNO(5) && bp->b_vp == disk_vp);
	brelse(bp, 0);
	CHECK(incore(disk_vp, BLKNO(5)) == bp);
	CHECK(bread(disk_vp, BLKNO(5), BSIZE, 0, &again) == 0);
	CHECK(again == bp && disk.reads == 1);
	brelse(again, 0);
	return NULL;
}

static const char *
test_delayed_write(void)
{
	struct buf *bp;

	CHECK(bread(disk_vp, BLKNO(1), BSIZE, B_MODIFY, &bp) == 0);
	((char *)bp->b_data)[1] = 'x';
	bdwrite(bp);
	CHECK(disk.writes == 0 && disk.data[BSIZE + 1] == 0);
	CHECK(bread(disk_vp, BLKNO(1), BSIZE, 0, &bp) == 0);
	CHECK(((char *)bp->b_data)[1] == 'x');
	brelse(bp, 0);
	CHECK(vflushbuf(disk_vp, FSYNC_WAIT) == 0);
	CHECK(disk.writes == 1 && disk.data[BSIZE + 1] == 'x');
	CHECK(vflushbuf(disk_vp, FSYNC_WAIT) == 0 && disk.writes == 1);
	return NULL;
}

static const char *
test_sync_and_async_write(void)
{
	struct buf *bp = getblk(disk_vp, BLKNO(2), BSIZE, 0, 0);

	CHECK((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0);
	memset(bp->b_data, 'a', BSIZE);
	CHECK(bwrite(bp) == 0);
	CHECK(disk.writes == 1 && disk.reads == 0 && disk.data[2 * BSIZE + 7] == 'a');
	CHECK(bread(disk_vp, BLKNO(2), BSIZE, 0, &bp) == 0 && disk.reads == 0);
	memset(bp->b_data, 'b', BSIZE);
	disk.hold = true;
	bawrite(bp);
	CHECK(disk.nheld == 1 && disk_vp->v_numoutput == 1);
	CHECK(disk.data[2 * BSIZE + 7] == 'a');
	disk_release();
	CHECK(disk_vp->v_numoutput == 0 && disk.data[2 * BSIZE + 7] == 'b');
	return NULL;
}

static const char *
test_read_error(void)
{
	struct buf *bp;

	disk.fail = EIO;
	CHECK(bread(disk_vp, BLKNO(3), BSIZE, 0, &bp) == EIO && bp == NULL);
	CHECK(incore(disk_vp, BLKNO(3)) == NULL);
	disk.fail = 0;
	CHECK(bread(disk_vp, BLKNO(3), BSIZE, 0, &bp) == 0 && disk.reads == 2);
	brelse(bp, 0);
	return NULL;
}

static const char *
test_write_error(void)
{
	struct buf *bp;

	CHECK(bread(disk_vp, BLKNO(3), BSIZE, 0, &bp) == 0);
	bdwrite(bp);
	disk.fail = ENOSPC;
	CHECK(vflushbuf(disk_vp, FSYNC_WAIT) == ENOSPC);
	disk.fail = 0;
	CHECK(LIST_EMPTY(&disk_vp->v_dirtyblkhd));
	CHECK(vflushbuf(disk_vp, FSYNC_WAIT) == 0);
	return NULL;
}

/* A block that the device has half of is an error, not half a block. */
static const char *
test_end_of_device(void)
{
	struct buf *bp;

	CHECK(bread(disk_vp, BLKNO(DISK_BLOCKS - 1), 2 * BSIZE, 0, &bp) == EIO && bp == NULL);
	CHECK(bread(disk_vp, BLKNO(DISK_BLOCKS), BSIZE, 0, &bp) == EIO);
	CHECK(bread(disk_vp, BLKNO(DISK_BLOCKS - 1), BSIZE, 0, &bp) == 0);
	brelse(bp, 0);
	return NULL;
}

static const char *
test_readahead(void)
{
	daddr_t ra[3] = { BLKNO(11), BLKNO(12), BLKNO(13) };
	int sizes[3] = { BSIZE, BSIZE, BSIZE };
	struct buf *bp;

	CHECK(breadn(disk_vp, BLKNO(10), BSIZE, ra, sizes, 3, 0, &bp) == 0);
	brelse(bp, 0);
	CHECK(disk.reads == 4);
	for (int i = 10; i < 14; i++) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0);
		CHECK(((char *)bp->b_data)[0] == i);
		brelse(bp, 0);
	}
	CHECK(disk.reads == 4);
	/* What fails ahead is read again, and reported then. */
	disk.fail = EIO;
	CHECK(breadn(disk_vp, BLKNO(13), BSIZE, (daddr_t[]){ BLKNO(20) }, sizes, 1, 0, &bp) == 0);
	brelse(bp, 0);
	CHECK(bread(disk_vp, BLKNO(20), BSIZE, 0, &bp) == EIO);
	disk.fail = 0;
	CHECK(bread(disk_vp, BLKNO(20), BSIZE, 0, &bp) == 0);
	brelse(bp, 0);
	return NULL;
}

static const char *
test_invalidate(void)
{
	struct buf *bp;

	for (int i = 0; i < 8; i++) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0);
		((char *)bp->b_data)[9] = 'n';
		if (i % 2 == 0)
			bdwrite(bp);
		else
			brelse(bp, 0);
	}
	CHECK(vinvalbuf(disk_vp, V_SAVE, curlwp->l_cred, curlwp, false, 0) == 0);
	CHECK(disk.writes == 4 && LIST_EMPTY(&disk_vp->v_cleanblkhd));
	CHECK(disk.data[9] == 'n' && disk.data[BSIZE + 9] == 0);
	const unsigned reads = disk.reads;
	CHECK(bread(disk_vp, BLKNO(1), BSIZE, 0, &bp) == 0 && disk.reads == reads + 1);
	CHECK(((char *)bp->b_data)[9] == 0);
	bdwrite(bp);
	CHECK(vinvalbuf(disk_vp, 0, curlwp->l_cred, curlwp, false, 0) == 0);
	CHECK(disk.writes == 4 && LIST_EMPTY(&disk_vp->v_dirtyblkhd));
	return NULL;
}

/* Small blocks in order come several at a time, but those in the cache stay as they are. */
static const char *
test_clusters(void)
{
	struct buf *bp;

	for (int i = 0; i < DISK_BLOCKS; i++)
		disk.data[i * BSIZE] = (char)i;
	CHECK(bread(disk_vp, BLKNO(20), BSIZE, 0, &bp) == 0);
	((char *)bp->b_data)[0] = 'd';
	bdwrite(bp);
	disk.reads = 0;
	for (int i = 0; i < 64; i++) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0 && bp->b_resid == 0);
		CHECK(((char *)bp->b_data)[0] == (i == 20 ? 'd' : (char)i));
		brelse(bp, 0);
	}
	CHECK(disk.reads < 16);
	/* A cluster that the disk's end cuts. */
	for (int i = DISK_BLOCKS - 3; i < DISK_BLOCKS; i++) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0 && bp->b_resid == 0);
		CHECK(((char *)bp->b_data)[0] == (char)i);
		brelse(bp, 0);
	}
	CHECK(bread(disk_vp, BLKNO(DISK_BLOCKS), BSIZE, 0, &bp) == EIO);
	/* An error of a cluster is one of its first block alone. */
	CHECK(bread(disk_vp, BLKNO(100), BSIZE, 0, &bp) == 0);
	brelse(bp, 0);
	disk.fail = EIO;
	CHECK(bread(disk_vp, BLKNO(101), BSIZE, 0, &bp) == EIO);
	disk.fail = 0;
	CHECK(incore(disk_vp, BLKNO(102)) == NULL);
	CHECK(bread(disk_vp, BLKNO(101), BSIZE, 0, &bp) == 0);
	CHECK(((char *)bp->b_data)[0] == (char)101);
	brelse(bp, 0);
	return NULL;
}

static const char *
test_inval_on_release(void)
{
	struct buf *bp;

	CHECK(bread(disk_vp, BLKNO(6), BSIZE, 0, &bp) == 0);
	brelse(bp, BC_INVAL);
	CHECK(incore(disk_vp, BLKNO(6)) == NULL);
	CHECK(bread(disk_vp, BLKNO(6), BSIZE, 0, &bp) == 0 && disk.reads == 2);
	bp->b_cflags |= BC_NOCACHE;
	brelse(bp, 0);
	CHECK(incore(disk_vp, BLKNO(6)) == NULL);
	bp = geteblk(BSIZE);
	CHECK(bp->b_bcount == BSIZE && bp->b_vp == NULL);
	brelse(bp, 0);
	return NULL;
}

static const char *
test_resize(void)
{
	struct buf *bp;

	CHECK(bread(disk_vp, BLKNO(7), BSIZE, 0, &bp) == 0);
	CHECK(allocbuf(bp, 2 * BSIZE, 1) == 0);
	CHECK(bp->b_bcount == 2 * BSIZE && ((char *)bp->b_data)[0] == 7);
	brelse(bp, BC_INVAL);
	return NULL;
}

/* Eight times what the cache may hold, clean and dirty: it stays within its limit. */
static const char *
test_bounded(void)
{
	const vsize_t limit = 16 * MAXBSIZE;
	const u_long before = buf_memcalc();
	struct buf *bp;

	CHECK(buf_setvalimit(limit) == 0);
	for (int i = 0; i < DISK_BLOCKS; i++) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0);
		if (i % 3 == 0) {
			((char *)bp->b_data)[3] = 'd';
			bdwrite(bp);
		} else {
			brelse(bp, 0);
		}
		CHECK(nbuf <= limit / BSIZE);
	}
	CHECK(vflushbuf(disk_vp, FSYNC_WAIT) == 0);
	for (int i = 0; i < DISK_BLOCKS; i++)
		CHECK(disk.data[i * BSIZE + 3] == (i % 3 == 0 ? 'd' : 0));
	CHECK(buf_drain(100000) >= 100000);
	CHECK(buf_setvalimit(before) == 0);
	return NULL;
}

static const char *
test_recently_used_stays(void)
{
	const u_long before = buf_memcalc();
	struct buf *bp;
	unsigned reads;

	CHECK(buf_setvalimit(16 * MAXBSIZE) == 0);
	for (int i = DISK_BLOCKS - 1; i >= 0; i--) {
		CHECK(bread(disk_vp, BLKNO(i), BSIZE, 0, &bp) == 0);
		brelse(bp, 0);
		CHECK(bread(disk_vp, BLKNO(0), BSIZE, 0, &bp) == 0);
		brelse(bp, 0);
	}
	reads = disk.reads;
	CHECK(reads == DISK_BLOCKS);
	CHECK(buf_setvalimit(before) == 0);
	return NULL;
}

static int nested_done;

static void
nested_iodone(struct buf *bp)
{
	nested_done++;
}

static const char *
test_nested(void)
{
	struct buf *const mbp = getiobuf(disk_vp, true);
	char *const data = kmem_alloc(4 * BSIZE, KM_SLEEP);

	nested_done = 0;
	mbp->b_flags = B_READ | B_ASYNC;
	mbp->b_data = data;
	mbp->b_bcount = mbp->b_resid = mbp->b_bufsize = 4 * BSIZE;
	mbp->b_iodone = nested_iodone;
	for (int i = 0; i < 3; i++) { /* in pieces of 1, 2 and 1 blocks */
		static const int at[] = { 0, 1, 3, 4 };
		struct buf *const bp = getiobuf(NULL, true);

		nestiobuf_setup(mbp, bp, at[i] * BSIZE, (size_t)(at[i + 1] - at[i]) * BSIZE);
		bp->b_blkno = BLKNO(30 + at[i]);
		CHECK(nested_done == 0);
		VOP_STRATEGY(disk_vp, bp);
	}
	CHECK(nested_done == 1 && mbp->b_resid == 0 && mbp->b_error == 0);
	for (int i = 0; i < 4; i++)
		CHECK(data[i * BSIZE] == 30 + i);
	putiobuf(mbp);
	kmem_free(data, 4 * BSIZE);
	return NULL;
}

static const char *
test_queue(void)
{
	static const daddr_t in[] = { 50, 10, 90, 30 }, sorted[] = { 10, 30, 50, 90 };
	static const daddr_t around[] = { 60, 95, 5 }, later[] = { 60, 95, 5 };
	static struct buf bufs[4];
	struct bufq_state *bq;

	CHECK(bufq_alloc(&bq, "none such", BUFQ_EXACT) == ENOENT);
	CHECK(bufq_alloc(&bq, "disksort", BUFQ_EXACT | BUFQ_SORT_RAWBLOCK) == 0);
	for (int i = 0; i < 4; i++) {
		bufs[i].b_rawblkno = in[i];
		bufq_put(bq, &bufs[i]);
	}
	for (int i = 0; i < 4; i++) {
		CHECK(bufq_peek(bq)->b_rawblkno == sorted[i]);
		CHECK(bufq_get(bq)->b_rawblkno == sorted[i]);
		if (i == 2) /* the scan is at 50 */
			break;
	}
	CHECK(bufq_cancel(bq, &bufs[2]) == &bufs[2] && bufq_cancel(bq, &bufs[2]) == NULL);
	for (int i = 0; i < 3; i++) {
		bufs[i].b_rawblkno = around[2 - i];
		bufq_put(bq, &bufs[i]);
	}
	for (int i = 0; i < 3; i++)
		CHECK(bufq_get(bq)->b_rawblkno == later[i]);
	CHECK(bufq_get(bq) == NULL);
	bufq_free(bq);
	return NULL;
}

static const struct {
	const char *name;
	const char *(*fn)(void);
} cases[] = {
	{ "hit", test_hit },
	{ "delayed_write", test_delayed_write },
	{ "sync_and_async_write", test_sync_and_async_write },
	{ "read_error", test_read_error },
	{ "write_error", test_write_error },
	{ "end_of_device", test_end_of_device },
	{ "readahead", test_readahead },
	{ "invalidate", test_invalidate },
	{ "clusters", test_clusters },
	{ "inval_on_release", test_inval_on_release },
	{ "resize", test_resize },
	{ "bounded", test_bounded },
	{ "recently_used_stays", test_recently_used_stays },
	{ "nested", test_nested },
	{ "queue", test_queue },
};

const char *
rump_test_buf_run(int i)
{
	return (*cases[i].fn)();
}

const char *
rump_test_buf_name(int i)
{
	return i < (int)__arraycount(cases) ? cases[i].name : NULL;
}

/* One of several threads: add one to the counter of blocks that a generator chooses. */
const char *
rump_test_buf_count(int thread, int steps)
{
	uint32_t x = (uint32_t)thread * 7919 + 1;
	struct buf *bp;

	for (int i = 0; i < steps; i++) {
		x = x * 1664525 + 1013904223;
		CHECK(
		    bread(disk_vp, BLKNO((x >> 8) % BUF_COUNT_BLOCKS), BSIZE, B_MODIFY, &bp) == 0);
		(*(uint32_t *)(void *)((char *)bp->b_data + 16))++;
		if (x >> 30 == 0)
			bawrite(bp);
		else
			bdwrite(bp);
		if ((x >> 20) % 200 == 0)
			(void)buf_drain(4 * BSIZE);
	}
	return NULL;
}

/* What all threads added, as the disk has it. */
unsigned
rump_test_buf_counted(void)
{
	uint32_t sum = 0, n;

	(void)vflushbuf(disk_vp, FSYNC_WAIT);
	for (int i = 0; i < BUF_COUNT_BLOCKS; i++) {
		memcpy(&n, disk.data + i * BSIZE + 16, sizeof(n));
		sum += n;
	}
	return sum;
}
