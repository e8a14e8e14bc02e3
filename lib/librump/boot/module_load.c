/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Modules from files.
 *
 * A file is one component: its descriptor, perhaps init functions, and modules (usually one).  It is loaded
 * in steps, each of which is undone when a later one fails:
 *
 *	read and placed; looked at: is it of this kernel, is its name free, is what it needs up
 *	linked; its constructor announces the descriptor, which is kept here and not with what is linked in
 *	the component and its modules come up
 *
 * By name a file is looked for below RUMP_MODULEBASE, a directory of the host: base/name/name.kmod,
 * base/name.kmod, base/rump<kind>_name.kmod.  By path it is read through the VFS faction.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/sysctl.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_mem.h"
#include "rump_module.h"

#define MODULE_PATHMAX 512 /* bytes, with the NUL */

/* A file that is loaded, or on its way. */
struct unit {
	TAILQ_ENTRY(unit) u_entry; /* in units, once it is up */
	struct kobj *u_kobj;
	struct rump_component_desc *u_desc;
	struct sysctllog *u_log;
	bool u_announced;
	struct unit *u_below; /* the one whose load asked for this one */
};

static TAILQ_HEAD(, unit) units = TAILQ_HEAD_INITIALIZER(units); /* in the order they came up */
static struct unit *loading;					 /* the newest on its way */
int (*rump_modfile_open)(const char *path, struct rump_modfile *mf);

/* ---- Files of the host ---- */

/* mf_cookie is the descriptor. */
static int
host_read(void *cookie, void *buf, size_t len, uint64_t off)
{
	size_t done = 0;
	int error =
	    rumpuser_rw((int)(intptr_t)cookie, buf, len, (int64_t)off, RUMPUSER_RW_READ, &done);

	return error == 0 && done != len ? EIO : error;
}

static void
host_close(void *cookie)
{
	(void)rumpuser_close((int)(intptr_t)cookie);
}

static int
host_open(const char *path, struct rump_modfile *mf)
{
	struct rumpuser_fileinfo fi;
	int error, fd;

	if ((error = rumpuser_open(path, RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &fd)) != 0)
		return error == ENOTDIR ? ENOENT : error;
	if ((error = rumpuser_fgetfileinfo(fd, &fi)) == 0 && fi.fi_type != RUMPUSER_FT_REG)
		error = ENOEXEC;
	if (error != 0) {
		rump_console_printf("module file %s: not a regular file", path);
		(void)rumpuser_close(fd);
		return error;
	}
	*mf = (struct rump_modfile){ .mf_name = path,
		.mf_size = fi.fi_size,
		.mf_read = host_read,
		.mf_close = host_close,
		.mf_cookie = (void *)(intptr_t)fd };
	return 0;
}

/* Names of files that may have a module of a class. */
static int
base_open(const char *name, modclass_t class, char path[MODULE_PATHMAX], struct rump_modfile *mf)
{
	static const struct {
		const char *prefix, *suffix;
		modclass_t class;
	} forms[] = {
		{ NULL, NULL, MODULE_CLASS_ANY },
		{ "", "", MODULE_CLASS_ANY },
		{ "rumpfs_", "", MODULE_CLASS_VFS },
		{ "rumpdev_", "", MODULE_CLASS_DRIVER },
		{ "rumpnet_", "", MODULE_CLASS_DRIVER },
		{ "rumpkern_", "", MODULE_CLASS_MISC },
	};
	const char *const base = rump_params.rp_modulebase;
	int error = ENOENT, len;

	if (base[0] == '\0' || name[0] == '.')
		return ENOENT;
	for (u_int i = 0; i < __arraycount(forms) && error == ENOENT; i++) {
		if (forms[i].class != MODULE_CLASS_ANY && class != MODULE_CLASS_ANY &&
		    class != forms[i].class)
			continue;
		if (forms[i].prefix == NULL)
			len = snprintf(path, MODULE_PATHMAX, "%s/%s/%s.kmod", base, name, name);
		else
			len = snprintf(
			    path, MODULE_PATHMAX, "%s/%s%s.kmod", base, forms[i].prefix, name);
		error = len >= MODULE_PATHMAX ? ENAMETOOLONG : host_open(path, mf);
	}
	return error;
}

/* ---- Loading ---- */

bool
rump_module_announce(struct rump_component_desc *d)
{
	if (loading == NULL || !kernconfig_is_held() || loading->u_desc != d)
		return false;
	loading->u_announced = true;
	return true;
}

/* Bring up what the modules of the object require, so that it can be linked to that. */
static int
unit_requirements(struct unit *u, const char *want, const char *file)
{
	modinfo_t *mi;
	bool found = want == NULL;
	int error;

	for (size_t i = 0; (mi = rump_kobj_modinfo(u->u_kobj, i)) != NULL; i++) {
		if (module_lookup(mi->mi_name) != NULL) {
			rump_console_printf(
			    "module file %s: module %s is there already", file, mi->mi_name);
			return EEXIST;
		}
		if (want != NULL && strcmp(mi->mi_name, want) == 0)
			found = true;
		if ((error = rump_module_require_all(mi)) != 0)
			return error;
	}
	if (!found) {
		rump_console_printf("module file %s: has no module %s", file, want);
		return ENOEXEC;
	}
	return 0;
}

static void
unit_free(struct unit *u)
{
	if (u->u_kobj != NULL)
		rump_kobj_unload(u->u_kobj);
	kmem_free(u, sizeof(*u));
}

static int
unit_start(struct unit *u, const char *file, const struct rump_module_how *how)
{
	int error;

	u->u_below = loading;
	loading = u;
	rump_kobj_start(u->u_kobj);
	loading = u->u_below;
	if (!u->u_announced) {
		rump_console_printf(
		    "module file %s: its constructor does not announce a component", file);
		return ENOEXEC;
	}
	error = rump_component_start(u->u_desc, how, &u->u_log);
	if (error == 0)
		TAILQ_INSERT_TAIL(&units, u, u_entry);
	else
		sysctl_teardown(&u->u_log);
	return error;
}

static int
unit_load(const struct rump_modfile *mf, const char *want, int flags, void *props)
{
	struct unit *const u = kmem_zalloc(sizeof(*u), KM_SLEEP);
	struct rump_module_how how = {
		.mh_source = MODULE_SOURCE_FILESYS, .mh_flags = flags, .mh_props = props
	};
	int error;

	if ((error = rump_kobj_load(mf, &u->u_kobj)) == 0) {
		how.mh_kobj = u->u_kobj;
		u->u_desc = rump_kobj_component(u->u_kobj);
		error = u->u_desc == NULL ? ENOEXEC : rump_component_check(u->u_desc, mf->mf_name);
	}
	if (error == 0)
		error = unit_requirements(u, want, mf->mf_name);
	if (error == 0)
		error = rump_component_check_needs(u->u_desc);
	if (error == 0)
		error = rump_kobj_affix(u->u_kobj);
	if (error == 0)
		error = unit_start(u, mf->mf_name, &how);
	if (error != 0)
		unit_free(u);
	return error;
}

static int
load_file(const char *name, int flags, void *props, modclass_t class)
{
	const bool by_path = strchr(name, '/') != NULL;
	char *const path = kmem_alloc(MODULE_PATHMAX, KM_SLEEP);
	struct rump_modfile mf;
	int error;

	if (!by_path)
		error = base_open(name, class, path, &mf);
	else if (rump_modfile_open == NULL)
		error = ENOSYS;
	else
		error = (*rump_modfile_open)(name, &mf);
	if (error == 0) {
		error = unit_load(&mf, by_path ? NULL : name, flags, props);
		(*mf.mf_close)(mf.mf_cookie);
	}
	kmem_free(path, MODULE_PATHMAX);
	return error;
}

static int
load_known(modinfo_t *mi, bool forced, int flags, void *props)
{
	const struct rump_module_how how = { .mh_source = MODULE_SOURCE_KERNEL, .mh_props = props };

	if (forced && (flags & MODCTL_LOAD_FORCE) == 0)
		return EPERM;
	return rump_module_start(mi, &how);
}

int
rump_module_load(const char *name, int flags, void *props, modclass_t class, bool automatic)
{
	modinfo_t *mi;
	bool forced;
	int error;

	kernconfig_lock();
	if (module_lookup(name) != NULL)
		error = automatic ? 0 : EEXIST;
	else if ((mi = rump_module_known(name, &forced)) != NULL)
		error = load_known(mi, forced, flags, props);
	else
		error = load_file(name, automatic ? MODFLG_AUTO_LOADED : 0, props, class);
	if (error == 0 && automatic)
		rump_autounload_want();
	kernconfig_unlock();
	return error;
}

int
module_load(const char *name, int flags, prop_dictionary_t props, modclass_t class)
{
	return rump_module_load(name, flags, props, class, false);
}

int
module_autoload(const char *name, modclass_t class)
{
	if (name[0] == '\0' || strchr(name, '/') != NULL || strlen(name) >= MAXMODNAME)
		return EINVAL;
	if (!rump_module_autoloads)
		return EPERM;
	return rump_module_load(name, 0, NULL, class, true);
}

/* ---- Unloading ---- */

static struct unit *
unit_of(const module_t *mod)
{
	struct unit *u;

	TAILQ_FOREACH (u, &units, u_entry) {
		if (u->u_kobj == mod->mod_kobj)
			return u;
	}
	return NULL;
}

/* Another file's component needs this one's. */
static bool
unit_needed(const struct unit *u)
{
	const char *const *need;
	struct unit *o;

	TAILQ_FOREACH (o, &units, u_entry) {
		for (need = o->u_desc->rcd_needs; *need != NULL; need++) {
			if (strcmp(*need, u->u_desc->rcd_name) == 0)
				return true;
		}
	}
	return false;
}

static int
unit_unload(struct unit *u, bool force)
{
	int error;

	if (!force && unit_needed(u))
		return EBUSY;
	error = rump_component_stop(u->u_desc, &u->u_log, force);
	if (error != 0)
		return error;
	TAILQ_REMOVE(&units, u, u_entry);
	unit_free(u);
	return 0;
}

int
rump_module_unload_file(module_t *mod, bool force)
{
	struct unit *const u = unit_of(mod);

	KASSERT(kernconfig_is_held());
	return u == NULL ? EBUSY /* it is coming up */ : unit_unload(u, force);
}

bool
rump_module_unload_component(const struct rump_component_desc *d)
{
	struct unit *u;

	TAILQ_FOREACH (u, &units, u_entry) {
		if (u->u_desc == d) {
			(void)unit_unload(u, true);
			return true;
		}
	}
	return false;
}

int
module_unload(const char *name)
{
	module_t *mod;
	int error;

	kernconfig_lock();
	mod = module_lookup(name);
	if (mod == NULL)
		error = ENOENT;
	else if (mod->mod_source == MODULE_SOURCE_FILESYS)
		error = rump_module_unload_file(mod, false);
	else if ((error = rump_module_stop(mod, false)) == 0)
		mod->mod_flags |= MODFLG_MUST_FORCE; /* it is among the known ones now */
	kernconfig_unlock();
	return error;
}

/* ---- What others ask ---- */

struct rump_component_desc *
rump_module_loaded_component(const char *name)
{
	struct unit *u;

	TAILQ_FOREACH (u, &units, u_entry) {
		if (strcmp(u->u_desc->rcd_name, name) == 0)
			return u->u_desc;
	}
	return NULL;
}

bool
rump_module_exports(bool (*fn)(const struct rump_component_desc *, void *), void *arg)
{
	struct unit *u;

	TAILQ_FOREACH (u, &units, u_entry) {
		if ((*fn)(u->u_desc, arg))
			return true;
	}
	return false;
}
