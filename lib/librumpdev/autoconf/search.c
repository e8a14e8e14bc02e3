/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Which row of cfdata fits what a bus has found.
 *
 * A row is looked at when it has a unit left, and names an attribute (and a driver, a unit) that
 * the parent has.  Then the bus's submatch function or the driver's match function weighs it.
 */
#include "autoconf_impl.h"

/* A search under way. */
struct search {
	device_t s_parent; /* NULL: for a root */
	void *s_aux;
	cfsubmatch_t s_fn;   /* the bus's, or NULL */
	bool s_each;	     /* s_fn is called for what it does, not for a weight */
	const char *s_iattr; /* NULL: any of the parent's */
	const int *s_locs;
	cfdata_t s_best;
	int s_weight;
};

/* ---- Attributes ---- */

const struct cfiattrdata *
cfiattr_lookup(const char *name, const struct cfdriver *cd)
{
	const struct cfiattrdata *const *cia = cd != NULL ? cd->cd_attrs : NULL;

	for (; cia != NULL && *cia != NULL; cia++)
		if (strcmp((*cia)->ci_name, name) == 0)
			return *cia;
	return NULL;
}

const char *
cfdata_ifattr(const struct cfdata *cf)
{
	return cf->cf_pspec->cfp_iattr;
}

bool
ifattr_match(const char *given, const char *wanted)
{
	return given == NULL || strcmp(given, wanted) == 0;
}

/* The one attribute that the parent has, if it is one. */
static const char *
only_iattr(device_t parent)
{
	const struct cfiattrdata *const *const attrs = parent->dv_cfdriver->cd_attrs;

	return attrs != NULL && attrs[0] != NULL && attrs[1] == NULL ? attrs[0]->ci_name : NULL;
}

bool
config_parent_fits(device_t parent, const struct cfdata *cf)
{
	const struct cfparent *const cfp = cf->cf_pspec;

	if (cfp == NULL || cfiattr_lookup(cfp->cfp_iattr, parent->dv_cfdriver) == NULL)
		return false;
	if (cfp->cfp_parent != NULL && strcmp(cfp->cfp_parent, parent->dv_cfdriver->cd_name) != 0)
		return false;
	return cfp->cfp_unit == DVUNIT_ANY || cfp->cfp_unit == parent->dv_unit;
}

int
config_stdsubmatch(device_t parent, cfdata_t cf, const int *locs, void *aux)
{
	const struct cfiattrdata *const ci = cfiattr_lookup(cfdata_ifattr(cf), parent->dv_cfdriver);

	KASSERT(ci != NULL);
	for (int i = 0; i < ci->ci_loclen; i++) {
		const struct cflocdesc *const cl = &ci->ci_locdesc[i];

		if (cl->cld_defaultstr != NULL && cf->cf_loc[i] == cl->cld_default)
			continue; /* any */
		if (cf->cf_loc[i] != locs[i])
			return 0;
	}
	return config_match(parent, cf, aux);
}

/* ---- Matching ---- */

int
config_match(device_t parent, cfdata_t cf, void *aux)
{
	const cfattach_t ca = config_cfattach_lookup(cf->cf_name, cf->cf_atname);
	int weight;

	if (ca == NULL || ca->ca_match == NULL)
		return 0; /* the driver is not in this kernel */
	KERNEL_LOCK(1, NULL);
	weight = (*ca->ca_match)(parent, cf, aux);
	KERNEL_UNLOCK_ONE(NULL);
	return weight;
}

static bool
row_is_free(const struct cfdata *cf)
{
	const unsigned char fstate = atomic_load_relaxed(&cf->cf_fstate);

	return fstate == FSTATE_NOTFOUND || fstate == FSTATE_STAR;
}

int
config_probe(device_t parent, cfdata_t cf, void *aux)
{
	return row_is_free(cf) ? config_match(parent, cf, aux) : 0;
}

static bool
row_fits(const struct search *s, const struct cfdata *cf)
{
	if (!row_is_free(cf))
		return false;
	if (s->s_parent == NULL)
		return cf->cf_pspec == NULL;
	return cf->cf_pspec != NULL && config_parent_fits(s->s_parent, cf) &&
	    ifattr_match(s->s_iattr, cfdata_ifattr(cf));
}

static void
row_weigh(struct search *s, cfdata_t cf)
{
	int weight;

	KERNEL_LOCK(1, NULL);
	if (s->s_fn != NULL)
		weight = (*s->s_fn)(s->s_parent, cf, s->s_locs, s->s_aux);
	else
		weight = config_match(s->s_parent, cf, s->s_aux);
	KERNEL_UNLOCK_ONE(NULL);
	if (!s->s_each && weight > s->s_weight) {
		s->s_weight = weight;
		s->s_best = cf;
	}
}

static cfdata_t
search(struct search *s)
{
	struct cftable *ct;
	cfdata_t cf;

	ASSERT_SLEEPABLE();
	for (ct = config_walk_begin(); ct != NULL; ct = config_walk_next(ct))
		for (cf = ct->ct_cfdata; cf->cf_name != NULL; cf++)
			if (row_fits(s, cf))
				row_weigh(s, cf);
	config_walk_end();
	return s->s_best;
}

cfdata_t
config_search(device_t parent, void *aux, const struct cfargs *cfargs)
{
	static const struct cfargs none;
	const struct cfargs *const args = cfargs != NULL ? cfargs : &none;
	struct search s = {
		.s_parent = parent,
		.s_aux = aux,
		.s_fn = args->search != NULL ? args->search : args->submatch,
		.s_each = args->search != NULL,
		.s_iattr = args->iattr != NULL ? args->iattr : only_iattr(parent),
		.s_locs = args->locators,
	};

	device_check(parent, "config_search");
	KASSERT(cfargs == NULL || cfargs->cfargs_version == CFARGS_VERSION);
	KASSERTMSG(s.s_iattr == NULL || cfiattr_lookup(s.s_iattr, parent->dv_cfdriver) != NULL,
	    "%s has no attribute %s", parent->dv_xname, s.s_iattr);
	return search(&s);
}

cfdata_t
config_rootsearch(cfsubmatch_t fn, const char *rootname, void *aux)
{
	struct search s = { .s_fn = fn, .s_aux = aux };
	struct cftable *ct;
	cfdata_t cf;

	for (ct = config_walk_begin(); ct != NULL; ct = config_walk_next(ct))
		for (cf = ct->ct_cfdata; cf->cf_name != NULL; cf++)
			if (row_fits(&s, cf) && strcmp(cf->cf_name, rootname) == 0)
				row_weigh(&s, cf);
	config_walk_end();
	return s.s_best;
}

/* ---- Found ---- */

static const char *const says[] = { "", " not configured\n", " unsupported\n" };

device_t
config_found(device_t parent, void *aux, cfprint_t print, const struct cfargs *cfargs)
{
	const cfdata_t cf = config_search(parent, aux, cfargs);
	int what;

	if (cf != NULL)
		return config_attach(parent, cf, aux, print, cfargs);
	if (print != NULL) {
		what = (*print)(aux, parent->dv_xname);
		KASSERT(what >= QUIET && what <= UNSUPP);
		aprint_normal("%s", says[what]);
	}
	return NULL;
}

device_t
config_rootfound(const char *rootname, void *aux)
{
	const cfdata_t cf = config_rootsearch(NULL, rootname, aux);

	if (cf != NULL)
		return config_attach(NULL, cf, aux, NULL, CFARGS_NONE);
	printf("autoconf: root %s not configured\n", rootname);
	return NULL;
}
