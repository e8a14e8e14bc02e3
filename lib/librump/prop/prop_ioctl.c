/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* prop_copyin(9), prop_copyin_ioctl(9): lists in the memory of the calling process. */
#include <sys/param.h>
#include <sys/ioccom.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/systm.h>

#include "prop_impl.h"

#define MAXLIST (1024 * 1024)

/* The text, in memory of pref_len + 1 bytes for the caller to free. */
static int
text_copyin(const struct plistref *pref, char **textp)
{
	char *text;
	int error;

	if (pref->pref_len == 0 || pref->pref_len > MAXLIST)
		return E2BIG;
	text = kmem_alloc(pref->pref_len + 1, KM_SLEEP);
	if ((error = copyin(pref->pref_plist, text, pref->pref_len)) != 0) {
		kmem_free(text, pref->pref_len + 1);
		return error;
	}
	text[pref->pref_len] = '\0';
	*textp = text;
	return 0;
}

int
prop_dictionary_copyin(const struct plistref *pref, prop_dictionary_t *dictp)
{
	char *text;
	const int error = text_copyin(pref, &text);

	if (error != 0)
		return error;
	*dictp = prop_dictionary_internalize(text);
	kmem_free(text, pref->pref_len + 1);
	return *dictp != NULL ? 0 : EIO;
}

int
prop_array_copyin(const struct plistref *pref, prop_array_t *arrayp)
{
	char *text;
	const int error = text_copyin(pref, &text);

	if (error != 0)
		return error;
	*arrayp = prop_array_internalize(text);
	kmem_free(text, pref->pref_len + 1);
	return *arrayp != NULL ? 0 : EIO;
}

/* owns: text, which may be NULL. */
static int
text_copyout(struct plistref *pref, char *text)
{
	size_t len;
	int error;

	if (text == NULL)
		return EOPNOTSUPP;
	len = strlen(text) + 1;
	error = len <= pref->pref_len ? copyout(text, pref->pref_plist, len) : ENOSPC;
	if (error == 0 || error == ENOSPC)
		pref->pref_len = len;
	free(text, M_TEMP);
	return error;
}

int
prop_dictionary_copyout(struct plistref *pref, prop_dictionary_t dict)
{
	return text_copyout(pref, prop_dictionary_externalize(dict));
}

int
prop_array_copyout(struct plistref *pref, prop_array_t array)
{
	return text_copyout(pref, prop_array_externalize(array));
}

int
prop_dictionary_copyin_ioctl(
    const struct plistref *pref, const u_long cmd, prop_dictionary_t *dictp)
{
	return (cmd & IOC_IN) != 0 ? prop_dictionary_copyin(pref, dictp) : EFAULT;
}

int
prop_dictionary_copyout_ioctl(struct plistref *pref, const u_long cmd, prop_dictionary_t dict)
{
	return (cmd & IOC_OUT) != 0 ? prop_dictionary_copyout(pref, dict) : EFAULT;
}

int
prop_array_copyin_ioctl(const struct plistref *pref, const u_long cmd, prop_array_t *arrayp)
{
	return (cmd & IOC_IN) != 0 ? prop_array_copyin(pref, arrayp) : EFAULT;
}

int
prop_array_copyout_ioctl(struct plistref *pref, const u_long cmd, prop_array_t array)
{
	return (cmd & IOC_OUT) != 0 ? prop_array_copyout(pref, array) : EFAULT;
}
