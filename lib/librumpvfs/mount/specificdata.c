/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Data that subsystems hang onto objects.  A key is an index into each object's array of values,
 * which grows when a value is set.  A domain knows its keys' destructors and its objects' arrays.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/specificdata.h>

#include "rump_mount.h"

#define KEYS_MAX 64

struct specificdata_container {
	LIST_ENTRY(specificdata_container) sc_list;
	unsigned int sc_nkeys;
	void *sc_value[];
};

/* Locks: (d) sd_lock. */
struct specificdata_domain {
	kmutex_t sd_lock;
	LIST_HEAD(, specificdata_container) sd_list; /* (d) */
	bool sd_used[KEYS_MAX];			     /* (d) */
	specificdata_dtor_t sd_dtor[KEYS_MAX];	     /* (d) */
};

static specificdata_domain_t mount_domain;

static size_t
container_size(unsigned int nkeys)
{
	return sizeof(struct specificdata_container) + nkeys * sizeof(void *);
}

specificdata_domain_t
specificdata_domain_create(void)
{
	specificdata_domain_t sd = kmem_zalloc(sizeof(*sd), KM_SLEEP);

	mutex_init(&sd->sd_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&sd->sd_list);
	return sd;
}

void
specificdata_domain_delete(specificdata_domain_t sd)
{
	KASSERT(LIST_EMPTY(&sd->sd_list));
	mutex_destroy(&sd->sd_lock);
	kmem_free(sd, sizeof(*sd));
}

int
specificdata_key_create(
    specificdata_domain_t sd, specificdata_key_t *keyp, specificdata_dtor_t dtor)
{
	unsigned int key;

	mutex_enter(&sd->sd_lock);
	for (key = 0; key < KEYS_MAX && sd->sd_used[key]; key++)
		continue;
	if (key < KEYS_MAX) {
		sd->sd_used[key] = true;
		sd->sd_dtor[key] = dtor;
	}
	mutex_exit(&sd->sd_lock);
	*keyp = key;
	return key < KEYS_MAX ? 0 : EAGAIN;
}

/* Take a value of key out of some object; NULL when no object has one. */
static void *
domain_take(specificdata_domain_t sd, specificdata_key_t key)
{
	specificdata_container_t sc;
	void *value;

	KASSERT(mutex_owned(&sd->sd_lock));
	LIST_FOREACH (sc, &sd->sd_list, sc_list)
		if (key < sc->sc_nkeys && (value = sc->sc_value[key]) != NULL) {
			sc->sc_value[key] = NULL;
			return value;
		}
	return NULL;
}

void
specificdata_key_delete(specificdata_domain_t sd, specificdata_key_t key)
{
	specificdata_dtor_t dtor;
	void *value;

	mutex_enter(&sd->sd_lock);
	dtor = sd->sd_dtor[key];
	while ((value = domain_take(sd, key)) != NULL) {
		mutex_exit(&sd->sd_lock);
		if (dtor != NULL)
			(*dtor)(value);
		mutex_enter(&sd->sd_lock);
	}
	sd->sd_used[key] = false;
	sd->sd_dtor[key] = NULL;
	mutex_exit(&sd->sd_lock);
}

int
specificdata_init(specificdata_domain_t sd, specificdata_reference *ref)
{
	ref->specdataref_container = NULL;
	mutex_init(&ref->specdataref_lock, MUTEX_DEFAULT, IPL_NONE);
	return 0;
}

void
specificdata_fini(specificdata_domain_t sd, specificdata_reference *ref)
{
	specificdata_container_t sc = ref->specdataref_container;
	unsigned int key;

	mutex_destroy(&ref->specdataref_lock);
	if (sc == NULL)
		return;
	mutex_enter(&sd->sd_lock);
	LIST_REMOVE(sc, sc_list);
	mutex_exit(&sd->sd_lock);
	for (key = 0; key < sc->sc_nkeys; key++)
		if (sc->sc_value[key] != NULL && sd->sd_dtor[key] != NULL)
			(*sd->sd_dtor[key])(sc->sc_value[key]);
	kmem_free(sc, container_size(sc->sc_nkeys));
	ref->specdataref_container = NULL;
}

void *
specificdata_getspecific_unlocked(
    specificdata_domain_t sd, specificdata_reference *ref, specificdata_key_t key)
{
	const struct specificdata_container *sc = ref->specdataref_container;

	return sc != NULL && key < sc->sc_nkeys ? sc->sc_value[key] : NULL;
}

void *
specificdata_getspecific(
    specificdata_domain_t sd, specificdata_reference *ref, specificdata_key_t key)
{
	void *value;

	mutex_enter(&ref->specdataref_lock);
	value = specificdata_getspecific_unlocked(sd, ref, key);
	mutex_exit(&ref->specdataref_lock);
	return value;
}

void
specificdata_setspecific(
    specificdata_domain_t sd, specificdata_reference *ref, specificdata_key_t key, void *value)
{
	specificdata_container_t old, new;

	mutex_enter(&ref->specdataref_lock);
	old = ref->specdataref_container;
	if (old == NULL || key >= old->sc_nkeys) {
		new = kmem_zalloc(container_size(key + 1), KM_SLEEP);
		new->sc_nkeys = key + 1;
		mutex_enter(&sd->sd_lock);
		if (old != NULL) {
			memcpy(new->sc_value, old->sc_value, old->sc_nkeys * sizeof(void *));
			LIST_REMOVE(old, sc_list);
		}
		LIST_INSERT_HEAD(&sd->sd_list, new, sc_list);
		mutex_exit(&sd->sd_lock);
		if (old != NULL)
			kmem_free(old, container_size(old->sc_nkeys));
		ref->specdataref_container = old = new;
	}
	old->sc_value[key] = value;
	mutex_exit(&ref->specdataref_lock);
}

/* ---- Mounts ---- */

int
mount_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{
	return specificdata_key_create(mount_domain, keyp, dtor);
}

void
mount_specific_key_delete(specificdata_key_t key)
{
	specificdata_key_delete(mount_domain, key);
}

void
mount_initspecific(struct mount *mp)
{
	(void)specificdata_init(mount_domain, &mp->mnt_specdataref);
}

void
mount_finispecific(struct mount *mp)
{
	specificdata_fini(mount_domain, &mp->mnt_specdataref);
}

void *
mount_getspecific(struct mount *mp, specificdata_key_t key)
{
	return specificdata_getspecific(mount_domain, &mp->mnt_specdataref, key);
}

void
mount_setspecific(struct mount *mp, specificdata_key_t key, void *data)
{
	specificdata_setspecific(mount_domain, &mp->mnt_specdataref, key, data);
}

int
vfs_specific_init(void)
{
	mount_domain = specificdata_domain_create();
	return 0;
}

void
vfs_specific_fini(void)
{
	specificdata_domain_delete(mount_domain);
	mount_domain = NULL;
}
