/* tls: a website's certificate: its key, the names that it is for, its two files in a generation, and who answers. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/contract/pem.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"
#include "agent/engine/keys.h"

enum { CHAIN_MAX = 65536, FILE_NAME = UUID_TEXT + 8 };

#define PEM_LABEL "CERTIFICATE"

/* All names, one a line, into the arena; NULL: no memory. */
static char *join_names(const Stralix__V1__WebsiteState *site, struct arena *arena)
{
	_cleanup_buf_ struct buf names = { 0 };

	buf_puts(&names, site->domain);
	for (size_t i = 0; site->settings && i < site->settings->n_aliases; i++)
		buf_printf(&names, "\n%s", site->settings->aliases[i]);
	return buf_failed(&names) ? NULL : arena_strdup(arena, names.data);
}

/* Borrows from the state and the arena. */
static bool describe(const struct object *site, const Stralix__V1__WebsiteState *state, struct arena *arena,
                     struct keys_certificate *ret, struct error *err)
{
	*ret = (struct keys_certificate){ .website_id = site->id,
		                          .certificate_id = state->certificate->id,
		                          .chain = state->certificate->chain,
		                          .names = join_names(state, arena),
		                          .sealed = state->certificate->sealed_key.data,
		                          .sealed_size = state->certificate->sealed_key.len };
	return ret->names || error_set(err, ERR_INTERNAL, "out of memory");
}

bool nginx_tls_check(const Stralix__V1__WebsiteState *site, struct error *err)
{
	size_t names = 1 + (site->settings ? site->settings->n_aliases : 0);

	if (!site->certificate)
		return true;
	if (pem_count(site->certificate->chain, PEM_LABEL) == 0)
		return error_field(err, "certificate.chain", "pem", "A chain has certificates and nothing else.");
	return names <= KEYS_NAMES || error_field(err, "settings.aliases", "count", "These are too many names.");
}

/* Whether this chain is what is live: then it and its key were looked at when they came, and a certificate that has
 * expired meanwhile stops no other change. */
static bool is_live(const struct nginx *nginx, const struct object *site, const Stralix__V1__Certificate *certificate)
{
	_cleanup_buf_ struct buf chain = { 0 };
	char path[64], name[KEYS_NAME];
	bool there;

	snprintf(path, sizeof(path), "tls/%s.crt", site->id);
	_cleanup_close_ int live = openat(nginx->root, "nginx/live", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (live < 0 || !file_read_beneath(live, path, CHAIN_MAX, &chain, &there, NULL) || !there ||
	    strlen(certificate->chain) != chain.size || memcmp(chain.data, certificate->chain, chain.size) != 0)
		return false;
	_cleanup_close_ int folder = keys_folder(nginx->keys, site->id);
	keys_name(certificate->id, name);
	return folder >= 0 && faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool nginx_tls_place(struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteState *state,
                     struct arena *arena, struct error *err)
{
	struct keys_certificate certificate;
	struct keys_facts facts;

	if (!state->certificate)
		return true;
	if (!nginx->keys)
		return error_set(err, ERR_UNAVAILABLE, "this node keeps no keys");
	if (is_live(nginx, site, state->certificate))
		return true;
	if (!describe(site, state, arena, &certificate, err) || !keys_place(nginx->keys, &certificate, &facts, err))
		return false;
	return strchr(facts.names, '1') ||
	       error_field(err, "certificate", "names", "The certificate is for none of the website's names.");
}

/* Those that the certificate is for; the others aren't served over HTTPS. */
static bool take_names(const Stralix__V1__WebsiteState *state, const struct keys_facts *facts, struct arena *arena,
                       struct nginx_tls *ret, struct error *err)
{
	size_t n = strlen(facts->names);

	ret->names = arena_alloc(arena, (n + 1) * sizeof(*ret->names));
	if (!ret->names || n != 1 + (state->settings ? state->settings->n_aliases : 0))
		return error_set(err, ERR_INTERNAL, "the names of a certificate can't be told");
	for (size_t i = 0; i < n; i++)
		if (facts->names[i] == '1')
			ret->names[ret->n++] = i == 0 ? state->domain : state->settings->aliases[i - 1];
	ret->all = ret->n == n;
	return true;
}

bool nginx_tls_read(const struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteState *state,
                    struct arena *arena, struct nginx_tls *ret, struct error *err)
{
	struct keys_certificate certificate;
	struct keys_facts facts;
	char name[KEYS_NAME];

	*ret = (struct nginx_tls){ .n = 0 };
	if (!state->certificate || !nginx->keys)
		return true;
	if (!describe(site, state, arena, &certificate, err) || !keys_read(nginx->keys, &certificate, &facts, err) ||
	    !take_names(state, &facts, arena, ret, err))
		return false;
	memcpy(ret->leaf, facts.leaf, sizeof(ret->leaf));
	_cleanup_close_ int folder = keys_folder(nginx->keys, site->id);
	keys_name(certificate.certificate_id, name);
	ret->stored = folder >= 0 && faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	return true;
}

/* A link to the key that is stored; of what is only looked at, the key that would be. */
static bool stage_key(struct nginx *nginx, struct staging *staging, const struct object *site,
                      const Stralix__V1__WebsiteState *state, const struct nginx_tls *tls, struct arena *arena,
                      struct error *err)
{
	_cleanup_(seal_wipe) struct buf secret = { 0 };
	struct keys_certificate certificate;
	char name[FILE_NAME], from[KEYS_NAME];

	snprintf(name, sizeof(name), "%s.key", site->id);
	if (tls->stored) {
		_cleanup_close_ int folder = keys_folder(nginx->keys, site->id);

		keys_name(state->certificate->id, from);
		return staging_link(staging, "tls", name, folder, from, nginx_owner_of_files(nginx), err);
	}
	return describe(site, state, arena, &certificate, err) &&
	       keys_unseal(nginx->keys, &certificate, &secret, err) &&
	       staging_write_secret(staging, "tls", name, secret.data, secret.size, nginx_owner_of_files(nginx), err);
}

bool nginx_tls_render(struct nginx *nginx, struct staging *staging, const struct object *site,
                      const Stralix__V1__WebsiteState *state, struct arena *arena, struct nginx_tls *ret,
                      struct error *err)
{
	char name[FILE_NAME];

	if (!nginx_tls_read(nginx, site, state, arena, ret, err))
		return false;
	ret->on = ret->n > 0 && (ret->stored || (staging->aside && state->certificate->sealed_key.len > 0));
	if (!ret->on)
		return true;
	snprintf(name, sizeof(name), "%s.crt", site->id);
	return staging_write(staging, "tls", name, state->certificate->chain, strlen(state->certificate->chain),
	                     nginx_owner_of_files(nginx), err) &&
	       stage_key(nginx, staging, site, state, ret, arena, err);
}

bool nginx_tls_link(int from, int to, const struct object *site, struct error *err)
{
	static const char *const ends[] = { "crt", "key" };
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		snprintf(name, sizeof(name), "tls/%s.%s", site->id, ends[i]);
		if (linkat(from, name, to, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, errno, "link %s", name);
	}
	return true;
}

static int connect_here(const struct nginx *nginx)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons((uint16_t)nginx->settings->https_port),
		                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool nginx_tls_answers(const struct nginx *nginx, const struct nginx_tls *tls, struct error *err)
{
	_cleanup_close_ int fd = connect_here(nginx);
	uint8_t leaf[TOKEN_DIGEST];
	char protocol[16];

	if (fd < 0)
		return error_set(err, ERR_VERIFY_FAILED, "nginx takes no connection for HTTPS");
	if (!keys_greet(nginx->keys, fd, tls->names[0], leaf, protocol, err))
		return false;
	if (memcmp(leaf, tls->leaf, sizeof(leaf)) != 0)
		return error_set(err, ERR_VERIFY_FAILED, "nginx shows another certificate for %s", tls->names[0]);
	return strcmp(protocol, "h2") == 0 ||
	       error_set(err, ERR_VERIFY_FAILED, "nginx offers no HTTP/2 for %s", tls->names[0]);
}
