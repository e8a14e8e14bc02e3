/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * queue(3): linked lists as macros over the caller's structs.
 *
 *	SLIST	singly linked; remove-after in O(1)
 *	LIST	doubly linked through a back pointer to the link; remove in O(1)
 *	SIMPLEQ, STAILQ	singly linked with a tail; append in O(1)
 *	TAILQ	doubly linked with a tail
 *
 * None of them locks.  The _SAFE loops let the body remove and free the current element.
 */
#ifndef KPI_SYS_QUEUE_H
#define KPI_SYS_QUEUE_H

/* ---- SLIST ---- */
#define SLIST_HEAD(name, type)                                                                     \
	struct name {                                                                              \
		struct type *slh_first;                                                            \
	}
#define SLIST_HEAD_INITIALIZER(head) { (void *)0 }
#define SLIST_ENTRY(type)                                                                          \
	struct {                                                                                   \
		struct type *sle_next;                                                             \
	}
#define SLIST_FIRST(head)	((head)->slh_first)
#define SLIST_END(head)		((void *)0)
#define SLIST_EMPTY(head)	(SLIST_FIRST(head) == (void *)0)
#define SLIST_NEXT(elm, field)	((elm)->field.sle_next)
#define SLIST_INIT(head)                                                                           \
	do {                                                                                       \
		SLIST_FIRST(head) = (void *)0;                                                     \
	} while (0)
#define SLIST_FOREACH(var, head, field)                                                            \
	for ((var) = SLIST_FIRST(head); (var) != (void *)0; (var) = SLIST_NEXT(var, field))
#define SLIST_FOREACH_SAFE(var, head, field, next)                                                 \
	for ((var) = SLIST_FIRST(head);                                                            \
	     (var) != (void *)0 && ((next) = SLIST_NEXT(var, field), 1); (var) = (next))
#define SLIST_INSERT_HEAD(head, elm, field)                                                        \
	do {                                                                                       \
		SLIST_NEXT(elm, field) = SLIST_FIRST(head);                                        \
		SLIST_FIRST(head) = (elm);                                                         \
	} while (0)
#define SLIST_INSERT_AFTER(at, elm, field)                                                         \
	do {                                                                                       \
		SLIST_NEXT(elm, field) = SLIST_NEXT(at, field);                                    \
		SLIST_NEXT(at, field) = (elm);                                                     \
	} while (0)
#define SLIST_REMOVE_HEAD(head, field)                                                             \
	do {                                                                                       \
		SLIST_FIRST(head) = SLIST_NEXT(SLIST_FIRST(head), field);                          \
	} while (0)
#define SLIST_REMOVE_AFTER(at, field)                                                              \
	do {                                                                                       \
		SLIST_NEXT(at, field) = SLIST_NEXT(SLIST_NEXT(at, field), field);                  \
	} while (0)
#define SLIST_REMOVE(head, elm, type, field)                                                       \
	do {                                                                                       \
		struct type **_linkp = &SLIST_FIRST(head);                                         \
                                                                                                   \
		while (*_linkp != (elm))                                                           \
			_linkp = &SLIST_NEXT(*_linkp, field);                                      \
		*_linkp = SLIST_NEXT(elm, field);                                                  \
	} while (0)

/* ---- LIST ---- */
#define LIST_HEAD(name, type)                                                                      \
	struct name {                                                                              \
		struct type *lh_first;                                                             \
	}
#define LIST_HEAD_INITIALIZER(head) { (void *)0 }
#define LIST_ENTRY(type)                                                                           \
	struct {                                                                                   \
		struct type *le_next;                                                              \
		struct type **le_prev; /* the pointer that points here */                          \
	}
#define LIST_FIRST(head)	((head)->lh_first)
#define LIST_END(head)		((void *)0)
#define LIST_EMPTY(head)	(LIST_FIRST(head) == (void *)0)
#define LIST_NEXT(elm, field)	((elm)->field.le_next)
#define LIST_INIT(head)                                                                            \
	do {                                                                                       \
		LIST_FIRST(head) = (void *)0;                                                      \
	} while (0)
#define LIST_FOREACH(var, head, field)                                                             \
	for ((var) = LIST_FIRST(head); (var) != (void *)0; (var) = LIST_NEXT(var, field))
#define LIST_FOREACH_SAFE(var, head, field, next)                                                  \
	for ((var) = LIST_FIRST(head);                                                             \
	     (var) != (void *)0 && ((next) = LIST_NEXT(var, field), 1); (var) = (next))
#define LIST_INSERT_HEAD(head, elm, field)                                                         \
	do {                                                                                       \
		LIST_NEXT(elm, field) = LIST_FIRST(head);                                          \
		if (LIST_NEXT(elm, field) != (void *)0)                                            \
			LIST_NEXT(elm, field)->field.le_prev = &LIST_NEXT(elm, field);             \
		(elm)->field.le_prev = &LIST_FIRST(head);                                          \
		LIST_FIRST(head) = (elm);                                                          \
	} while (0)
#define LIST_INSERT_AFTER(at, elm, field)                                                          \
	do {                                                                                       \
		LIST_NEXT(elm, field) = LIST_NEXT(at, field);                                      \
		if (LIST_NEXT(elm, field) != (void *)0)                                            \
			LIST_NEXT(elm, field)->field.le_prev = &LIST_NEXT(elm, field);             \
		(elm)->field.le_prev = &LIST_NEXT(at, field);                                      \
		LIST_NEXT(at, field) = (elm);                                                      \
	} while (0)
#define LIST_INSERT_BEFORE(at, elm, field)                                                         \
	do {                                                                                       \
		(elm)->field.le_prev = (at)->field.le_prev;                                        \
		LIST_NEXT(elm, field) = (at);                                                      \
		*(at)->field.le_prev = (elm);                                                      \
		(at)->field.le_prev = &LIST_NEXT(elm, field);                                      \
	} while (0)
#define LIST_REMOVE(elm, field)                                                                    \
	do {                                                                                       \
		if (LIST_NEXT(elm, field) != (void *)0)                                            \
			LIST_NEXT(elm, field)->field.le_prev = (elm)->field.le_prev;               \
		*(elm)->field.le_prev = LIST_NEXT(elm, field);                                     \
	} while (0)
#define LIST_REPLACE(elm, new, field)                                                              \
	do {                                                                                       \
		LIST_NEXT(new, field) = LIST_NEXT(elm, field);                                     \
		if (LIST_NEXT(new, field) != (void *)0)                                            \
			LIST_NEXT(new, field)->field.le_prev = &LIST_NEXT(new, field);             \
		(new)->field.le_prev = (elm)->field.le_prev;                                       \
		*(new)->field.le_prev = (new);                                                     \
	} while (0)
#define LIST_MOVE(from, to, field)                                                                 \
	do {                                                                                       \
		LIST_FIRST(to) = LIST_FIRST(from);                                                 \
		if (LIST_FIRST(to) != (void *)0)                                                   \
			LIST_FIRST(to)->field.le_prev = &LIST_FIRST(to);                           \
		LIST_INIT(from);                                                                   \
	} while (0)

/* ---- SIMPLEQ ---- */
#define SIMPLEQ_HEAD(name, type)                                                                   \
	struct name {                                                                              \
		struct type *sqh_first;                                                            \
		struct type **sqh_last; /* the last link */                                        \
	}
#define SIMPLEQ_HEAD_INITIALIZER(head) { (void *)0, &(head).sqh_first }
#define SIMPLEQ_ENTRY(type)                                                                        \
	struct {                                                                                   \
		struct type *sqe_next;                                                             \
	}
#define SIMPLEQ_FIRST(head)	  ((head)->sqh_first)
#define SIMPLEQ_END(head)	  ((void *)0)
#define SIMPLEQ_EMPTY(head)	  (SIMPLEQ_FIRST(head) == (void *)0)
#define SIMPLEQ_NEXT(elm, field)  ((elm)->field.sqe_next)
#define SIMPLEQ_LAST(head, type, field)                                                            \
	(SIMPLEQ_EMPTY(head) ? (struct type *)0                                                    \
	    : (struct type *)(void *)((char *)(head)->sqh_last -                                   \
	    __builtin_offsetof(struct type, field)))
#define SIMPLEQ_INIT(head)                                                                         \
	do {                                                                                       \
		SIMPLEQ_FIRST(head) = (void *)0;                                                   \
		(head)->sqh_last = &SIMPLEQ_FIRST(head);                                           \
	} while (0)
#define SIMPLEQ_FOREACH(var, head, field)                                                          \
	for ((var) = SIMPLEQ_FIRST(head); (var) != (void *)0; (var) = SIMPLEQ_NEXT(var, field))
#define SIMPLEQ_FOREACH_SAFE(var, head, field, next)                                               \
	for ((var) = SIMPLEQ_FIRST(head);                                                          \
	     (var) != (void *)0 && ((next) = SIMPLEQ_NEXT(var, field), 1); (var) = (next))
#define SIMPLEQ_INSERT_HEAD(head, elm, field)                                                      \
	do {                                                                                       \
		SIMPLEQ_NEXT(elm, field) = SIMPLEQ_FIRST(head);                                    \
		if (SIMPLEQ_NEXT(elm, field) == (void *)0)                                         \
			(head)->sqh_last = &SIMPLEQ_NEXT(elm, field);                              \
		SIMPLEQ_FIRST(head) = (elm);                                                       \
	} while (0)
#define SIMPLEQ_INSERT_TAIL(head, elm, field)                                                      \
	do {                                                                                       \
		SIMPLEQ_NEXT(elm, field) = (void *)0;                                              \
		*(head)->sqh_last = (elm);                                                         \
		(head)->sqh_last = &SIMPLEQ_NEXT(elm, field);                                      \
	} while (0)
#define SIMPLEQ_INSERT_AFTER(head, at, elm, field)                                                 \
	do {                                                                                       \
		SIMPLEQ_NEXT(elm, field) = SIMPLEQ_NEXT(at, field);                                \
		if (SIMPLEQ_NEXT(elm, field) == (void *)0)                                         \
			(head)->sqh_last = &SIMPLEQ_NEXT(elm, field);                              \
		SIMPLEQ_NEXT(at, field) = (elm);                                                   \
	} while (0)
#define SIMPLEQ_REMOVE_HEAD(head, field)                                                           \
	do {                                                                                       \
		SIMPLEQ_FIRST(head) = SIMPLEQ_NEXT(SIMPLEQ_FIRST(head), field);                    \
		if (SIMPLEQ_FIRST(head) == (void *)0)                                              \
			(head)->sqh_last = &SIMPLEQ_FIRST(head);                                   \
	} while (0)
#define SIMPLEQ_REMOVE_AFTER(head, at, field)                                                      \
	do {                                                                                       \
		SIMPLEQ_NEXT(at, field) = SIMPLEQ_NEXT(SIMPLEQ_NEXT(at, field), field);            \
		if (SIMPLEQ_NEXT(at, field) == (void *)0)                                          \
			(head)->sqh_last = &SIMPLEQ_NEXT(at, field);                               \
	} while (0)
#define SIMPLEQ_REMOVE(head, elm, type, field)                                                     \
	do {                                                                                       \
		struct type **_linkp = &SIMPLEQ_FIRST(head);                                       \
                                                                                                   \
		while (*_linkp != (elm))                                                           \
			_linkp = &SIMPLEQ_NEXT(*_linkp, field);                                    \
		*_linkp = SIMPLEQ_NEXT(elm, field);                                                \
		if (*_linkp == (void *)0)                                                          \
			(head)->sqh_last = _linkp;                                                 \
	} while (0)
#define SIMPLEQ_CONCAT(to, from)                                                                   \
	do {                                                                                       \
		if (!SIMPLEQ_EMPTY(from)) {                                                        \
			*(to)->sqh_last = SIMPLEQ_FIRST(from);                                     \
			(to)->sqh_last = (from)->sqh_last;                                         \
			SIMPLEQ_INIT(from);                                                        \
		}                                                                                  \
	} while (0)

/* ---- STAILQ: SIMPLEQ's shape under its other names ---- */
#define STAILQ_HEAD(name, type)                                                                    \
	struct name {                                                                              \
		struct type *stqh_first;                                                           \
		struct type **stqh_last; /* the last link */                                       \
	}
#define STAILQ_HEAD_INITIALIZER(head) { (void *)0, &(head).stqh_first }
#define STAILQ_ENTRY(type)                                                                         \
	struct {                                                                                   \
		struct type *stqe_next;                                                            \
	}
#define STAILQ_FIRST(head)	 ((head)->stqh_first)
#define STAILQ_END(head)	 ((void *)0)
#define STAILQ_EMPTY(head)	 (STAILQ_FIRST(head) == (void *)0)
#define STAILQ_NEXT(elm, field)	 ((elm)->field.stqe_next)
#define STAILQ_LAST(head, type, field)                                                             \
	(STAILQ_EMPTY(head) ? (struct type *)0                                                     \
	    : (struct type *)(void *)((char *)(head)->stqh_last -                                  \
	    __builtin_offsetof(struct type, field)))
#define STAILQ_INIT(head)                                                                          \
	do {                                                                                       \
		STAILQ_FIRST(head) = (void *)0;                                                    \
		(head)->stqh_last = &STAILQ_FIRST(head);                                           \
	} while (0)
#define STAILQ_FOREACH(var, head, field)                                                           \
	for ((var) = STAILQ_FIRST(head); (var) != (void *)0; (var) = STAILQ_NEXT(var, field))
#define STAILQ_FOREACH_SAFE(var, head, field, next)                                                \
	for ((var) = STAILQ_FIRST(head);                                                           \
	     (var) != (void *)0 && ((next) = STAILQ_NEXT(var, field), 1); (var) = (next))
#define STAILQ_INSERT_HEAD(head, elm, field)                                                       \
	do {                                                                                       \
		STAILQ_NEXT(elm, field) = STAILQ_FIRST(head);                                      \
		if (STAILQ_NEXT(elm, field) == (void *)0)                                          \
			(head)->stqh_last = &STAILQ_NEXT(elm, field);                              \
		STAILQ_FIRST(head) = (elm);                                                        \
	} while (0)
#define STAILQ_INSERT_TAIL(head, elm, field)                                                       \
	do {                                                                                       \
		STAILQ_NEXT(elm, field) = (void *)0;                                               \
		*(head)->stqh_last = (elm);                                                        \
		(head)->stqh_last = &STAILQ_NEXT(elm, field);                                      \
	} while (0)
#define STAILQ_INSERT_AFTER(head, at, elm, field)                                                  \
	do {                                                                                       \
		STAILQ_NEXT(elm, field) = STAILQ_NEXT(at, field);                                  \
		if (STAILQ_NEXT(elm, field) == (void *)0)                                          \
			(head)->stqh_last = &STAILQ_NEXT(elm, field);                              \
		STAILQ_NEXT(at, field) = (elm);                                                    \
	} while (0)
#define STAILQ_REMOVE_HEAD(head, field)                                                            \
	do {                                                                                       \
		STAILQ_FIRST(head) = STAILQ_NEXT(STAILQ_FIRST(head), field);                       \
		if (STAILQ_FIRST(head) == (void *)0)                                               \
			(head)->stqh_last = &STAILQ_FIRST(head);                                   \
	} while (0)
#define STAILQ_REMOVE(head, elm, type, field)                                                      \
	do {                                                                                       \
		struct type **_linkp = &STAILQ_FIRST(head);                                        \
                                                                                                   \
		while (*_linkp != (elm))                                                           \
			_linkp = &STAILQ_NEXT(*_linkp, field);                                     \
		*_linkp = STAILQ_NEXT(elm, field);                                                 \
		if (*_linkp == (void *)0)                                                          \
			(head)->stqh_last = _linkp;                                                \
	} while (0)
#define STAILQ_CONCAT(to, from)                                                                    \
	do {                                                                                       \
		if (!STAILQ_EMPTY(from)) {                                                         \
			*(to)->stqh_last = STAILQ_FIRST(from);                                     \
			(to)->stqh_last = (from)->stqh_last;                                       \
			STAILQ_INIT(from);                                                         \
		}                                                                                  \
	} while (0)

/* ---- TAILQ ---- */
#define _TAILQ_HEAD(name, type, qual)                                                              \
	struct name {                                                                              \
		qual type *tqh_first;                                                              \
		qual type *qual *tqh_last; /* the last link */                                     \
	}
#define TAILQ_HEAD(name, type) _TAILQ_HEAD(name, struct type, )
#define TAILQ_HEAD_INITIALIZER(head) { (void *)0, &(head).tqh_first }
#define _TAILQ_ENTRY(type, qual)                                                                   \
	struct {                                                                                   \
		qual type *tqe_next;                                                               \
		qual type *qual *tqe_prev; /* the link that points here */                         \
	}
#define TAILQ_ENTRY(type) _TAILQ_ENTRY(struct type, )
#define TAILQ_FIRST(head)	((head)->tqh_first)
#define TAILQ_END(head)		((void *)0)
#define TAILQ_EMPTY(head)	(TAILQ_FIRST(head) == (void *)0)
#define TAILQ_NEXT(elm, field)	((elm)->field.tqe_next)
/* A head and an entry have the same shape, so the last link leads to its holder's back link. */
#define TAILQ_LAST(head, headname)                                                                 \
	(*(((struct headname *)(void *)((head)->tqh_last))->tqh_last))
#define TAILQ_PREV(elm, headname, field)                                                           \
	(*(((struct headname *)(void *)((elm)->field.tqe_prev))->tqh_last))
#define TAILQ_INIT(head)                                                                           \
	do {                                                                                       \
		TAILQ_FIRST(head) = (void *)0;                                                     \
		(head)->tqh_last = &TAILQ_FIRST(head);                                             \
	} while (0)
#define TAILQ_FOREACH(var, head, field)                                                            \
	for ((var) = TAILQ_FIRST(head); (var) != (void *)0; (var) = TAILQ_NEXT(var, field))
#define TAILQ_FOREACH_SAFE(var, head, field, next)                                                 \
	for ((var) = TAILQ_FIRST(head);                                                            \
	     (var) != (void *)0 && ((next) = TAILQ_NEXT(var, field), 1); (var) = (next))
#define TAILQ_FOREACH_REVERSE(var, head, headname, field)                                          \
	for ((var) = TAILQ_LAST(head, headname); (var) != (void *)0;                               \
	     (var) = TAILQ_PREV(var, headname, field))
#define TAILQ_FOREACH_REVERSE_SAFE(var, head, headname, field, prev)                               \
	for ((var) = TAILQ_LAST(head, headname);                                                   \
	     (var) != (void *)0 && ((prev) = TAILQ_PREV(var, headname, field), 1); (var) = (prev))
#define TAILQ_INSERT_HEAD(head, elm, field)                                                        \
	do {                                                                                       \
		TAILQ_NEXT(elm, field) = TAILQ_FIRST(head);                                        \
		if (TAILQ_NEXT(elm, field) != (void *)0)                                           \
			TAILQ_NEXT(elm, field)->field.tqe_prev = &TAILQ_NEXT(elm, field);          \
		else                                                                               \
			(head)->tqh_last = &TAILQ_NEXT(elm, field);                                \
		TAILQ_FIRST(head) = (elm);                                                         \
		(elm)->field.tqe_prev = &TAILQ_FIRST(head);                                        \
	} while (0)
#define TAILQ_INSERT_TAIL(head, elm, field)                                                        \
	do {                                                                                       \
		TAILQ_NEXT(elm, field) = (void *)0;                                                \
		(elm)->field.tqe_prev = (head)->tqh_last;                                          \
		*(head)->tqh_last = (elm);                                                         \
		(head)->tqh_last = &TAILQ_NEXT(elm, field);                                        \
	} while (0)
#define TAILQ_INSERT_AFTER(head, at, elm, field)                                                   \
	do {                                                                                       \
		TAILQ_NEXT(elm, field) = TAILQ_NEXT(at, field);                                    \
		if (TAILQ_NEXT(elm, field) != (void *)0)                                           \
			TAILQ_NEXT(elm, field)->field.tqe_prev = &TAILQ_NEXT(elm, field);          \
		else                                                                               \
			(head)->tqh_last = &TAILQ_NEXT(elm, field);                                \
		TAILQ_NEXT(at, field) = (elm);                                                     \
		(elm)->field.tqe_prev = &TAILQ_NEXT(at, field);                                    \
	} while (0)
#define TAILQ_INSERT_BEFORE(at, elm, field)                                                        \
	do {                                                                                       \
		(elm)->field.tqe_prev = (at)->field.tqe_prev;                                      \
		TAILQ_NEXT(elm, field) = (at);                                                     \
		*(at)->field.tqe_prev = (elm);                                                     \
		(at)->field.tqe_prev = &TAILQ_NEXT(elm, field);                                    \
	} while (0)
#define TAILQ_REMOVE(head, elm, field)                                                             \
	do {                                                                                       \
		if (TAILQ_NEXT(elm, field) != (void *)0)                                           \
			TAILQ_NEXT(elm, field)->field.tqe_prev = (elm)->field.tqe_prev;            \
		else                                                                               \
			(head)->tqh_last = (elm)->field.tqe_prev;                                  \
		*(elm)->field.tqe_prev = TAILQ_NEXT(elm, field);                                   \
	} while (0)
#define TAILQ_REPLACE(head, elm, new, field)                                                       \
	do {                                                                                       \
		TAILQ_NEXT(new, field) = TAILQ_NEXT(elm, field);                                   \
		if (TAILQ_NEXT(new, field) != (void *)0)                                           \
			TAILQ_NEXT(new, field)->field.tqe_prev = &TAILQ_NEXT(new, field);          \
		else                                                                               \
			(head)->tqh_last = &TAILQ_NEXT(new, field);                                \
		(new)->field.tqe_prev = (elm)->field.tqe_prev;                                     \
		*(new)->field.tqe_prev = (new);                                                    \
	} while (0)
#define TAILQ_CONCAT(to, from, field)                                                              \
	do {                                                                                       \
		if (!TAILQ_EMPTY(from)) {                                                          \
			*(to)->tqh_last = TAILQ_FIRST(from);                                       \
			TAILQ_FIRST(from)->field.tqe_prev = (to)->tqh_last;                        \
			(to)->tqh_last = (from)->tqh_last;                                         \
			TAILQ_INIT(from);                                                          \
		}                                                                                  \
	} while (0)

#endif /* KPI_SYS_QUEUE_H */
