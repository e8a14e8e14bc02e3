/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Modules from files: what the linker (boot/kobj.c), the loader (boot/module_load.c), the registry
 * (boot/module.c), components and the VFS faction tell each other.
 *
 * All is guarded by kernconfig_lock(), unless said.
 */
#ifndef RUMP_MODULE_H
#define RUMP_MODULE_H

#include <sys/types.h>
#include <sys/module.h>

struct kobj;
struct rump_component_desc;
struct sysctllog;

/* ---- Where a module's bytes come from ---- */

struct rump_modfile {
	const char *mf_name; /* for messages */
	uint64_t mf_size;    /* bytes */
	/* Exactly len bytes at off, which lie below mf_size.  sleeps.  errors: EIO when it is shorter by now. */
	int (*mf_read)(void *cookie, void *buf, size_t len, uint64_t off);
	void (*mf_close)(void *cookie);
	void *mf_cookie;
};
/* Open a path of the calling process.  Set by the VFS faction, NULL without it.  errors: namei's, ENOEXEC. */
extern int (*rump_modfile_open)(const char *path, struct rump_modfile *mf);

/* ---- The linker ---- */

/*
 * Read and place a relocatable object; it refers to nothing outside of itself yet.  mf stays open until
 * rump_kobj_affix() or _unload().  sleeps.
 * errors: ENOEXEC with a line on the console that says what is wrong, ENOMEM, mf_read's.
 */
int rump_kobj_load(const struct rump_modfile *mf, struct kobj **kop);
/* What is found in it, all of it within the object: to be looked at before its code runs. */
modinfo_t *rump_kobj_modinfo(struct kobj *ko, size_t i); /* NULL: there is no i-th */
struct rump_component_desc *rump_kobj_component(struct kobj *ko);
/*
 * Resolve what it refers to, and protect it.  ko_lookup order: names of libc that kernel code may use, the
 * exports of components, the program's.  errors: ENOEXEC with a line, ENOMEM, EACCES.
 */
int rump_kobj_affix(struct kobj *ko);
/* Run its constructors. */
void rump_kobj_start(struct kobj *ko);
/* Run its destructors if it was started; a grace period later its memory is free.  sleeps. */
void rump_kobj_unload(struct kobj *ko);
void rump_kobj_extent(const struct kobj *ko, uint64_t *addr, size_t *size);
/* The address of a name that modules may use.  errors: ENOENT. */
int rump_kobj_lookup(const char *name, uint64_t *addr);
/* Symbols that the program has given: see rump_pub_kernelfsym_load(). */
int rump_kobj_addsyms(const void *symtab, uint64_t symsize, const char *strtab, uint64_t strsize);
void rump_kobj_forgetsyms(void);

/* ---- The registry ---- */

struct rump_module_how {
	modsrc_t mh_source;
	struct kobj *mh_kobj; /* NULL: linked in */
	int mh_flags;	      /* MODFLG_* */
	void *mh_props;	      /* argument of MODULE_CMD_INIT */
};
/*
 * Bring up a module that is not up, after all that it requires, which is found among those that are
 * known, or loaded from a file.  How NULL: linked in.  What was started for it goes down again if it fails.
 * errors: EINVAL (another kernel's), ENOENT (required and not there), EDEADLK (a circle), EMLINK (too deep),
 * EEXIST, the module's own.  All with a line but the last two.
 */
int rump_module_start(modinfo_t *mi, const struct rump_module_how *how);
/* Bring up what mi requires, for one that is about to be linked to that.  errors: as above. */
int rump_module_require_all(modinfo_t *mi);
/* errors: EBUSY, the module's own.  force: it goes whatever it says. */
int rump_module_stop(module_t *mod, bool force);
/* A module that is linked in and down, or NULL; forced: only rump_module_load() with MODCTL_LOAD_FORCE. */
modinfo_t *rump_module_known(const char *name, bool *forced);
/* Stop all that are up, the last first; of the one component, or of all when d is NULL. */
void rump_module_stop_all(const struct rump_component_desc *d);
bool rump_module_of(const struct rump_component_desc *d, const modinfo_t *mi);

/* ---- The loader ---- */

int rump_module_load(const char *name, int flags, void *props, modclass_t class, bool automatic);
/* The module's file: all of its modules.  errors: ENOENT, EPERM (not from a file), EBUSY, the module's own. */
int rump_module_unload_file(module_t *mod, bool force);
/* At halt: d's file goes, whatever its modules say.  False: d is not from a file that is up. */
bool rump_module_unload_component(const struct rump_component_desc *d);
/* Loaded from a file and up. */
struct rump_component_desc *rump_module_loaded_component(const char *name);
/* A constructor of a file that is being loaded announces its component: true when it is one. */
bool rump_module_announce(struct rump_component_desc *d);
/* Call fn for the exports of each loaded component until it returns true. */
bool rump_module_exports(bool (*fn)(const struct rump_component_desc *, void *), void *arg);
void rump_autounload_init(void);
void rump_autounload_fini(void);
void rump_autounload_want(void);
void rump_module_sysctl(struct sysctllog **log);
extern int rump_module_autoloads, rump_module_autotime, rump_module_verbose; /* kern.module.* */

/* ---- Components (component.c) ---- */

/* The component that is up, linked or loaded; NULL. */
struct rump_component_desc *rump_component_up(const char *name);
bool rump_component_exports(bool (*fn)(const struct rump_component_desc *, void *), void *arg);
/* errors: EINVAL (built for another kernel), EPERM (a faction), EEXIST: with a line. */
int rump_component_check(const struct rump_component_desc *d, const char *file);
/* All that d needs is up.  errors: ENOENT, with a line. */
int rump_component_check_needs(const struct rump_component_desc *d);
int rump_component_start(
    struct rump_component_desc *d, const struct rump_module_how *how, struct sysctllog **log);
int rump_component_stop(struct rump_component_desc *d, struct sysctllog **log, bool force);

/* True when the lock was to be had without waiting. */
bool kernconfig_trylock(void);

#endif /* RUMP_MODULE_H */
