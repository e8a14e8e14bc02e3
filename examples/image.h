/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* An ext2, ext3 or ext4 image as the root of a rump kernel in this process. */
#ifndef EXAMPLES_IMAGE_H
#define EXAMPLES_IMAGE_H

/*
 * Boot, attach the image as a block device, mount it read-only and make it the root directory, so
 * that absolute links inside it lead where they should.  On failure says why, after "prog: ", and
 * exits with 1.
 */
void image_open(const char *prog, const char *image);
/* "prog: what: the reason of errno", and exit with 1. */
void image_die(const char *prog, const char *what) __attribute__((noreturn));

#endif /* EXAMPLES_IMAGE_H */
