/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proplib(3): any text is a list or is refused; a list's own text is read back as an equal one.  AddressSanitizer sees
 * reads beyond the text's NUL, which is the last byte of its memory.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

void *rumpns_prop_dictionary_internalize(const char *);
char *rumpns_prop_dictionary_externalize(void *);
void *rumpns_prop_array_internalize(const char *);
char *rumpns_prop_array_externalize(void *);
bool rumpns_prop_object_equals(void *, void *);
void rumpns_prop_object_release(void *);
void rumpns_kern_free(void *);

static void
must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	must(rump_init() == 0, "rump_init");
	return 0;
}

static void
round_trip(const char *xml, void *(*read)(const char *), char *(*write)(void *))
{
	void *const obj = read(xml);
	char *text;
	void *again;

	if (obj == NULL)
		return;
	must((text = write(obj)) != NULL, "a list without text");
	must((again = read(text)) != NULL, "a text that cannot be read");
	must(rumpns_prop_object_equals(obj, again), "another list came back");
	rumpns_kern_free(text);
	rumpns_prop_object_release(obj);
	rumpns_prop_object_release(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const xml = malloc(size + 1);

	must(xml != NULL, "malloc");
	memcpy(xml, data, size);
	xml[size] = '\0';
	rump_schedule();
	round_trip(xml, rumpns_prop_dictionary_internalize, rumpns_prop_dictionary_externalize);
	round_trip(xml, rumpns_prop_array_internalize, rumpns_prop_array_externalize);
	rump_unschedule();
	free(xml);
	return 0;
}
