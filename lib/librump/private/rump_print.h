/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel messages: start, end, and what the boot code prints with. */
#ifndef RUMP_PRINT_H
#define RUMP_PRINT_H

#include <sys/types.h>

/* Empties the message buffer. */
int rump_print_init(void);
/* RUMP_VERBOSE: messages that are only logged otherwise show. */
bool rump_verbose(void);
void rump_setverbose(bool on);
/* Copies at most len bytes of the message buffer from its oldest byte + off; the number copied. */
size_t rump_msgbuf_read(char *buf, size_t off, size_t len);

/* Set by the device faction: how aprint_*_dev() names a device. */
struct device;
extern const char *(*rump_device_name)(struct device *);

#endif /* RUMP_PRINT_H */
