/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* modctl(2): boot/module_load.c has what it does; <rump/rump_modctl.h> the structs. */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <prop/proplib.h>

#include <rump/rump_modctl.h>

#include "rump_basecalls.h"
#include "rump_copyio.h"
#include "rump_boot.h"
#include "rump_module.h"
#include "rump_syscall.h"

CTASSERT(RUMP_MAXMODNAME == MAXMODNAME);
CTASSERT((int)RUMP_MODULE_SOURCE_FILESYS == (int)MODULE_SOURCE_FILESYS);
CTASSERT(RUMP_MODCTL_LOAD_FORCE == MODCTL_LOAD_FORCE);
CTASSERT(
    RUMP_MODFLG_MUST_FORCE == MODFLG_MUST_FORCE && RUMP_MODFLG_AUTO_LOADED == MODFLG_AUTO_LOADED);

#define NAMESIZE 512 /* bytes of a path or name, with the NUL */

/* The module's properties out of the text of them.  owns: *propsp; NULL: none.  errors: EINVAL with a line. */
static int
get_props(const struct rump_modctl_load *ml, const char *name, prop_dictionary_t *propsp)
{
	char *props;
	int error;

	*propsp = NULL;
	if (ml->ml_props == NULL)
		return ml->ml_propslen == 0 ? 0 : EFAULT;
	if (ml->ml_propslen > RUMP_MODCTL_MAXPROPS)
		return ENOMEM;
	props = kmem_alloc(ml->ml_propslen + 1, KM_SLEEP);
	error = ml->ml_propslen == 0 ? 0 : copyin(ml->ml_props, props, ml->ml_propslen);
	props[error == 0 ? ml->ml_propslen : 0] = '\0';
	if (error == 0 && (*propsp = prop_dictionary_internalize(props)) == NULL) {
		rump_console_printf("module %s: its properties are no dictionary", name);
		error = EINVAL;
	}
	kmem_free(props, ml->ml_propslen + 1);
	return error;
}

static int
modctl_load(const void *arg)
{
	struct rump_modctl_load ml;
	prop_dictionary_t props;
	char *name;
	size_t len;
	int error;

	if ((error = copyin(arg, &ml, sizeof(ml))) != 0)
		return error;
	if ((ml.ml_flags & ~RUMP_MODCTL_LOAD_FORCE) != 0)
		return EINVAL;
	name = kmem_alloc(NAMESIZE, KM_SLEEP);
	error = copyinstr(ml.ml_filename, name, NAMESIZE, &len);
	if (error == 0 && (len == 1 || (strchr(name, '/') == NULL && len > MAXMODNAME)))
		error = len == 1 ? ENOENT : ENAMETOOLONG;
	if (error == 0 && (error = get_props(&ml, name, &props)) == 0) {
		error = module_load(name, ml.ml_flags, props, MODULE_CLASS_ANY);
		if (props != NULL)
			prop_object_release(props);
	}
	kmem_free(name, NAMESIZE);
	return error;
}

static int
modctl_unload(const void *arg)
{
	char name[MAXMODNAME];
	size_t len;
	const int error = copyinstr(arg, name, sizeof(name), &len);

	return error == 0 ? module_unload(name) : error == ENAMETOOLONG ? ENOENT : error;
}

/* ---- STAT ---- */

static size_t
required_size(const module_t *mod)
{
	const char *const s = mod->mod_info->mi_required;

	return s == NULL || *s == '\0' ? 0 : strlen(s) + 1;
}

static void
stat_one(const module_t *mod, struct rump_modctl_stat *ms, char *buf, size_t *offp)
{
	const size_t len = required_size(mod);
	size_t size = 0;

	memset(ms, 0, sizeof(*ms));
	strlcpy(ms->ms_name, mod->mod_info->mi_name, sizeof(ms->ms_name));
	if (mod->mod_kobj != NULL)
		rump_kobj_extent(mod->mod_kobj, &ms->ms_addr, &size);
	ms->ms_size = (uint32_t)size;
	ms->ms_source = mod->mod_source;
	ms->ms_class = mod->mod_info->mi_class;
	ms->ms_refcnt = mod->mod_refcnt;
	ms->ms_flags = (uint32_t)mod->mod_flags;
	if (len != 0) {
		ms->ms_reqoffset = (uint32_t)*offp;
		memcpy(buf + *offp, mod->mod_info->mi_required, len);
		*offp += len;
	}
}

/* All modules that are up.  owns: a buffer of *lenp bytes. */
static char *
stat_all(size_t *lenp)
{
	struct rump_modctl_stat *ms;
	size_t off = 2 * sizeof(int) + module_count * sizeof(*ms), len = off;
	module_t *mod;
	char *buf;

	KASSERT(kernconfig_is_held());
	TAILQ_FOREACH (mod, &module_list, mod_chain)
		len += required_size(mod);
	buf = kmem_zalloc(len, KM_SLEEP);
	*(int *)(void *)buf = (int)module_count;
	ms = (void *)(buf + 2 * sizeof(int));
	TAILQ_FOREACH (mod, &module_list, mod_chain)
		stat_one(mod, ms++, buf, &off);
	*lenp = len;
	return buf;
}

static int
modctl_stat(void *arg)
{
	struct iovec iov;
	size_t len;
	char *buf;
	int error;

	if ((error = copyin(arg, &iov, sizeof(iov))) != 0)
		return error;
	kernconfig_lock();
	buf = stat_all(&len);
	kernconfig_unlock();
	if (iov.iov_len != 0)
		error = copyout(buf, iov.iov_base, MIN(len, iov.iov_len));
	kmem_free(buf, len);
	iov.iov_len = len;
	return error != 0 ? error : copyout(&iov, arg, sizeof(iov));
}

int
sys_modctl(struct lwp *l, const struct sys_modctl_args *uap, register_t *retval)
{
	void *const arg = SCARG(uap, arg);
	const int cmd = SCARG(uap, cmd);
	int error;

	if (cmd == RUMP_MODCTL_LOAD || cmd == RUMP_MODCTL_UNLOAD) {
		error = kauth_authorize_system(
		    l->l_cred, KAUTH_SYSTEM_MODULE, 0, (void *)(uintptr_t)cmd, NULL, NULL);
		if (error != 0)
			return error;
	}
	switch (cmd) {
	case RUMP_MODCTL_LOAD:
		return modctl_load(arg);
	case RUMP_MODCTL_UNLOAD:
		return modctl_unload(arg);
	case RUMP_MODCTL_STAT:
		return modctl_stat(arg);
	case RUMP_MODCTL_EXISTS:
		if ((uintptr_t)arg > 1)
			return EINVAL;
		return arg == NULL ||
			(rump_module_autoloads && rump_params.rp_modulebase[0] != '\0')
		    ? 0
		    : ENOSYS;
	default:
		return EINVAL;
	}
}

static const struct rump_sysreg module_calls[] = {
	RUMP_SYSREG(modctl),
};

void
rump_modulecalls_register(void)
{
	rump_syscalls_register(module_calls, __arraycount(module_calls));
}
