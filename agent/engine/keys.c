/* keys: see keys.h. */

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/failpoint.h"

#include "agent/engine/keys_internal.h"

#define SEAL_KIND "website"

enum { CSR_MAX = 65536 };

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	keys_end(keys);
	sandbox_free(keys->sandbox);
	sodium_free(keys->buffer); /* wipe */
	sodium_free(keys->secret);
	closep(&keys->dir);
	free(keys->program);
	pthread_mutex_destroy(&keys->lock);
	free(keys);
}

static bool open_folder(struct keys *keys, const char *node, struct error *err)
{
	struct file_owner owner = keys->owner;

	_cleanup_close_ int root = file_open_dir(AT_FDCWD, node, err);
	owner.mode = 0710;
	if (root < 0 || !file_mkdir_at(root, "keys", owner, err))
		return false;
	keys->dir = file_open_dir(root, "keys", err);
	return keys->dir >= 0;
}

bool keys_new(const struct keys_options *options, struct keys **ret, struct error *err)
{
	_cleanup_(keys_freep) struct keys *keys = calloc(1, sizeof(*keys));
	/* All that the node has lies in its folder: an empty one is seen there. */
	const char *const hidden[] = { options->dir, NULL };
	const struct sandbox_options sandbox = {
		.uid = options->uid, .scratch = hidden, .program = options->program, .talks = true
	};

	if (!keys)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&keys->lock, NULL);
	keys->dir = -1;
	keys->seal = options->seal;
	keys->owner = (struct file_owner){ (uid_t)-1, options->readers, 0640 };
	keys->program = strdup(options->program);
	keys->buffer = sodium_init() < 0 ? NULL : sodium_malloc(FRAME_SIZE);
	keys->secret = keys->buffer ? sodium_malloc(KEYS_SECRET) : NULL;
	if (!keys->program || !keys->buffer || !keys->secret)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!open_folder(keys, options->dir, err) || !sandbox_new(&sandbox, &keys->sandbox, err))
		return error_wrap(err, "keys");
	*ret = TAKE_PTR(keys);
	return true;
}

void keys_rest(struct keys *keys)
{
	/* Whoever asks now will end it another time. */
	if (pthread_mutex_trylock(&keys->lock) != 0)
		return;
	if (!keys->used)
		keys_end(keys);
	keys->used = false;
	pthread_mutex_unlock(&keys->lock);
}

static struct frame frame_of(enum keys_word word)
{
	return (struct frame){ .word = word };
}

static void add(struct frame *frame, const void *data, size_t size)
{
	frame->part[frame->n] = data;
	frame->size[frame->n++] = size;
}

/* Held by all below: the lock. */

/* Into keys->secret, and onto the disk before anybody hears of it. */
static bool make_key(struct keys *keys, const struct keys_request *request, int folder, struct error *err)
{
	struct frame make = frame_of(KEYS_MAKE), made;
	const char *type = request->rsa ? "RSA-2048" : "P-256";
	char name[KEYS_NAME];

	add(&make, type, strlen(type));
	if (!keys_trim(folder, err) || !keys_ask(keys, &make, -1, &made, err))
		return false;
	if (made.n != 1 || made.size[0] > KEYS_SECRET)
		return error_set(err, ERR_UNAVAILABLE, "stralix-agent-keys made no key");
	memcpy(keys->secret, made.part[0], made.size[0]);
	keys->secret_size = made.size[0];
	keys_name(request->certificate_id, name);
	if (!keys_save(keys, folder, name, keys->secret, keys->secret_size, err))
		return false;
	failpoint("engine.key");
	return true;
}

/* The answer that was given before, if it was for these names. */
static bool known_csr(int folder, const char *name, const uint8_t digest[static TOKEN_DIGEST], struct buf *csr)
{
	_cleanup_buf_ struct buf kept = { 0 };
	bool there;

	if (!file_read_beneath(folder, name, CSR_MAX, &kept, &there, NULL) || kept.size <= TOKEN_DIGEST ||
	    memcmp(kept.data, digest, TOKEN_DIGEST) != 0)
		return false;
	buf_add(csr, kept.data + TOKEN_DIGEST, kept.size - TOKEN_DIGEST);
	return true;
}

static bool sign(struct keys *keys, const struct keys_request *request, int folder, const char *name,
                 const uint8_t digest[static TOKEN_DIGEST], struct buf *csr, struct error *err)
{
	_cleanup_buf_ struct buf keep = { 0 };
	struct frame sign = frame_of(KEYS_SIGN), signature;

	add(&sign, keys->secret, keys->secret_size);
	add(&sign, request->names, strlen(request->names));
	if (!keys_ask(keys, &sign, -1, &signature, err))
		return false;
	if (signature.n != 1)
		return error_set(err, ERR_UNAVAILABLE, "stralix-agent-keys made no request");
	buf_add(csr, signature.part[0], signature.size[0]);
	buf_add(&keep, digest, TOKEN_DIGEST);
	buf_add(&keep, signature.part[0], signature.size[0]);
	if (buf_failed(csr) || buf_failed(&keep))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return keys_save(keys, folder, name, keep.data, keep.size, err);
}

static bool make_csr(struct keys *keys, const struct keys_request *request, struct buf *csr, struct error *err)
{
	_cleanup_close_ int folder = keys_make_folder(keys, request->website_id, err);
	uint8_t digest[TOKEN_DIGEST];
	char key[KEYS_NAME], name[KEYS_NAME];
	bool there;

	if (folder < 0 || !keys_load(keys, folder, request->certificate_id, &there, err) ||
	    (!there && !make_key(keys, request, folder, err)))
		return false;
	keys_name(request->certificate_id, key);
	if (there && fchmodat(folder, key, keys->owner.mode, 0) < 0) /* it is asked for: its time begins anew */
		return error_errno(err, errno, "touch a key");
	token_digest(request->names, strlen(request->names), digest);
	snprintf(name, sizeof(name), "%.36s.csr", request->certificate_id);
	return (there && known_csr(folder, name, digest, csr)) || sign(keys, request, folder, name, digest, csr, err);
}

bool keys_csr(struct keys *keys, const struct keys_request *request, struct buf *csr, struct error *err)
{
	pthread_mutex_lock(&keys->lock);
	bool ok = make_csr(keys, request, csr, err);
	keys_forget(keys);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}

static bool take_facts(const struct frame *reply, struct keys_facts *ret, struct error *err)
{
	memset(ret, 0, sizeof(*ret));
	if (reply->n != 2 || reply->size[FACTS_LEAF] != TOKEN_DIGEST || reply->size[FACTS_NAMES] > KEYS_NAMES)
		return error_set(err, ERR_UNAVAILABLE, "stralix-agent-keys says no facts");
	memcpy(ret->leaf, reply->part[FACTS_LEAF], TOKEN_DIGEST);
	memcpy(ret->names, reply->part[FACTS_NAMES], reply->size[FACTS_NAMES]);
	return true;
}

bool keys_read(struct keys *keys, const struct keys_certificate *certificate, struct keys_facts *ret, struct error *err)
{
	struct frame read = frame_of(KEYS_READ), reply;

	add(&read, certificate->chain, strlen(certificate->chain));
	add(&read, certificate->names, strlen(certificate->names));
	pthread_mutex_lock(&keys->lock);
	bool ok = keys_ask(keys, &read, -1, &reply, err) && take_facts(&reply, ret, err);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}

bool keys_unseal(const struct keys *keys, const struct keys_certificate *certificate, struct buf *secret,
                 struct error *err)
{
	return seal_open(keys->seal, SEAL_KIND, certificate->website_id, certificate->sealed, certificate->sealed_size,
	                 secret, err) ||
	       error_wrap(err, "open the private key");
}

/* Into keys->secret. */
static bool unseal(struct keys *keys, const struct keys_certificate *certificate, struct error *err)
{
	_cleanup_(seal_wipe) struct buf secret = { 0 };

	if (certificate->sealed_size == 0)
		return error_set(err, ERR_CONFLICT, "The private key of this certificate isn't on this node.");
	if (!keys_unseal(keys, certificate, &secret, err))
		return false;
	if (secret.size == 0 || secret.size > KEYS_SECRET)
		return error_field(err, "certificate", "good", "The private key is too long.");
	memcpy(keys->secret, secret.data, secret.size);
	keys->secret_size = secret.size;
	return true;
}

static bool place(struct keys *keys, const struct keys_certificate *certificate, struct keys_facts *ret,
                  struct error *err)
{
	_cleanup_close_ int folder = keys_make_folder(keys, certificate->website_id, err);
	struct frame check = frame_of(KEYS_CHECK), reply;
	char name[KEYS_NAME];
	bool there;

	if (folder < 0 || !keys_load(keys, folder, certificate->certificate_id, &there, err) ||
	    (!there && !unseal(keys, certificate, err)))
		return false;
	add(&check, certificate->chain, strlen(certificate->chain));
	add(&check, certificate->names, strlen(certificate->names));
	add(&check, keys->secret, keys->secret_size);
	if (!keys_ask(keys, &check, -1, &reply, err) || !take_facts(&reply, ret, err))
		return false;
	keys_name(certificate->certificate_id, name);
	return there || (keys_trim(folder, err) && keys_save(keys, folder, name, keys->secret, keys->secret_size, err));
}

bool keys_place(struct keys *keys, const struct keys_certificate *certificate, struct keys_facts *ret,
                struct error *err)
{
	pthread_mutex_lock(&keys->lock);
	bool ok = place(keys, certificate, ret, err);
	keys_forget(keys);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}

bool keys_greet(struct keys *keys, int fd, const char *name, uint8_t ret_leaf[static TOKEN_DIGEST],
                char ret_protocol[static 16], struct error *err)
{
	struct frame greet = frame_of(KEYS_GREET), reply;
	struct error why = { 0 };

	add(&greet, name, strlen(name));
	pthread_mutex_lock(&keys->lock);
	bool ok = keys_ask(keys, &greet, fd, &reply, &why);
	if (ok && (reply.n != 2 || reply.size[FACTS_LEAF] != TOKEN_DIGEST || reply.size[FACTS_ALPN] >= 16))
		ok = error_set(&why, ERR_UNAVAILABLE, "stralix-agent-keys says no facts");
	if (ok) {
		memcpy(ret_leaf, reply.part[FACTS_LEAF], TOKEN_DIGEST);
		memcpy(ret_protocol, reply.part[FACTS_ALPN], reply.size[FACTS_ALPN] + 1);
	}
	pthread_mutex_unlock(&keys->lock);
	return ok || error_set(err, ERR_VERIFY_FAILED, "%s", why.message);
}
