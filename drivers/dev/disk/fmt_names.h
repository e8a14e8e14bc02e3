/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * For host programs that call the parsers, which are pure functions inside the component: their names after renaming, and
 * the constants of labels.
 */
#ifndef FMT_NAMES_H
#define FMT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define part_claim	  rumpns_part_claim
#define part_read	  rumpns_part_read
#define mbr_decode	  rumpns_mbr_decode
#define mbr_encode	  rumpns_mbr_encode
#define mbr_parse	  rumpns_mbr_parse
#define gpt_header_decode rumpns_gpt_header_decode
#define gpt_header_encode rumpns_gpt_header_encode
#define gpt_name_decode	  rumpns_gpt_name_decode
#define gpt_parse	  rumpns_gpt_parse
#define bsdlabel_check	  rumpns_bsdlabel_check
#define bsdlabel_encode	  rumpns_bsdlabel_encode
#define bsdlabel_parse	  rumpns_bsdlabel_parse
#define crc32		  rumpns_crc32

#include "../../../include/kpi/sys/disklabel.h"
#include "bsdlabel_fmt.h"
#include "gpt_fmt.h"
#include "mbr_fmt.h"
#include "part_fmt.h"

uint32_t crc32(uint32_t crc, const uint8_t *buf, size_t len);

#endif /* FMT_NAMES_H */
