/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The parts that start with the faction, and end with it: init.c. */
#ifndef RUMPDEV_INIT_H
#define RUMPDEV_INIT_H

void rumpdev_nodes_init(void);
void rumpdev_nodes_fini(void);
/* errors: ENOMEM. */
int rumpdev_intr_init(void);
void rumpdev_intr_fini(void);
int rumpdev_dma_init(void);
void rumpdev_dma_fini(void);

#endif /* RUMPDEV_INIT_H */
