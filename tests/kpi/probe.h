/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What probe.py makes of the manual's pages, for probe_test.c: on both sides of the border. */
#ifndef TESTS_KPI_PROBE_H
#define TESTS_KPI_PROBE_H

struct kpi_symbol {
	const char *ks_name;
	const void *ks_address;
};

/* kp_symbols ends with a NULL name. */
struct kpi_page {
	const char *kp_title;
	const struct kpi_symbol *kp_symbols;
	unsigned kp_nsymbols;
};

extern const struct kpi_page rump_kpi_pages[];
extern const char *const rump_kpi_absent[];

#endif /* TESTS_KPI_PROBE_H */
