/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The memory of descriptor tables: file/fd_alloc.c and file/fd_table.c alone. */
#ifndef RUMP_FDTAB_H
#define RUMP_FDTAB_H

#include <sys/filedesc.h>

/* A fresh table: the filedesc with its first maps and array.  Allocated with FDTABLE_SIZE. */
struct fdtable {
	filedesc_t ft_fd;
	uint64_t ft_lomap;
	uint64_t ft_himap;
	fdtab_t ft_dt;
};
#define FDTABLE_SIZE (sizeof(struct fdtable) + NDFILE * sizeof(fdfile_t *))

#define FDTAB_SIZE(n)	   (sizeof(fdtab_t) + (n) * sizeof(fdfile_t *))
#define FDTAB_CHUNKSIZE(n) (((size_t)(n) + 1) * sizeof(fdfile_t))
#define FD_LOMAPSIZE(n)	   (howmany((n), 64) * sizeof(uint64_t))
#define FD_HIMAPSIZE(n)	   (howmany(howmany((n), 64), 64) * sizeof(uint64_t))

/* An array of nfiles numbers of which the last fresh have new fdfiles.  sleeps. */
fdtab_t *fdtab_alloc(u_int nfiles, u_int fresh);
void fdtab_free(fdtab_t *dt);
/* Free the maps, unless they are the fresh table's own. */
void fd_freemaps(filedesc_t *fdp);

#endif /* RUMP_FDTAB_H */
