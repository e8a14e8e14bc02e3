/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The simulated link, inside librumptest. */
#ifndef SIMLINK_IMPL_H
#define SIMLINK_IMPL_H

#include <rump/rumptest_link.h>

/* simlink_fate.c.  What is drawn for the nth frame into an end; in millionths below 1000000, or any number. */
struct rumptest__fate {
	bool ft_lost, ft_duplicated, ft_corrupted, ft_reordered;
	int64_t ft_jitter_ns;
	size_t ft_at;	 /* the byte that is spoilt */
	uint8_t ft_flip; /* and by what: not 0 */
};
struct rumptest__fate rumptest__fate(
    uint64_t seed, int end, uint64_t n, const struct rumptest_path *path, size_t len);
uint64_t rumptest__hash(uint64_t hash, const void *bytes, size_t len);

/* simlink_pcap.c.  A file's descriptor, or minus an errno; an errno. */
int rumptest__pcap_open(const char *path);
int rumptest__pcap_write(int fd, int64_t when_ns, const void *frame, size_t len);

#endif /* SIMLINK_IMPL_H */
