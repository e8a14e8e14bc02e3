/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Labels and units: how a disk's minor number names unit and partition, and the label in memory.
 * The label on the medium is read by a component of its own (wedges); drivers see this one.
 */
#ifndef KPI_SYS_DISKLABEL_H
#define KPI_SYS_DISKLABEL_H

#include <sys/types.h>

#define MAXPARTITIONS 16
#define RAW_PART      3 /* 'd': the whole medium */

#define DISKUNIT(dev)		     (minor(dev) / MAXPARTITIONS)
#define DISKPART(dev)		     (minor(dev) % MAXPARTITIONS)
#define DISKMINOR(unit, part)	     ((unit)*MAXPARTITIONS + (part))
#define MAKEDISKDEV(maj, unit, part) makedev((maj), DISKMINOR((unit), (part)))

#define DISKMAGIC      ((uint32_t)0x82564557)
#define NDDATA	       5
#define NSPARE	       5
#define BSD_LABEL_NAME 16

struct partition {
	uint32_t p_size;   /* sectors */
	uint32_t p_offset; /* sectors, from the start of the medium */
	uint32_t p_fsize;
	uint8_t p_fstype; /* FS_* */
	uint8_t p_frag;
	uint16_t p_cpg;
};

struct disklabel {
	uint32_t d_magic;
	uint16_t d_type; /* DKTYPE_* */
	uint16_t d_subtype;
	char d_typename[16];
	char d_packname[16];
	uint32_t d_secsize; /* bytes */
	uint32_t d_nsectors;
	uint32_t d_ntracks;
	uint32_t d_ncylinders;
	uint32_t d_secpercyl;
	uint32_t d_secperunit;
	uint16_t d_sparespertrack;
	uint16_t d_sparespercyl;
	uint32_t d_acylinders;
	uint16_t d_rpm;
	uint16_t d_interleave;
	uint16_t d_trackskew;
	uint16_t d_cylskew;
	uint32_t d_headswitch;
	uint32_t d_trkseek;
	uint32_t d_flags;
	uint32_t d_drivedata[NDDATA];
	uint32_t d_spare[NSPARE];
	uint32_t d_magic2;
	uint16_t d_checksum; /* makes the exclusive or of all 16-bit words zero */
	uint16_t d_npartitions;
	uint32_t d_bbsize;
	uint32_t d_sbsize;
	struct partition d_partitions[MAXPARTITIONS];
};

struct cpu_disklabel {
	int cd_unused; /* nothing machine dependent is kept */
};

struct partinfo {
	off_t pi_offset;  /* bytes */
	uint64_t pi_size; /* sectors */
	uint32_t pi_secsize;
	uint32_t pi_bsize;
	uint8_t pi_fstype;
	uint8_t pi_frag;
	uint16_t pi_cpg;
	uint32_t pi_fsize;
};

/* d_type */
#define DKTYPE_UNKNOWN 0
#define DKTYPE_SMD     1
#define DKTYPE_SCSI    4
#define DKTYPE_ESDI    5
#define DKTYPE_FLOPPY  10
#define DKTYPE_CCD     11
#define DKTYPE_VND     12
#define DKTYPE_ATAPI   13
#define DKTYPE_RAID    14
#define DKTYPE_LD      15
#define DKTYPE_CGD     17
#define DKTYPE_VINUM   18
#define DKTYPE_FLASH   19
#define DKTYPE_DM      20
#define DKTYPE_RUMPD   21
#define DKTYPE_MD      22
#define DKTYPE_OPTICAL 23

/* d_flags */
#define D_REMOVABLE 0x01
#define D_ECC	    0x02
#define D_BADSECT   0x04
#define D_RAMDISK   0x08
#define D_CHAIN	    0x10
#define D_SCSI_MMC  0x20

/* p_fstype */
#define FS_UNUSED   0
#define FS_SWAP	    1
#define FS_V6	    2
#define FS_V7	    3
#define FS_SYSV	    4
#define FS_BSDFFS   7
#define FS_MSDOS    8
#define FS_BSDLFS   9
#define FS_OTHER    10
#define FS_HPFS	    11
#define FS_ISO9660  12
#define FS_BOOT	    13
#define FS_ADOS	    14
#define FS_HFS	    15
#define FS_FILECORE 16
#define FS_EX2FS    17
#define FS_NTFS	    18
#define FS_RAID	    19
#define FS_CCD	    20
#define FS_JFS2	    21
#define FS_APPLEUFS 22
#define FS_VINUM    23
#define FS_UDF	    24
#define FS_SYSVBFS  25
#define FS_EFS	    26
#define FS_NILFS    27
#define FS_CGD	    28
#define FS_MINIXFS3 29
#define FS_VMKCORE  30
#define FS_VMFS	    31
#define FS_VMWRESV  32
#define FS_ZFS	    33

/* Exclusive or of the label's 16-bit words up to its last partition: 0 when d_checksum is right. */
uint16_t dkcksum(struct disklabel *lp);
/* errors: EINVAL (no label, or a partition beyond the medium), EBUSY (an open partition would change). */
int setdisklabel(
    struct disklabel *olp, struct disklabel *nlp, u_long openmask, struct cpu_disklabel *clp);

#endif /* KPI_SYS_DISKLABEL_H */
