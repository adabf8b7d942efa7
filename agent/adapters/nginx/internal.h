/* internal: what the nginx adapter's files share. */
#pragma once

#include <limits.h>
#include <stdint.h>

#include "lib/base/arena.h"

#include "stralix/v1/node.pb-c.h"

#include "agent/adapters/nginx/nginx.h"
#include "agent/adapters/php/php.h"
#include "agent/engine/sandbox.h"
#include "agent/engine/template.h"

enum { NGINX_ENDPOINTS = 3, NGINX_ENDPOINT = 64, NGINX_WORKERS = 512 };

/* Templates and the values that are the same in all files. */
struct nginx_render {
	struct template *conf, *site, *suspended, *mime, *welcome, *notice;
	char http[NGINX_ENDPOINTS][NGINX_ENDPOINT], https[NGINX_ENDPOINTS][NGINX_ENDPOINT];
	char user[64], group[64]; /* of the workers; empty: the engine isn't root */
	char fingerprint[65];
};

struct nginx {
	const struct settings *settings;
	char secret[33];
	char dir[PATH_MAX], conf[PATH_MAX], pid_file[PATH_MAX], error_log[PATH_MAX];
	char passwd[PATH_MAX], group[PATH_MAX]; /* account files for nginx alone, */
	bool private_accounts;                  /* when the machine has no name for the workers' uid */
	int root;                               /* the node's folder */
	gid_t web_gid;
	struct nginx_render render;
	struct sandbox *sandbox, *aside; /* of changes; of what is only looked at */
	struct split *split;
	struct php *php;
	struct keys *keys; /* borrowed */
	char version[65];
	char tested[PATH_MAX];       /* the generation whose test runs */
	off_t log_before;            /* size of the error log when it was told to reload */
	int64_t reload_ms;           /* when, since the machine's start */
	bool settled;                /* since then: old workers have been seen to take no more connections */
	pid_t before[NGINX_WORKERS]; /* the workers that took connections then */
	unsigned n_before;
};

/* The desired state, whole and checked, in the arena (of NGINX_ARENA). ERR_INVALID, ERR_AGENT_TOO_OLD. */
enum { NGINX_ARENA = 2 << 20 };
bool nginx_unpack_site(const struct object *object, struct arena *arena, Stralix__V1__WebsiteState **ret,
                       struct error *err) _must_check_;

bool nginx_render_open(struct nginx *nginx, struct error *err) _must_check_;
void nginx_render_done(struct nginx *nginx);
struct template_value nginx_render_endpoint(const char *name, const char *text); /* a switch too; text "": off */
bool nginx_render_shared(struct nginx *nginx, struct staging *staging, uint64_t generation,
                         struct error *err) _must_check_;
bool nginx_render_site(struct nginx *nginx, struct staging *staging, const struct object *site,
                       struct error *err) _must_check_;
/* What visitors see in the place of a website, in the folder pages. */
bool nginx_write_pages(struct nginx *nginx, struct error *err) _must_check_;
bool nginx_link_site(struct nginx *nginx, int from, int to, const struct object *site, bool *linked,
                     struct error *err) _must_check_;
bool nginx_render_welcome(struct nginx *nginx, const char *domain, struct buf *out, struct error *err) _must_check_;

/* The running master's pid; 0 when it isn't there. Any thread. */
pid_t nginx_running(const struct nginx *nginx);
bool nginx_read_version(struct nginx *nginx, struct error *err) _must_check_;
bool nginx_reload(struct nginx *nginx, struct error *err) _must_check_;
/* Before a reload: who takes connections now. */
void nginx_note_workers(struct nginx *nginx, pid_t master);
/* After a new worker has answered: ends the old ones and waits until none of them takes a new connection. Sets
 * settled. */
void nginx_settle(struct nginx *nginx, pid_t answered);
/* When the oldest worker started, those that are shutting down too, in ms since the machine's start; 0: there is no
 * nginx. */
int64_t nginx_oldest_worker(const struct nginx *nginx);
/* log.c: in logs a website goes by its id and a word that only this node can know, since whoever asks for anything can
 * put any other name into a line; adapter_ops.log; what a purge leaves nothing of. Any thread. */
enum { NGINX_MARKER = 80 };
void nginx_marker(const char *secret, const char *id, char ret[static NGINX_MARKER]);
bool nginx_log(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err) _must_check_;
bool nginx_log_place(const struct nginx *nginx, struct error *err) _must_check_;
bool nginx_log_purge(const struct nginx *nginx, const struct object *site, struct error *err) _must_check_;

/* tls.c: a website's certificate. Any thread. */
struct nginx_tls {
	bool on;     /* there is a block for it */
	bool stored; /* its key is here */
	bool all;    /* it is for all the website's names */
	char **names;
	size_t n; /* those that it is for; in the arena */
	uint8_t leaf[TOKEN_DIGEST];
};
bool nginx_tls_check(const Stralix__V1__WebsiteState *site, struct error *err) _must_check_;
/* Opens and checks what is new; ERR_INVALID, ERR_CONFLICT, with words. */
bool nginx_tls_place(struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteState *state,
                     struct arena *arena, struct error *err) _must_check_;
bool nginx_tls_read(const struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteState *state,
                    struct arena *arena, struct nginx_tls *ret, struct error *err) _must_check_;
/* Reads, and writes tls/<id>.crt and .key. */
bool nginx_tls_render(struct nginx *nginx, struct staging *staging, const struct object *site,
                      const Stralix__V1__WebsiteState *state, struct arena *arena, struct nginx_tls *ret,
                      struct error *err) _must_check_;
bool nginx_tls_link(int from, int to, const struct object *site, struct error *err) _must_check_;
/* Whether nginx shows this certificate, and offers HTTP/2. ERR_VERIFY_FAILED. */
bool nginx_tls_answers(const struct nginx *nginx, const struct nginx_tls *tls, struct error *err) _must_check_;

/* tickets.c: the keys of TLS session tickets. place: before nginx starts; tend: between batches, gives them a turn when
 * it is time, and has nginx read them. */
bool nginx_tickets_place(const struct nginx *nginx, struct error *err) _must_check_;
void nginx_tickets_tend(struct nginx *nginx);

/* protect.c: users of folders that ask for a password: auth/<id>.<digest>, a file for each folder and content. */
enum { NGINX_VARIABLE = 40 };
char *nginx_protect_name(const struct object *site,
                         char ret[static NGINX_VARIABLE]); /* of a site, in variables' names */
const struct template_value *const *nginx_protect_values(const struct nginx *nginx, const struct object *site,
                                                         const Stralix__V1__WebsiteSettings *settings, bool front,
                                                         struct arena *arena); /* NULL: no memory */
bool nginx_protect_place(struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteSettings *settings,
                         struct error *err) _must_check_;
bool nginx_protect_purge(const struct nginx *nginx, const struct object *site, struct error *err) _must_check_;

/* What it complained about since the reload. */
void nginx_complaints(const struct nginx *nginx, struct buf *out);

/* What nginx says that it serves; 0: nothing. */
uint64_t nginx_serving(const struct nginx *nginx);
bool nginx_await_generation(struct nginx *nginx, uint64_t generation, struct error *err) _must_check_;
void nginx_await_sites(struct nginx *nginx, struct adapter_check *checks, size_t n);

/* srv/<id>/public: made with a welcome page where it isn't there; deleted for good. */
bool nginx_place_docroot(struct nginx *nginx, const struct object *site, struct error *err) _must_check_;
/* A folder below public, each part of its path made where it isn't there. ERR_INVALID: something else is in the way. */
bool nginx_place_folder(struct nginx *nginx, const struct object *site, const char *path,
                        struct error *err) _must_check_;
/* How place leaves srv/<id>, or public in it. */
struct file_owner nginx_folder_owner(const struct nginx *nginx, const struct object *site, bool public);
/* srv/<id>/tmp: of the site's own processes alone. */
bool nginx_place_tmp(struct nginx *nginx, const struct object *site, struct error *err) _must_check_;
bool nginx_purge_docroot(struct nginx *nginx, const struct object *site, struct error *err) _must_check_;

/* lane/<domain> -> srv/<id>/public: see the default server in nginx.conf. */
bool nginx_lane_add(struct nginx *nginx, const struct object *site, struct error *err) _must_check_;
bool nginx_lane_clear(struct nginx *nginx, struct error *err) _must_check_;

struct file_owner nginx_owner_of_files(const struct nginx *nginx);

/* See struct adapter_ops. */
void nginx_mark(const char *text, size_t size, const char *like, size_t like_size, struct buf *out);
bool nginx_show(const struct nginx *nginx, const char *path, const char *text, size_t size, struct buf *out);
void nginx_object_of(const char *path, char ret[static UUID_TEXT]);
void nginx_look(const struct nginx *nginx, const struct object *site, adapter_finding fn, void *arg);
