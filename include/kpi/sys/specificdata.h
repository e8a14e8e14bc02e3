/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Data that subsystems hang onto objects of others (mounts): keys are made once in a domain,
 * values are set for each object, and a key's destructor runs when object or key go.
 */
#ifndef KPI_SYS_SPECIFICDATA_H
#define KPI_SYS_SPECIFICDATA_H

#include <sys/types.h>
#include <sys/mutex.h>

typedef unsigned int specificdata_key_t;
typedef void (*specificdata_dtor_t)(void *);
typedef struct specificdata_domain *specificdata_domain_t;
typedef struct specificdata_container *specificdata_container_t;

typedef struct {
	specificdata_container_t specdataref_container;
	kmutex_t specdataref_lock;
} specificdata_reference;

/* ctx: thread.  sleeps. */
specificdata_domain_t specificdata_domain_create(void);
void specificdata_domain_delete(specificdata_domain_t);
/* errors: EAGAIN when all keys are taken.  dtor may be NULL; it runs with no lock held. */
int specificdata_key_create(specificdata_domain_t, specificdata_key_t *, specificdata_dtor_t);
/* Destroys the values that objects still have. */
void specificdata_key_delete(specificdata_domain_t, specificdata_key_t);

int specificdata_init(specificdata_domain_t, specificdata_reference *);
void specificdata_fini(specificdata_domain_t, specificdata_reference *);
/* NULL when never set. */
void *specificdata_getspecific(specificdata_domain_t, specificdata_reference *, specificdata_key_t);
/* The caller serialises get and set of one object. */
void *specificdata_getspecific_unlocked(
    specificdata_domain_t, specificdata_reference *, specificdata_key_t);
void specificdata_setspecific(
    specificdata_domain_t, specificdata_reference *, specificdata_key_t, void *);

#endif /* KPI_SYS_SPECIFICDATA_H */
