/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* module(9): drivers as modules, linked in, opened by dlopen() or loaded by modctl(2). */
#ifndef KPI_SYS_MODULE_H
#define KPI_SYS_MODULE_H

#include <sys/types.h>
#include <sys/param.h>
#include <sys/queue.h>

#define MAXMODNAME 32
#define MAXMODDEPS 10

/* The order in which a class of modules comes up at boot. */
typedef enum modclass {
	MODULE_CLASS_ANY,
	MODULE_CLASS_MISC,
	MODULE_CLASS_VFS,
	MODULE_CLASS_DRIVER,
	MODULE_CLASS_EXEC,
	MODULE_CLASS_SECMODEL,
	MODULE_CLASS_BUFQ,
	MODULE_CLASS_MAX
} modclass_t;

typedef enum modsrc {
	MODULE_SOURCE_KERNEL, /* linked in, or dlopen()ed */
	MODULE_SOURCE_BOOT,
	MODULE_SOURCE_FILESYS
} modsrc_t;

typedef enum modcmd {
	MODULE_CMD_INIT,      /* start; an errno leaves nothing behind */
	MODULE_CMD_FINI,      /* stop; EBUSY while in use */
	MODULE_CMD_STAT,      /* not used: modules of before answered modctl(2) themselves */
	MODULE_CMD_AUTOUNLOAD /* 0: loaded automatically, and may go; ENOTTY: stays */
} modcmd_t;

typedef struct modinfo {
	u_int mi_version; /* __NetBSD_Version__ */
	modclass_t mi_class;
	int (*mi_modcmd)(modcmd_t, void *);
	const char *mi_name;
	const char *mi_required; /* names with commas between, or NULL */
} const modinfo_t;

/* mod_flags, and ms_flags of modctl(2) */
#define MODFLG_MUST_FORCE  0x01 /* taken down by hand: comes up again by MODCTL_LOAD_FORCE alone */
#define MODFLG_AUTO_LOADED 0x02 /* something asked for it */

/* module_load() */
#define MODCTL_LOAD_FORCE 0x01

struct _prop_dictionary;
typedef struct _prop_dictionary *prop_dictionary_t; /* <prop/proplib.h> */

/* A module that is up.  Locks: the module lock. */
typedef struct module {
	u_int mod_refcnt; /* modules that require it, and holds */
	int mod_flags;	  /* MODFLG_* */
	const modinfo_t *mod_info;
	struct kobj *mod_kobj; /* NULL: not from a file */
	struct module *mod_required[MAXMODDEPS];
	u_int mod_nrequired;
	u_int mod_arequired;
	modsrc_t mod_source;
	void *mod_ctf;
	TAILQ_ENTRY(module) mod_chain;
} module_t;

/*
 * Define a module: the function name_modcmd(cmd, arg) gets the commands.  required: the names of
 * modules that must be up first, with commas between, or NULL.
 */
#define MODULE(class, name, required)               \
	static int name##_modcmd(modcmd_t, void *); \
	static const modinfo_t name##_modinfo = {   \
		.mi_version = __NetBSD_Version__,   \
		.mi_class = (class),                \
		.mi_modcmd = name##_modcmd,         \
		.mi_name = #name,                   \
		.mi_required = (required),          \
	};                                          \
	__link_set_add_rodata(modules, name##_modinfo)

TAILQ_HEAD(modlist, module);

extern struct modlist module_list;     /* the module lock; up, in the order in which they came */
extern struct modlist module_builtins; /* the module lock; linked in, and down */
extern u_int module_count;
extern u_int module_gen; /* changes with the list */

/* ctx: thread.  sleeps. */
void kernconfig_lock(void);
void kernconfig_unlock(void);
bool kernconfig_is_held(void);
/* locks: kernconfig_lock() for module_lookup(). */
module_t *module_lookup(const char *name);
const char *module_name(struct module *mod);
modsrc_t module_source(struct module *mod);
/*
 * Bring up a module: one that is linked in, or from the file of a path (with a '/'), or from
 * RUMP_MODULEBASE.  props is the argument of its MODULE_CMD_INIT.  ctx: thread.  sleeps.
 * errors: EEXIST, ENOENT, EPERM (taken down by hand, and no MODCTL_LOAD_FORCE), ENOEXEC (no such object, or a
 * symbol is missing), EDEADLK (it requires itself), the module's own; what is wrong is said on the console.
 */
int module_load(const char *name, int flags, prop_dictionary_t props, modclass_t cls);
/*
 * The same for somebody who needs it: 0 when it is up already; what was loaded so goes again when it is not used.
 * No lock may be held that the module's start may take.  errors: EINVAL (no name of a module), EPERM (switched
 * off by kern.module.autoload).
 */
int module_autoload(const char *name, modclass_t cls);
/* errors: ENOENT, EBUSY (held, required, or it says so), the module's own. */
int module_unload(const char *name);
/* Keep a module from being unloaded. */
void module_hold(module_t *mod);
void module_rele(module_t *mod);
/*
 * Make linked-in modules known, and start them: all that can be, in order of dependency.
 * errors: of the first that failed; those before it stay.  EEXIST for a name already taken.
 */
int module_builtin_add(modinfo_t *const *mip, size_t nmodinfo, bool init);
/* Without fini it must be down.  errors: ENOENT, EBUSY, the module's own. */
int module_builtin_remove(modinfo_t *mi, bool fini);
/* Those that are known and down come up by force only. */
void module_builtin_require_force(void);
/* Start all of a class that are known; what fails is said on the console. */
void module_init_class(modclass_t cls);
/* True when this very module is up. */
bool module_builtin_known(modinfo_t *mi);

#endif /* KPI_SYS_MODULE_H */
