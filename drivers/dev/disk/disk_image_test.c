/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Images of whole disks: tables made by sfdisk and sgdisk, and labels by our own emitter; what is damaged is refused and
 * said, the rest appears.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "fmt_names.h"
#include "testlib.h"

/* The tables are made once, as the tools are slow; tests work on copies. */
static char templates[] = "/tmp/disk_templates.XXXXXX";

static void
make_templates(void)
{
	strcpy(dir, mkdtemp(templates));
	host("truncate -s %d gpt mbr && "
	     "sgdisk -n 1:2048:+4M -t 1:8300 -c 1:first -n 2:0:+8M -t 2:ef00 -c 2:'b\xc3\xa4r' "
	     "-n 3:0:0 -t 3:8200 gpt && "
	     "printf 'label: dos\\nstart=2048,size=4096,type=83\\nstart=8192,size=2048,type=c\\n"
	     "start=16384,size=65536,type=f\\nstart=18432,size=4096,type=83\\n"
	     "start=24576,size=8192,type=82\\nstart=34816,size=1000,type=a9\\n' | sfdisk mbr",
	    IMAGE_SIZE);
}

static void
make_mbr(void)
{
	host("cp --sparse=always %s/mbr img", templates);
}

static void
make_gpt(void)
{
	host("cp --sparse=always %s/gpt img", templates);
}

static void
setup(void)
{
	host_setup();
	boot(512);
}

static void
teardown(void)
{
	halt();
	host_teardown();
}

/* ---- MBR ---- */

START_TEST(image_mbr_with_logical_partitions)
{
	make_mbr();
	ck_assert_int_eq(wedges(), 5);
	ck_assert_str_eq(console, "");
	wedge_is(0, 2048, 4096, "ext2fs", "etfs0e");
	wedge_is(1, 8192, 2048, "msdos", "etfs0f");
	wedge_is(2, 18432, 4096, "ext2fs", "etfs0i");
	wedge_is(3, 24576, 8192, "swap", "etfs0j");
	wedge_is(4, 34816, 1000, "ffs", "etfs0k");
}
END_TEST

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* Damage: a number of an entry of a record.  Which wedges are left, and what the console says. */
static const struct {
	const char *name;
	off_t record;	  /* sector */
	int entry, field; /* 8: start, 12: size */
	uint32_t value;
	int left;
	const char *said;
} mbr_damage[] = {
	{ "overlap", 0, 1, 8, 2049, 4, "MBR entry 2: overlaps another: ignored" },
	{ "start beyond the end", 0, 0, 8, 0xfffffff0, 4, "entry 1: starts beyond the end" },
	{ "size beyond the end", 0, 1, 12, 0xffffffff, 4, "entry 2: ends beyond the end" },
	{ "chain loops", 18432 - 2048, 1, 8, 0, 3, "MBR chain of entry 3: overlaps another" },
	{ "chain leaves", 18432 - 2048, 1, 8, 70000, 3, "chain of entry 3: leaves its extended" },
	{ "chain to nowhere", 18432 - 2048, 1, 8, 60000, 3, "chain of entry 3: is no record" },
	{ "extended overlaps", 0, 2, 8, 9000, 2, "MBR entry 3: overlaps another" },
	{ "logical leaves", 18432 - 2048, 0, 12, 80000, 4, "entry 5: leaves its extended" },
	{ "logical wraps", 18432 - 2048, 0, 8, 0xffffffff, 4, "entry 5: leaves its extended" },
	{ "logical over the chain", 18432 - 2048, 0, 12, 6000, 3,
	    "chain of entry 3: overlaps another" },
};

START_TEST(image_mbr_damaged)
{
	uint8_t four[4];

	make_mbr();
	put32(four, mbr_damage[_i].value);
	image_write(four, 4,
	    mbr_damage[_i].record * 512 + 446 + 16 * mbr_damage[_i].entry + mbr_damage[_i].field);
	ck_assert_int_eq(wedges(), mbr_damage[_i].left);
	ck_assert_msg(strstr(console, mbr_damage[_i].said) != NULL, "%s: \"%s\" is not in \"%s\"",
	    mbr_damage[_i].name, mbr_damage[_i].said, console);
}
END_TEST

START_TEST(image_without_a_table)
{
	static const char *const make[] = {
		"true",
		"mkfs.ext4 -q img",
		"dd if=/dev/urandom of=img bs=1k count=64 conv=notrunc",
		"printf '\\125\\252' | dd of=img bs=1 seek=510 conv=notrunc;"
		"printf '\\353\\074\\220MSDOS5.0' | dd of=img conv=notrunc;"
		"printf 'FAT16   some boot code ................................................"
		"' | dd of=img bs=1 seek=54 conv=notrunc;"
		"dd if=/dev/urandom of=img bs=1 seek=446 count=60 conv=notrunc",
	};

	host("%s", make[_i]);
	ck_assert_int_eq(wedges(), 0);
	ck_assert_str_eq(console, "");
}
END_TEST

/* ---- GPT ---- */

START_TEST(image_gpt)
{
	make_gpt();
	ck_assert_int_eq(wedges(), 3);
	ck_assert_str_eq(console, "");
	wedge_is(0, 2048, 8192, "ext2fs", "first");
	wedge_is(1, 2048 + 8192, 16384, "msdos", "b\xc3\xa4r");
	wedge_is(2, 2048 + 8192 + 16384, IMAGE_SIZE / 512 - (2048 + 8192 + 16384) - 34 + 1, "swap",
	    NULL);
	ck_assert_int_eq(strlen((const char *)wedge_info(2).dkw_wname), 36); /* its GUID */
}
END_TEST

static void
flip(off_t off)
{
	uint8_t byte;

	if (off < 0)
		off += IMAGE_SIZE;
	image_read(&byte, 1, off);
	byte ^= 0x10;
	image_write(&byte, 1, off);
}

/* Large sectors, whose tables no tool here writes into a file: by our own emitter. */
static void
emit_gpt(uint32_t sector, uint32_t entsize)
{
	const uint64_t last = IMAGE_SIZE / sector - 1, sectors = 16 * entsize / sector;
	static const struct mbr_entry pmbr[MBR_ENTRIES] = { { 0, MBR_T_GPT, 1, 0xffffffff } };
	struct gpt_header gh = { .gh_self = 1,
		.gh_alt = last,
		.gh_table = 2,
		.gh_first = 100,
		.gh_last = last - 100,
		.gh_nentries = 16,
		.gh_entsize = entsize };
	uint8_t *const s = calloc(1, sector), *const table = calloc(16, entsize);

	for (int i = 0; i < 3; i++) {
		uint8_t *const e = table + (uint32_t)(i * 5) * entsize;

		memset(e, 0x40 + i, 32);
		put32(e + GPT_E_START, (uint32_t)(200 + 100 * i));
		put32(e + GPT_E_END, (uint32_t)(249 + 100 * i));
		e[GPT_E_NAME] = (uint8_t)('a' + i);
	}
	gh.gh_tablecrc = crc32(0, table, 16 * entsize);
	image_write(table, 16 * entsize, 2 * sector);
	image_write(table, 16 * entsize, (off_t)((last - sectors) * sector));
	mbr_encode(s, pmbr);
	image_write(s, sector, 0);
	memset(s, 0, sector);
	gpt_header_encode(s, &gh);
	image_write(s, sector, sector);
	gh.gh_self = last;
	gh.gh_alt = 1;
	gh.gh_table = last - sectors;
	memset(s, 0, sector);
	gpt_header_encode(s, &gh);
	image_write(s, sector, (off_t)(last * sector));
	free(s);
	free(table);
}

static const struct {
	uint32_t sector, entsize;
	bool broken;
} shapes[] = {
	{ 4096, 128, false },
	{ 4096, 4096, false },
	{ 4096, 512, true },
	{ 2048, 256, true },
	{ 512, 1024, false },
	{ 1024, 128, true },
};

START_TEST(image_gpt_shapes)
{
	const uint32_t sector = shapes[_i].sector;
	int64_t size = 0;
	unsigned sect = 0;
	int fd;

	halt();
	boot((int)sector);
	emit_gpt(sector, shapes[_i].entsize);
	if (shapes[_i].broken)
		flip(sector + 30);
	ck_assert_int_eq(wedges(), 3);
	ck_assert_str_eq(console,
	    shapes[_i].broken
		? "etfs0: primary GPT: wrong CRC of the header\netfs0: backup GPT: is used instead\n"
		: "");
	wedge_is(0, 200, 50, "", "a");
	wedge_is(1, 300, 50, "", "b");
	wedge_is(2, 400, 50, "", "c");
	fd = rump_sys_open("/dev/dk1", O_RDONLY);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGSECTORSIZE, &sect), 0);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGMEDIASIZE, &size), 0);
	ck_assert_uint_eq(sect, sector);
	ck_assert_int_eq(size, 50 * sector);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* ---- BSD labels ---- */

static const struct {
	const char *name;
	bool be, mbr;
	off_t at;      /* in the image */
	uint16_t flip; /* of the checksum */
	int left;
} labels[] = {
	{ "sector 1", false, false, 512, 0, 2 },
	{ "big endian, sector 0", true, false, 64, 0, 2 },
	{ "in an MBR's partition", false, true, 8192 * 512 + 512, 0, 2 },
	{ "checksum", false, false, 512, 1, 0 },
	{ "not where it is looked for", false, false, 1024, 0, 0 },
};

START_TEST(image_bsd_label)
{
	struct disklabel lp = { .d_secsize = 512,
		.d_npartitions = 5,
		.d_secperunit = IMAGE_SIZE / 512,
		.d_partitions = { [0] = { 1000, 2048, .p_fstype = FS_BSDFFS },
		    [1] = { 500, 4000, .p_fstype = FS_SWAP },
		    [2] = { IMAGE_SIZE / 512, 0, .p_fstype = FS_UNUSED },
		    [4] = { 100, 3000, .p_fstype = FS_EX2FS } } };
	uint8_t bytes[512];
	size_t len;

	if (labels[_i].mbr) {
		make_mbr();
		image_write("\xa9", 1, 446 + 16 + 4);
	}
	len = bsdlabel_encode(bytes, &lp, labels[_i].be);
	bytes[BSDLABEL_OFF_CHECKSUM] ^= (uint8_t)labels[_i].flip;
	image_write(bytes, len, labels[_i].at);
	ck_assert_int_eq(wedges(), labels[_i].left);
	if (labels[_i].left == 0) {
		ck_assert_str_eq(console, "");
		return;
	}
	wedge_is(0, 2048, 1000, "ffs", "etfs0a");
	wedge_is(1, 4000, 500, "swap", "etfs0b");
	ck_assert_str_eq(console, "etfs0: disklabel entry 5: overlaps another: ignored\n");
}
END_TEST

/* A byte that is changed, and what becomes of the table. */
static const struct {
	const char *name;
	off_t off; /* negative: from the end */
	int left;
	const char *said;
} gpt_damage[] = {
	{ "signature", 512, 3,
	    "etfs0: primary GPT: no signature\netfs0: backup GPT: is used instead\n" },
	{ "size of the header", 512 + 14, 3, "primary GPT: a header of no possible size" },
	{ "CRC of the header", 512 + 16, 3, "primary GPT: wrong CRC of the header" },
	{ "entry", 1024 + 128 + 32, 3, "primary GPT: wrong CRC of the entries" },
	{ "protective type", 450, 0, "" },
	{ "backup only", -512, 3, "" },
};

START_TEST(image_gpt_damaged)
{
	make_gpt();
	flip(gpt_damage[_i].off);
	if (strcmp(gpt_damage[_i].name, "protective type") == 0) { /* and no partition of an MBR */
		flip(gpt_damage[_i].off);
		image_write("", 1, gpt_damage[_i].off);
	}
	ck_assert_int_eq(wedges(), gpt_damage[_i].left);
	ck_assert_msg(strstr(console, gpt_damage[_i].said) != NULL, "%s: \"%s\" is not in \"%s\"",
	    gpt_damage[_i].name, gpt_damage[_i].said, console);
	if (gpt_damage[_i].said[0] == '\0')
		ck_assert_str_eq(console, "");
}
END_TEST

START_TEST(image_gpt_both_broken)
{
	make_gpt();
	flip(512);
	flip(-512 + 20);
	ck_assert_int_eq(wedges(), 0);
	ck_assert_str_eq(console,
	    "etfs0: primary GPT: no signature\netfs0: backup GPT: wrong CRC of the header\n");
}
END_TEST

/* The same image twice: names are unique all the same. */
START_TEST(image_gpt_twice)
{
	make_gpt();
	ck_assert_int_eq(wedges(), 3);
	ck_assert_int_eq(rump_pub_etfs_register("/again", image, RUMP_ETFS_BLK), 0);
	ck_assert_str_eq((const char *)wedge_info(0).dkw_wname, "first");
	ck_assert_int_eq(strlen((const char *)wedge_info(3).dkw_wname), 36);
	ck_assert_str_eq((const char *)wedge_info(5).dkw_wname, "etfs1c");
	ck_assert_str_eq(wedge_info(3).dkw_parent, "etfs1");
	ck_assert_int_eq(rump_pub_etfs_remove("/again"), 0);
	ck_fails(rump_sys_open("/dev/dk3", O_RDONLY), ENOENT);
}
END_TEST

/* ---- Transfers ---- */

START_TEST(image_wedges_read_and_write)
{
	char out[8192], in[8192];
	int fd, raw;

	make_gpt();
	ck_assert_int_eq(wedges(), 3);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 3);
	fd = rump_sys_open("/dev/dk0", O_RDWR);
	ck_gives(rump_sys_pwrite(fd, out, sizeof(out), 1000), sizeof(out));
	ck_gives(rump_sys_pwrite(fd, out, 100, (4 << 20) - 50), 50);
	ck_fails(rump_sys_pwrite(fd, out, 100, 4 << 20), ENOSPC);
	ck_gives(rump_sys_pread(fd, in, 100, (4 << 20) - 10), 10);
	ck_gives(rump_sys_fsync(fd), 0);
	raw = rump_sys_open("/dev/rdk0", O_RDWR);
	ck_gives(rump_sys_pread(raw, in, sizeof(in), 512), sizeof(in));
	ck_assert_mem_eq(in + 488, out, sizeof(in) - 488);
	ck_gives(rump_sys_pread(raw, in, sizeof(in), (4 << 20) - 512), 512);
	ck_gives(rump_sys_pread(raw, in, sizeof(in), 4 << 20), 0);
	ck_fails(rump_sys_pwrite(raw, in, 512, 4 << 20), ENOSPC);
	ck_fails(rump_sys_pread(raw, in, 100, 0), EINVAL);
	ck_gives(rump_sys_close(raw), 0);
	ck_gives(rump_sys_close(fd), 0);
	image_read(in, sizeof(in), 2048 * 512 + 1000);
	ck_assert_mem_eq(in, out, sizeof(in));
	image_read(in, 100, 2048 * 512 + (4 << 20) - 50);
	ck_assert_mem_eq(in, out, 50);
	ck_assert(in[50] == 0 && in[99] == 0); /* nothing went into the next partition */
}
END_TEST

/* ---- ioctls ---- */

static const struct {
	const char *name, *wname;
	int64_t offset;
	uint64_t size;
	int err;
} adds[] = {
	{ "overlap at the start", "x", 2000, 100, EINVAL },
	{ "overlap at the end", "x", 2048 + 8191, 100, EINVAL },
	{ "around", "x", 0, 100000, EINVAL },
	{ "empty", "x", 0, 0, EINVAL },
	{ "negative", "x", -1, 10, EINVAL },
	{ "beyond the end", "x", IMAGE_SIZE / 512 - 1, 2, EINVAL },
	{ "far beyond", "x", INT64_MAX, UINT64_MAX, EINVAL },
	{ "no name", "", 0, 10, EINVAL },
	{ "known name", "first", 0, 10, EEXIST },
	{ "good", "x", 0, 2048, 0 },
};

START_TEST(image_adding_wedges)
{
	struct rump_dkwedge_info dkw = { .dkw_offset = adds[_i].offset, .dkw_size = adds[_i].size };
	int fd, r;

	make_gpt();
	ck_assert_int_eq(wedges(), 3);
	strcpy((char *)dkw.dkw_wname, adds[_i].wname);
	fd = rump_sys_open("/disk", O_RDONLY);
	ck_fails(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), EBADF);
	ck_gives(rump_sys_close(fd), 0);
	fd = rump_sys_open("/disk", O_RDWR);
	errno = 0;
	r = rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw);
	ck_assert_msg(r == (adds[_i].err != 0 ? -1 : 0) && errno == adds[_i].err, "%s: errno %d",
	    adds[_i].name, errno);
	memset(dkw.dkw_wname, 'a', sizeof(dkw.dkw_wname)); /* no NUL */
	ck_fails(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), EINVAL);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(image_remade_table)
{
	struct rump_dkwedge_info list[8];
	struct rump_dkwedge_list l = { .dkwl_buf = list, .dkwl_bufsize = 2 * sizeof(list[0]) };
	struct stat st;
	int fd, held;

	make_gpt();
	ck_assert_int_eq(wedges(), 3);
	fd = rump_sys_open("/disk", O_RDWR);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCLWEDGES, &l), 0);
	ck_assert(l.dkwl_nwedges == 3 && l.dkwl_ncopied == 2);
	ck_assert_str_eq((const char *)list[0].dkw_wname, "first");
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCRMWEDGES, NULL), 0);
	ck_fails(rump_sys_stat("/dev/dk0", &st), ENOENT);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCLWEDGES, &l), 0);
	ck_assert_uint_eq(l.dkwl_nwedges, 0);
	make_mbr();
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCMWEDGES, NULL), 0);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCMWEDGES, NULL), 0); /* those that are there stay */
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCLWEDGES, &l), 0);
	ck_assert_uint_eq(l.dkwl_nwedges, 5);
	ck_gives(rump_sys_close(fd), 0);
	held = rump_sys_open("/dev/dk2", O_RDWR);
	ck_fails(rump_sys_ioctl(held, RUMP_DIOCRMWEDGES, NULL), ENOTTY);
	ck_gives(rump_sys_close(held), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("disk_image");
	int failed;

	make_templates();

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, image_mbr_with_logical_partitions);
	tcase_add_loop_test(tc, image_mbr_damaged, 0, COUNT(mbr_damage));
	tcase_add_loop_test(tc, image_without_a_table, 0, 4);
	tcase_add_test(tc, image_gpt);
	tcase_add_loop_test(tc, image_gpt_shapes, 0, COUNT(shapes));
	tcase_add_loop_test(tc, image_bsd_label, 0, COUNT(labels));
	tcase_add_loop_test(tc, image_gpt_damaged, 0, COUNT(gpt_damage));
	tcase_add_test(tc, image_gpt_both_broken);
	tcase_add_test(tc, image_gpt_twice);
	tcase_add_test(tc, image_wedges_read_and_write);
	tcase_add_loop_test(tc, image_adding_wedges, 0, COUNT(adds));
	tcase_add_test(tc, image_remade_table);
	failed = run(tc, "disk_image");
	strcpy(dir, templates);
	host_teardown();
	return failed;
}
