/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of page_test.c: a disk in memory, and a file system of one file whose block b lies at
 * block BASE + b of the disk, in stretches of RUN blocks, but for every HOLE-th, which is not there.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <uvm/uvm.h>

#include "page_ktest.h"
#include "rump_wberr.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

#define BSHIFT	    10
#define BSIZE	    (1 << BSHIFT)
#define BASE	    5	/* where the file begins, in blocks */
#define RUN	    100 /* blocks; not a multiple of a page's */
#define HOLE	    31	/* blocks */
#define IS_HOLE(bn) (holes && (bn) % HOLE == 20)
#define DISKSIZE    (24 * 1024 * 1024)
#define FILESIZE    ((voff_t)20 * 1024 * 1024 - 1500)

static struct {
	uint8_t *data;
	unsigned reads, writes;
	uint64_t readbytes;
	off_t lastwrite; /* where the last write began */
	bool backwards;	 /* a write began before one that came earlier */
	int failreads, failwrites;
} disk;

static devmajor_t disk_major;
static struct vnode *disk_vp, *vp;
static struct mount *mp;
static bool holes;

/* ---- The disk ---- */

static void
disk_strategy(struct buf *bp)
{
	const off_t off = (off_t)bp->b_blkno * DEV_BSIZE;
	const bool reading = (bp->b_flags & B_READ) != 0;
	const size_t have = off < DISKSIZE ? (size_t)(DISKSIZE - off) : 0;
	const size_t len = MIN((size_t)bp->b_bcount, have);

	bp->b_error = reading ? disk.failreads : disk.failwrites;
	bp->b_resid = bp->b_bcount - (int)(bp->b_error != 0 ? 0 : len);
	if (reading) {
		__atomic_fetch_add(&disk.reads, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&disk.readbytes, len, __ATOMIC_RELAXED);
		if (bp->b_error == 0)
			memcpy(bp->b_data, disk.data + off, len);
	} else {
		disk.writes++;
		disk.backwards = disk.backwards || off < disk.lastwrite;
		disk.lastwrite = off;
		if (bp->b_error == 0)
			memcpy(disk.data + off, bp->b_data, len);
	}
	biodone(bp);
}

static const struct bdevsw disk_bdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_strategy = disk_strategy,
	.d_ioctl = noioctl,
	.d_flag = D_DISK | D_MPSAFE,
};

/* ---- The file system ---- */

static struct genfs_node node;
static const struct genfs_ops node_ops = { .gop_size = genfs_size, .gop_write = genfs_gop_write };
static int (**tfs_vnodeop_p)(void *);

static int
tfs_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;
	const daddr_t bn = ap->a_bn;

	*ap->a_vpp = disk_vp;
	*ap->a_runp = (int)(RUN - 1 - bn % RUN);
	if (IS_HOLE(bn)) {
		*ap->a_bnp = -1;
		*ap->a_runp = 0;
	} else {
		*ap->a_bnp = (bn + BASE) * (BSIZE / DEV_BSIZE);
		if (holes)
			*ap->a_runp = 0;
	}
	return 0;
}

static int
tfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;

	VOP_UNLOCK(ap->a_vp);
	genfs_node_destroy(ap->a_vp);
	ap->a_vp->v_data = NULL;
	return 0;
}

static int
tfs_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;

	return vflushbuf(ap->a_vp, ap->a_flags);
}

static const struct vnodeopv_entry_desc tfs_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_bmap_desc, tfs_bmap },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ &vop_fsync_desc, tfs_fsync },
	{ &vop_inactive_desc, genfs_nullop },
	{ &vop_reclaim_desc, tfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ NULL, NULL },
};
static const struct vnodeopv_desc tfs_opv_desc = { &tfs_vnodeop_p, tfs_entries };
static const struct vnodeopv_desc *const tfs_opv_descs[] = { &tfs_opv_desc, NULL };

static const int the_key = 1;

static int
tfs_loadvnode(
    struct mount *m, struct vnode *nvp, const void *key, size_t key_len, const void **new_key)
{
	nvp->v_type = VREG;
	nvp->v_op = tfs_vnodeop_p;
	nvp->v_data = &node;
	genfs_node_init(nvp, &node_ops);
	uvm_vnp_setsize(nvp, FILESIZE);
	*new_key = &the_key;
	return 0;
}

static struct vfsops tfs_vfsops = {
	.vfs_name = "tfs",
	.vfs_loadvnode = tfs_loadvnode,
	.vfs_opv_descs = tfs_opv_descs,
};

static uint8_t
pattern(off_t at)
{
	return (uint8_t)(at * 13 + at / 509);
}

/* What the file has at an offset when it was not written. */
static uint8_t
file_byte(off_t off)
{
	if (IS_HOLE(off >> BSHIFT))
		return 0;
	return pattern(off + BASE * BSIZE);
}

const char *
rump_test_page_begin(void)
{
	memset(&disk, 0, sizeof(disk));
	holes = false;
	disk.data = kmem_alloc(DISKSIZE, KM_SLEEP);
	for (off_t i = 0; i < DISKSIZE; i++)
		disk.data[i] = pattern(i);
	disk_major = NODEVMAJOR;
	CHECK(devsw_attach("tdisk", &disk_bdevsw, &disk_major, NULL, NULL) == 0);
	CHECK(bdevvp(makedev(disk_major, 0), &disk_vp) == 0);
	vn_lock(disk_vp, LK_EXCLUSIVE | LK_RETRY);
	CHECK(VOP_OPEN(disk_vp, FREAD | FWRITE, curlwp->l_cred) == 0);
	VOP_UNLOCK(disk_vp);
	CHECK(vfs_attach(&tfs_vfsops) == 0);
	mp = vfs_mountalloc(&tfs_vfsops, NULL);
	mp->mnt_iflag |= IMNT_MPSAFE;
	mp->mnt_fs_bshift = BSHIFT;
	CHECK(vcache_get(mp, &the_key, sizeof(the_key), &vp) == 0);
	return NULL;
}

const char *
rump_test_page_end(void)
{
	vrele(vp);
	CHECK(vflush(mp, NULL, 0) == 0);
	vfs_rele(mp);
	CHECK(vfs_detach(&tfs_vfsops) == 0);
	CHECK(uvmexp.filepages == 0);
	vn_lock(disk_vp, LK_EXCLUSIVE | LK_RETRY);
	CHECK(VOP_CLOSE(disk_vp, FREAD | FWRITE, curlwp->l_cred) == 0);
	VOP_UNLOCK(disk_vp);
	vrele(disk_vp);
	devsw_detach(&disk_bdevsw, NULL);
	kmem_free(disk.data, DISKSIZE);
	return NULL;
}

/* ---- Doing ---- */

static int
move(enum uio_rw rw, void *buf, size_t len, off_t off, int flags, size_t *left)
{
	struct iovec iov = { buf, len };
	struct uio uio = {
		.uio_iov = &iov, .uio_iovcnt = 1, .uio_offset = off, .uio_resid = len, .uio_rw = rw
	};
	int error;

	UIO_SETUP_SYSSPACE(&uio);
	vn_lock(vp, (rw == UIO_READ ? LK_SHARED : LK_EXCLUSIVE) | LK_RETRY);
	if (rw == UIO_READ)
		len = off < vp->v_size ? (size_t)MIN((voff_t)len, vp->v_size - off) : 0;
	error = ubc_uiomove(&vp->v_uobj, &uio, len, UVM_ADV_NORMAL, flags);
	if (rw == UIO_WRITE && off + (off_t)len > vp->v_size)
		uvm_vnp_setsize(vp, off + (off_t)len);
	VOP_UNLOCK(vp);
	*left = uio.uio_resid;
	return error;
}

static int
file_read(void *buf, size_t len, off_t off)
{
	size_t left;

	return move(UIO_READ, buf, len, off, UBC_READ, &left);
}

static int
file_write(const void *buf, size_t len, off_t off)
{
	size_t left;

	return move(UIO_WRITE, __UNCONST(buf), len, off, UBC_WRITE, &left);
}

static int
put(off_t lo, off_t hi, int flags)
{
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	return VOP_PUTPAGES(vp, lo, hi, flags);
}

static const char *
compare(const uint8_t *buf, size_t len, off_t off)
{
	for (size_t i = 0; i < len; i++)
		CHECK(buf[i] == file_byte(off + (off_t)i));
	return NULL;
}

/* Read by pieces of len to the end, and compare. */
static const char *
read_through(size_t len, off_t from, off_t to)
{
	uint8_t *const buf = kmem_alloc(len, KM_SLEEP);
	const char *what = NULL;

	for (off_t off = from; what == NULL && off < to; off += (off_t)len) {
		CHECK(file_read(buf, len, off) == 0);
		what = compare(buf, (size_t)MIN((off_t)len, FILESIZE - off), off);
	}
	kmem_free(buf, len);
	return what;
}

/* ---- Cases ---- */

static const char *
test_read_sizes(void)
{
	static const size_t sizes[] = { 1000000, 65536, 4096, 5000, 131072, 999 };
	const char *what = NULL;

	for (size_t i = 0; what == NULL && i < __arraycount(sizes); i++)
		what = read_through(sizes[i], 0, i < 3 ? FILESIZE : 3000000);
	return what;
}

static const char *
test_read_holes(void)
{
	const char *what;

	holes = true;
	what = read_through(4096, 0, 200000);
	if (what == NULL)
		what = read_through(100000, 2 * 1024 * 1024, 5 * 1024 * 1024);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_FREE) == 0);
	return what != NULL ? what : read_through(65536, 0, 262144);
}

static const char *
test_hit(void)
{
	uint8_t buf[100];

	CHECK(file_read(buf, sizeof(buf), 5000000) == 0 && disk.reads > 0);
	disk.reads = 0;
	CHECK(file_read(buf, sizeof(buf), 5000100) == 0 && disk.reads == 0);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_FREE) == 0);
	CHECK(vp->v_uobj.uo_npages == 0);
	CHECK(file_read(buf, sizeof(buf), 5000100) == 0 && disk.reads > 0);
	return compare(buf, sizeof(buf), 5000100);
}

/* Readers in order need a transfer for 64 KiB; readers at random get the page that they want. */
static const char *
test_readahead(void)
{
	uint8_t buf[512];

	for (off_t off = 0; off < 1024 * 1024; off += (off_t)sizeof(buf))
		CHECK(file_read(buf, sizeof(buf), off) == 0);
	CHECK(disk.reads < 1024 / 64 + 1024 / RUN + 8);
	disk.readbytes = 0;
	for (off_t i = 1; i < 50; i++)
		CHECK(file_read(buf, sizeof(buf), 10000000 - i * 40960) == 0);
	CHECK(disk.readbytes <= 50 * 2 * PAGE_SIZE);
	return NULL;
}

static const char *
test_direct(void)
{
	const size_t len = 256 * 1024;
	uint8_t *const buf = kmem_alloc(len, KM_SLEEP);
	const char *what;

	CHECK(file_read(buf, len, 8 * 1024 * 1024) == 0);
	CHECK(vp->v_uobj.uo_npages == 0);
	what = compare(buf, len, 8 * 1024 * 1024);
	/* What is dirty in the cache is what a large read gets. */
	memset(buf, 0xee, 100);
	CHECK(file_write(buf, 100, 8 * 1024 * 1024 + 70000) == 0);
	CHECK(file_read(buf, len, 8 * 1024 * 1024) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(buf[70000 + i] == 0xee);
	kmem_free(buf, len);
	return what;
}

static const char *
test_write_back(void)
{
	const size_t len = 300000;
	const off_t off = 1234567;
	uint8_t *const buf = kmem_alloc(len, KM_SLEEP);

	memset(buf, 0x5a, len);
	CHECK(file_write(buf, len, off) == 0);
	CHECK(disk.writes == 0 && vp->v_uobj.uo_ndirty > 70);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == 0);
	CHECK(vp->v_uobj.uo_ndirty == 0 && vp->v_uobj.uo_npages > 70);
	CHECK(!disk.backwards);
	CHECK(disk.writes <= len / 65536 + len / (RUN * BSIZE) + 80);
	for (off_t i = -5000; i < (off_t)len + 5000; i++) {
		const off_t at = off + i + BASE * BSIZE;

		CHECK(disk.data[at] == (i >= 0 && i < (off_t)len ? 0x5a : pattern(at)));
	}
	disk.writes = 0;
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == 0 && disk.writes == 0);
	kmem_free(buf, len);
	return NULL;
}

/* Only the pages of the range. */
static const char *
test_ranges(void)
{
	uint8_t b = 1;

	for (off_t off = 0; off < 20 * PAGE_SIZE; off += PAGE_SIZE)
		CHECK(file_write(&b, 1, off) == 0);
	CHECK(put(4 * PAGE_SIZE, 7 * PAGE_SIZE, PGO_CLEANIT | PGO_SYNCIO) == 0);
	CHECK(vp->v_uobj.uo_ndirty == 17);
	CHECK(put(18 * PAGE_SIZE, 0, PGO_CLEANIT | PGO_SYNCIO) == 0);
	CHECK(vp->v_uobj.uo_ndirty == 15);
	CHECK(put(0, 2 * PAGE_SIZE, PGO_FREE) == 0);
	CHECK(vp->v_uobj.uo_ndirty == 13);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_FREE) == 0 && vp->v_uobj.uo_npages == 0);
	return NULL;
}

/* Steps that look random, beside an array that is written the same way. */
#define MODEL 500000
static const char *
test_model(void)
{
	uint8_t *const model = kmem_zalloc(MODEL, KM_SLEEP),
		       *const buf = kmem_alloc(MODEL, KM_SLEEP);
	uint32_t x = 4711;
	off_t size = 100000;

	uvm_vnp_setsize(vp, size);
	for (off_t i = 0; i < size; i++)
		model[i] = file_byte(i);
	for (int step = 0; step < 1500; step++) {
		off_t off = (x >> 4) % (MODEL - 60000);
		size_t len = (x >> 7) % (step % 4 == 0 ? 60000 : 3000) + 1;

		x = x * 1664525 + 1013904223;
		if (x >> 28 < 6) {
			if (off > size) { /* file systems zero what lies between */
				memset(buf, 0, (size_t)(off - size));
				CHECK(file_write(buf, (size_t)(off - size), size) == 0);
			}
			memset(buf, step, len);
			memset(model + off, step, len);
			CHECK(file_write(buf, len, off) == 0);
			size = MAX(size, off + (off_t)len);
		} else if (x >> 28 == 6) {
			CHECK(put(off, off + (off_t)len, PGO_CLEANIT | PGO_SYNCIO) == 0);
		} else if (x >> 28 == 7) {
			CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_FREE | PGO_SYNCIO) == 0);
		} else if (x >> 28 == 8 && off < size) {
			memset(model + off, 0, (size_t)(size - off));
			size = off;
			uvm_vnp_setsize(vp, size);
		} else if (off < size) {
			len = (size_t)MIN((off_t)len, size - off);
			CHECK(file_read(buf, len, off) == 0);
			CHECK(memcmp(buf, model + off, len) == 0);
		}
		CHECK(vp->v_size == size);
	}
	kmem_free(model, MODEL);
	kmem_free(buf, MODEL);
	return NULL;
}

static const char *
test_bounded(void)
{
	uint8_t buf[PAGE_SIZE / 8];
	const char *what = read_through(8192, 0, FILESIZE);

	CHECK(what == NULL);
	CHECK(uvmexp.filepages > uvmexp.npages / 2 && uvmexp.filepages <= uvmexp.npages);
	memset(buf, 7, sizeof(buf));
	for (off_t off = 0; off < FILESIZE - (off_t)PAGE_SIZE; off += PAGE_SIZE) {
		CHECK(file_write(buf, sizeof(buf), off) == 0);
		CHECK(uvmexp.filepages <= uvmexp.npages);
		CHECK(vp->v_uobj.uo_ndirty <= uvmexp.npages / 2 + 1);
	}
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == 0);
	for (off_t off = 0; off < FILESIZE - (off_t)PAGE_SIZE; off += PAGE_SIZE) {
		CHECK(disk.data[off + BASE * BSIZE + 511] == 7);
		CHECK(disk.data[off + BASE * BSIZE + 512] == file_byte(off + 512));
	}
	return NULL;
}

static const char *
test_read_error(void)
{
	uint8_t buf[100];

	disk.failreads = EIO;
	CHECK(file_read(buf, sizeof(buf), 4096 * 9) == EIO);
	CHECK(vp->v_uobj.uo_npages == 0);
	CHECK(file_write(buf, sizeof(buf), 4096 * 9 + 10) == EIO); /* the rest of the page */
	disk.failreads = 0;
	CHECK(file_read(buf, sizeof(buf), 4096 * 9) == 0);
	return compare(buf, sizeof(buf), 4096 * 9);
}

static const char *
test_write_error(void)
{
	struct file file = { .f_vnode = vp };
	const uint8_t b = 0xaa;

	vn_wberr_open(&file);
	CHECK(file_write(&b, 1, 4096 * 9) == 0);
	disk.failwrites = ENOSPC;
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == ENOSPC);
	CHECK(vp->v_uobj.uo_ndirty == 1);
	/* Whoever asks is told, too, once. */
	CHECK(vn_wberr_ask(&file, WBERR_FILE | WBERR_META) == ENOSPC);
	CHECK(vn_wberr_ask(&file, WBERR_FILE | WBERR_META) == 0);
	CHECK(vn_wberr_ask(&file, WBERR_FS) == ENOSPC);
	disk.failwrites = 0;
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == 0);
	CHECK(vp->v_uobj.uo_ndirty == 0 && disk.data[4096 * 9 + BASE * BSIZE] == 0xaa);
	CHECK(vn_wberr_ask(&file, WBERR_FILE) == 0);
	/* What fails before there is a transfer: a page without a block. */
	CHECK(file_write(&b, 1, 20 * BSIZE) == 0);
	holes = true;
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == EIO);
	holes = false;
	CHECK(vn_wberr_ask(&file, WBERR_FILE) == EIO);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO) == 0);
	return NULL;
}

static const char *
test_device_too_short(void)
{
	uint8_t buf[100];

	uvm_vnp_setsize(vp, DISKSIZE + 1000000);
	CHECK(file_read(buf, sizeof(buf), DISKSIZE + 10000) == EIO);
	CHECK(file_read(buf, sizeof(buf), DISKSIZE - BASE * BSIZE - 100) == EIO);
	uvm_vnp_setsize(vp, FILESIZE);
	return NULL;
}

static const char *
test_getpages(void)
{
	struct vm_page *pgs[4] = { NULL };
	int n = 4;

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	CHECK(VOP_GETPAGES(vp, 8 * PAGE_SIZE, pgs, &n, 0, VM_PROT_READ, UVM_ADV_NORMAL,
		  PGO_LOCKED) == EBUSY);
	CHECK(rw_write_held(vp->v_uobj.vmobjlock));
	CHECK(VOP_GETPAGES(
		  vp, 8 * PAGE_SIZE, pgs, &n, 0, VM_PROT_READ, UVM_ADV_NORMAL, PGO_SYNCIO) == 0);
	for (int i = 0; i < n; i++) {
		const char *const what =
		    compare(uvm_page_va(pgs[i]), PAGE_SIZE, (8 + i) * PAGE_SIZE);

		CHECK((pgs[i]->flags & PG_BUSY) != 0 && pgs[i]->offset == (8 + i) * PAGE_SIZE);
		CHECK(uvm_pagelookup(&vp->v_uobj, pgs[i]->offset) == pgs[i]);
		CHECK(what == NULL);
	}
	memset(uvm_page_va(pgs[1]), 0x11, PAGE_SIZE);
	uvm_pagemarkdirty(pgs[1], UVM_PAGE_STATUS_DIRTY);
	uvm_page_unbusy(pgs, n);
	CHECK((pgs[0]->flags & PG_BUSY) == 0);
	CHECK(put(0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_FREE | PGO_SYNCIO) == 0);
	CHECK(disk.data[9 * PAGE_SIZE + BASE * BSIZE] == 0x11);
	n = 1;
	pgs[0] = NULL;
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	CHECK(VOP_GETPAGES(vp, FILESIZE + PAGE_SIZE, pgs, &n, 0, VM_PROT_READ, UVM_ADV_NORMAL,
		  PGO_SYNCIO) == EINVAL);
	return NULL;
}

static const char *
test_zerorange(void)
{
	static uint8_t buf[10000];

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	ubc_zerorange(&vp->v_uobj, 3000, 5000, 0);
	VOP_UNLOCK(vp);
	CHECK(file_read(buf, sizeof(buf), 0) == 0);
	for (int i = 0; i < (int)sizeof(buf); i++)
		CHECK(buf[i] == (i >= 3000 && i < 8000 ? 0 : file_byte(i)));
	return NULL;
}

static const struct {
	const char *name;
	const char *(*fn)(void);
} cases[] = {
	{ "read_sizes", test_read_sizes },
	{ "read_holes", test_read_holes },
	{ "hit", test_hit },
	{ "readahead", test_readahead },
	{ "direct", test_direct },
	{ "write_back", test_write_back },
	{ "ranges", test_ranges },
	{ "model", test_model },
	{ "bounded", test_bounded },
	{ "read_error", test_read_error },
	{ "write_error", test_write_error },
	{ "device_too_short", test_device_too_short },
	{ "getpages", test_getpages },
	{ "zerorange", test_zerorange },
};

const char *
rump_test_page_run(int i)
{
	return (*cases[i].fn)();
}

const char *
rump_test_page_name(int i)
{
	return i < (int)__arraycount(cases) ? cases[i].name : NULL;
}

const char *
rump_test_page_read(int thread, int steps)
{
	uint32_t x = (uint32_t)thread * 977 + 13;
	const size_t max = 80000;
	uint8_t *const buf = kmem_alloc(max, KM_SLEEP);

	for (int i = 0; i < steps; i++) {
		size_t len;
		off_t off;

		x = x * 1664525 + 1013904223;
		len = (x >> 5) % (i % 8 == 0 ? max : 6000) + 1;
		off = (x >> 2) % (FILESIZE - (off_t)max);
		if (i % 16 == 0)
			off = trunc_page(off);
		CHECK(file_read(buf, len, off) == 0);
		CHECK(compare(buf, len, off) == NULL);
		if (i % 200 == 199)
			CHECK(put(off, off + 1000000, PGO_FREE) == 0);
	}
	kmem_free(buf, max);
	return NULL;
}
