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
	MODULE_CMD_INIT, /* start; an errno leaves nothing behind */
	MODULE_CMD_FINI, /* stop; EBUSY while in use */
	MODULE_CMD_STAT,
	MODULE_CMD_AUTOUNLOAD
} modcmd_t;

typedef struct modinfo {
	u_int mi_version; /* __NetBSD_Version__ */
	modclass_t mi_class;
	int (*mi_modcmd)(modcmd_t, void *);
	const char *mi_name;
	const char *mi_required; /* names with commas between, or NULL */
} const modinfo_t;

/* A module that is up.  Locks: the module lock. */
typedef struct module {
	u_int mod_refcnt;
	int mod_flags;
	const modinfo_t *mod_info;
	struct kobj *mod_kobj;
	struct modinfo **mod_required;
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

extern struct modlist module_list; /* the module lock */
extern u_int module_count;
extern u_int module_gen; /* changes with the list */

/* ctx: thread.  sleeps. */
void kernconfig_lock(void);
void kernconfig_unlock(void);
bool kernconfig_is_held(void);
/* locks: kernconfig_lock() for module_lookup(). */
module_t *module_lookup(const char *name);
/* Is it there?  errors: ENOENT.  Holds keep a module from being unloaded. */
int module_autoload(const char *name, modclass_t class);
void module_hold(module_t *mod);
void module_rele(module_t *mod);
/*
 * Start linked-in modules: all that can be, in order of dependency.
 * errors: of the first that failed; those before it stay.  EEXIST for a name already up.
 */
int module_builtin_add(modinfo_t *const *mip, size_t nmodinfo, bool init);
int module_builtin_remove(modinfo_t *mi, bool fini);
/* True when this very module is up. */
bool module_builtin_known(modinfo_t *mi);

#endif /* KPI_SYS_MODULE_H */
