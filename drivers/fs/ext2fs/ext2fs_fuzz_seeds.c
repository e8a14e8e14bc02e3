/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See ext2fs_fuzz_seeds.h. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ext2fs_fuzz_seeds.h"

/* In librump. */
uint32_t rump_crc32c(uint32_t crc, const void *, size_t);

#define NOSUM  "-O ^metadata_csum"
#define HASHED "{ e2fsck -fyD $i || [ $? -le 1 ]; }"

/*
 * What mkfs gets, the tree that it copies, and what is done to the image $i then: hash trees, large
 * attributes, flags, a journal that was not closed.
 */
static const struct recipe {
	const char *name, *mkfs, *tree, *after;
} recipes[] = {
	{ "plain", "ext4 -b 1024 -N 96 " NOSUM " -J size=1", "s",
	    HASHED "&& debugfs -w -R 'ea_set -f acl d system.posix_acl_access' $i" },
	{ "inline data, large attributes",
	    "ext4 -b 1024 -N 96 " NOSUM ",inline_data,ea_inode,^has_journal", "s",
	    "for f in d d/rnd many/1; do debugfs -w -R \"ea_set -f s/d/rnd $f user.a\" $i; done" },
	{ "journal", "ext4 -b 1024 -N 96 " NOSUM ",^64bit -J size=1", "s",
	    "b=$(debugfs -R 'bmap magic 0' $i) && printf \"jo\\njw -b 40,41,42 s/d/rnd\\n"
	    "jw -b $b s/magic\\njw -r 41\\njc\\n\" >c; debugfs -w -f c $i" },
	{ "journal, checksums v1", "ext4 -b 1024 -N 96 " NOSUM ",^64bit -J size=1", "s",
	    "printf 'jo -c -v 1\\njw -b 40,41 s/d/rnd\\njc\\n' >c; debugfs -w -f c $i" },
	{ "ext2", "ext2 -b 1024 -N 96", "s", HASHED },
	{ "ext3", "ext3 -b 1024 -N 96 -J size=1", "s", HASHED },
	{ "revision 0", "ext2 -r 0 -b 1024", "s", "true" },
	{ "Hurd", "ext2 -o hurd -b 1024 -N 96 -I 128", "s", "true" },
	{ "checksums, journal v3", "ext4 -b 1024 -N 96 -J size=1", "s",
	    "printf 'jo -c\\njw -b 40,41,42 s/d/rnd\\njw -r 41\\njc\\n' >c; debugfs -w -f c $i" },
	{ "checksums, hash tree, attribute block", "ext4 -b 1024 -N 96 -O ^has_journal", "s",
	    HASHED "&& debugfs -w -R 'ea_set -f s/x600 many/1 user.a' $i" },
	{ "crc16", "ext4 -b 1024 -N 96 " NOSUM ",uninit_bg,^has_journal", "s", HASHED },
	{ "fast commits", "ext4 -b 1024 -N 96 " NOSUM ",fast_commit -J size=1,fast_commit_size=8",
	    "s", "printf 'jo\\njw -b 40 s/d/rnd\\njc\\n' >c; debugfs -w -f c $i" },
	{ "fast commits, checksums",
	    "ext4 -b 1024 -N 96 -O fast_commit -J size=1,fast_commit_size=8", "s",
	    "printf 'jo\\njw -b 40 s/d/rnd\\njc\\n' >c; debugfs -w -f c $i" },
	{ "bigalloc", "ext4 -b 1024 -N 96 " NOSUM ",bigalloc,^resize_inode,^has_journal -C 4096",
	    "s", "true" },
	{ "meta_bg", "ext4 -b 1024 -N 96 " NOSUM ",meta_bg,^resize_inode,^has_journal -g 1024", "s",
	    "true" },
	{ "64 KiB blocks", "ext4 -b 65536 -N 96 " NOSUM ",^has_journal", "s", HASHED },
	{ "4 KiB blocks, inline data", "ext4 -b 4096 -N 96 " NOSUM ",inline_data,^has_journal", "s",
	    HASHED },
	{ "128-byte inodes", "ext4 -I 128 -b 1024 -N 96 " NOSUM ",^has_journal", "s",
	    "debugfs -w -R 'ea_set d user.a b' $i" },
	{ "much ignored",
	    "ext4 -b 1024 -N 96 " NOSUM ",orphan_file,quota,project,verity,encrypt,casefold,"
	    "stable_inodes,large_dir,sparse_super2,^resize_inode -J size=1",
	    "s",
	    "printf 'sif d/e flags 0x40080000\\nsif x flags 0x00080800\\nsif l flags 0x800\\n"
	    "sif many/1 flags 0x00180000\\n' >c; debugfs -w -f c $i" },
	{ "mmp", "ext4 -b 1024 -N 96 " NOSUM ",mmp,^has_journal", "s", "true" },
	{ "hash tree of depth 2", "ext4 -b 1024 -N 96 " NOSUM ",^has_journal", "h", HASHED },
	{ "hash tree, TEA", "ext4 -b 1024 -N 96 " NOSUM ",^has_journal", "s",
	    "tune2fs -E hash_alg=tea $i; " HASHED },
	{ "hash tree, legacy, unsigned", "ext4 -b 1024 -N 96 " NOSUM ",^has_journal", "s",
	    "debugfs -w -R 'ssv flags 2' $i; tune2fs -E hash_alg=legacy $i; " HASHED },
};
#define NRECIPES (sizeof(recipes) / sizeof(recipes[0]))

static struct seed seeds[NRECIPES];

void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
shell(const char *cmd)
{
	if (system(cmd) != 0)
		die(cmd);
}

/* An ACL as a user has it: owner, user 1, group, mask, others. */
static void
make_acl(void)
{
	static const uint8_t acl[] = { 2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 7, 0, 1, 0,
		0, 0, 4, 0, 7, 0, 255, 255, 255, 255, 16, 0, 7, 0, 255, 255, 255, 255, 32, 0, 7, 0,
		255, 255, 255, 255 };
	const int fd = open("acl", O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || write(fd, acl, sizeof(acl)) != (ssize_t)sizeof(acl))
		die("acl");
	close(fd);
}

/* A file of many extents, and a number of names that needs two levels of index. */
static void
make_pieces(void)
{
	char block[1024], name[300];
	const int fd = open("s/pieces", O_WRONLY | O_CREAT, 0644);

	memset(block, 'p', sizeof(block));
	for (int i = 0; i < 120; i++) {
		if (pwrite(fd, block, sizeof(block), i * 3 * 1024) != (ssize_t)sizeof(block))
			die("pieces");
	}
	close(fd);
	close(open("h/many/a-name-that-takes-some-room-7", O_WRONLY | O_CREAT, 0644));
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "h/many/%0*d", 240 + i % 10, i);
		if (link("h/many/a-name-that-takes-some-room-7", name) != 0)
			die(name);
	}
}

static void
make_trees(void)
{
	shell(
	    "mkdir -p s/d/e s/many h/many; head -c 5000 /bin/sh >s/d/rnd; echo x >s/x;"
	    "head -c 600 /bin/sh >s/x600; printf '\\300;9\\230abcdef' >s/magic;"
	    "truncate -s 1024 s/magic;"
	    "for i in $(seq 50); do echo $i >s/many/a-name-that-takes-some-room-$i; done;"
	    "echo y >s/many/1; ln -s x s/l; ln -s $(printf '%090d' 1) s/slow;"
	    "truncate -s 900000 s/sparse; printf abc | dd of=s/sparse bs=1 seek=600000 conv=notrunc 2>&1;"
	    "mkfifo s/fifo; mknod s/dev c 5 1 2>/dev/null;"
	    "for f in s/l s/d s/many; do setfattr -n user.a -v b $f; done 2>/dev/null; :");
	make_acl();
	make_pieces();
}

/* ---- Fast commits ---- */

enum { JS_MAXLEN = 0x10, JS_SEQUENCE = 0x18, JS_INCOMPAT = 0x28, JS_FC_BLOCKS = 0x54 };
enum { JS_FAST_COMMIT = 0x20, LOG_MAX = 7, FC_INODE = 6, FC_PAD = 7, FC_TAIL = 8 };

static uint32_t
get_be(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return be32toh(v);
}

static uint32_t
get_le(const uint8_t *p, int n)
{
	uint32_t v = 0;

	memcpy(&v, p, (size_t)n);
	return le32toh(v);
}

static void
put_le(uint8_t *p, uint32_t v, int n)
{
	v = htole32(v);
	memcpy(p, &v, (size_t)n);
}

/* Where block n of the journal lies; 0 when debugfs does not tell. */
static uint32_t
journal_block(unsigned i, uint32_t n)
{
	char cmd[100], answer[32] = "";
	FILE *p;

	snprintf(cmd, sizeof(cmd),
	    "PATH=$PATH:/usr/sbin:/sbin; debugfs -R 'bmap <8> %u' %u 2>/dev/null", n, i);
	p = popen(cmd, "r");
	if (p == NULL || fgets(answer, sizeof(answer), p) == NULL)
		die(cmd);
	pclose(p);
	return (uint32_t)strtoul(answer, NULL, 0);
}

static uint8_t *
record(uint8_t *p, unsigned tag, const void *value, size_t len)
{
	put_le(p, tag, 2);
	put_le(p + 2, (uint32_t)len, 2);
	memcpy(p + 4, value, len);
	return p + 4 + len;
}

/*
 * Two fast commits of a block each, with records of all kinds over the inodes that mkfs -d made from
 * 12 on, and over new ones.  seed_seal() gives them their checksums.
 */
static void
write_log(struct seed *sd, uint32_t tid)
{
	static const uint8_t head[8] = { 0 };
	static const uint8_t range[16] = { 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x80, 0x0c };
	static const uint8_t hole[12] = { 13, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0 };
	static const uint8_t cut[16] = { 13, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x80, 0x0c };
	uint8_t name[8 + 4] = { 2, 0, 0, 0, 80, 0, 0, 0, 'n', 'e', 'w', '1' },
			 inode[4 + 160] = { 80 };
	uint8_t *p = sd->sd_image + sd->sd_log[0], *end = p + sd->sd_bsize;

	put_le(inode + 4, 0100644, 2);
	put_le(inode + 4 + 0x04, 3000, 4);
	put_le(inode + 4 + 0x1a, 1, 2);
	put_le(inode + 4 + 0x20, 0x80000, 4);
	put_le(inode + 4 + 0x64, 77, 4);
	put_le(inode + 4 + 0x80, 32, 2);
	p = record(p, 9, head, sizeof(head));
	put_le(p - 4, tid, 4);
	p = record(p, FC_INODE, inode, sizeof(inode));
	p = record(p, 1, range, sizeof(range));
	p = record(p, 2, hole, sizeof(hole));
	p = record(p, 1, cut, sizeof(cut)); /* the hole's middle */
	p = record(p, 3, name, sizeof(name));
	name[4] = 13;
	name[11]++;
	p = record(p, 4, name, sizeof(name));
	memset(p, 0, (size_t)(end - p));
	put_le(p, FC_TAIL, 2);
	put_le(p + 2, (uint32_t)(end - p) - 4, 2);
	put_le(p + 4, tid, 4);

	p = sd->sd_image + sd->sd_log[1];
	end = p + sd->sd_bsize;
	inode[0] = 81; /* a directory, with a name */
	put_le(inode + 4, 040755, 2);
	put_le(inode + 4 + 0x04, 1024, 4);
	p = record(p, FC_INODE, inode, sizeof(inode));
	name[4] = 81;
	name[11]++;
	p = record(p, 3, name, sizeof(name));
	name[0] = 81;
	name[4] = 80;
	p = record(p, 4, name, sizeof(name));
	p = record(p, 5, name, sizeof(name));
	put_le(p, FC_TAIL, 2);
	put_le(p + 2, (uint32_t)(end - p) - 4, 2);
	put_le(p + 4, tid, 4);
}

static void
add_fast_commits(struct seed *sd, unsigned i)
{
	uint8_t *const js = sd->sd_image + (size_t)journal_block(i, 0) * sd->sd_bsize;
	const uint32_t n = get_be(js + JS_FC_BLOCKS), maxlen = get_be(js + JS_MAXLEN);
	uint32_t *log_blocks;

	if (n < 3 || n > LOG_MAX + 1)
		die("no room for fast commits");
	js[JS_INCOMPAT + 3] |= JS_FAST_COMMIT;
	log_blocks = calloc(n - 1, sizeof(*log_blocks));
	for (uint32_t k = 0; k < n - 1; k++)
		log_blocks[k] = journal_block(i, maxlen - n + 1 + k) * sd->sd_bsize;
	sd->sd_log = log_blocks;
	sd->sd_nlog = n - 1;
	write_log(sd, get_be(js + JS_SEQUENCE) + 1);
	seed_seal(sd, sd->sd_image);
}

void
seed_seal(const struct seed *sd, uint8_t *image)
{
	uint32_t crc = 0;

	for (uint32_t i = 0; i < sd->sd_nlog; i++) {
		uint8_t *const block = image + sd->sd_log[i];

		for (size_t off = 0; off + 4 <= sd->sd_bsize;) {
			const uint32_t tag = get_le(block + off, 2),
				       len = get_le(block + off + 2, 2);

			if (len > sd->sd_bsize - off - 4 || (tag == FC_TAIL && len < 8))
				return;
			crc = rump_crc32c(crc, block + off, 4 + (tag == FC_TAIL ? 4 : len));
			if (tag == FC_TAIL) {
				put_le(block + off + 8, crc, 4);
				crc = 0;
				break;
			}
			off += 4 + len;
		}
	}
}

/* ---- All of them ---- */

static void
load(struct seed *sd, const char *path)
{
	const int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0 || st.st_size > SEED_BYTES)
		die(path);
	sd->sd_len = (size_t)st.st_size;
	sd->sd_image = malloc(sd->sd_len);
	if (read(fd, sd->sd_image, sd->sd_len) != st.st_size)
		die(path);
	close(fd);
	sd->sd_bsize = 1024u << sd->sd_image[1024 + 0x18];
}

static void
find_pieces(struct seed *sd)
{
	static const uint8_t zeros[1024];

	sd->sd_pieces = calloc(sd->sd_len / 1024, sizeof(uint32_t));
	for (size_t off = 0; off + 1024 <= sd->sd_len; off += 1024) {
		if (memcmp(sd->sd_image + off, zeros, 1024) != 0)
			sd->sd_pieces[sd->sd_npieces++] = (uint32_t)off;
	}
}

const struct seed *
seeds_make(unsigned *count)
{
	char dir[] = "/tmp/ext2fuzz.XXXXXX", cmd[1024], name[16];
	const int back = open(".", O_RDONLY | O_DIRECTORY);

	if (back < 0 || mkdtemp(dir) == NULL || chdir(dir) != 0)
		die(dir);
	make_trees();
	for (unsigned i = 0; i < NRECIPES; i++) {
		const struct recipe *const r = &recipes[i];

		snprintf(cmd, sizeof(cmd),
		    "i=%u; { PATH=$PATH:/usr/sbin:/sbin; mkfs.%s -F -d %s $i %uM && { %s; }; } >log 2>&1 || { cat log >&2; false; }",
		    i, r->mkfs, r->tree, strstr(r->mkfs, "65536") != NULL ? 8 : 4, r->after);
		shell(cmd);
		snprintf(name, sizeof(name), "%u", i);
		seeds[i].sd_name = r->name;
		load(&seeds[i], name);
		if (strstr(r->mkfs, "fast_commit") != NULL)
			add_fast_commits(&seeds[i], i);
		find_pieces(&seeds[i]);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	shell(cmd);
	if (fchdir(back) != 0)
		die("fchdir");
	close(back);
	*count = NRECIPES;
	return seeds;
}
