/* Files of the user interface: opened beneath one folder descriptor, never through a symlink, sent by the kernel. */

#include "static.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "media.h"
#include "respond.h"

enum { POLICY_MAX = 4096, ETAG = 48, NAME_MAX_BYTES = 4200 };

static const char strict_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct files {
	int root;
	char *openapi;
	char policy[POLICY_MAX];
};

/* One file that is open. */
struct file {
	int fd;
	struct stat stat;
	const char *encoding; /* of the twin that was taken; NULL: plain */
};

static int open_beneath(int root, const char *name, uint64_t flags)
{
	const struct open_how how = { .flags = flags | O_CLOEXEC,
		                      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
}

/* Printable ASCII on one line, or it isn't taken. */
static void read_policy(struct files *files)
{
	_cleanup_close_ int fd = open_beneath(files->root, "csp.txt", O_RDONLY);
	char text[POLICY_MAX];
	ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	snprintf(files->policy, sizeof(files->policy), "%s", strict_policy);
	if (size <= 0)
		return;
	while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == ' '))
		size--;
	text[size] = '\0';
	for (ssize_t i = 0; i < size; i++)
		if (text[i] < ' ' || text[i] > '~')
			return;
	if (size > 0)
		memcpy(files->policy, text, (size_t)size + 1);
}

bool files_open(const char *ui_dir, const char *openapi, struct files **ret, struct error *err)
{
	_cleanup_(files_closep) struct files *files = calloc(1, sizeof(*files));

	if (!files)
		return error_set(err, ERR_INTERNAL, "out of memory");
	files->root = open(ui_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files->root < 0)
		return error_errno(err, errno, "ui_dir %s", ui_dir);
	if (asprintf(&files->openapi, *openapi ? "%s" : "%s/../openapi.json", *openapi ? openapi : ui_dir) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	read_policy(files);
	*ret = TAKE_PTR(files);
	return true;
}

void files_close(struct files *files)
{
	if (!files)
		return;
	if (files->root >= 0)
		close(files->root);
	free(files->openapi);
	free(files);
}

const char *files_policy(const struct files *files)
{
	return files->policy;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

enum static_kind static_kind(const char *name)
{
	if (strcmp(name, "csp.txt") == 0 || ends_with(name, ".br") || ends_with(name, ".gz"))
		return STATIC_HIDDEN;
	for (const char *at = name; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (*at == '.' && strncmp(at, ".well-known/", 12) != 0)
			return STATIC_HIDDEN;
	}
	return strncmp(name, "_next/static/", 13) == 0 ? STATIC_IMMUTABLE : STATIC_PAGE;
}

static bool open_regular(int root, const char *name, struct file *ret)
{
	ret->fd = open_beneath(root, name, O_RDONLY | O_NONBLOCK);
	ret->encoding = NULL;
	if (ret->fd < 0)
		return false;
	if (fstat(ret->fd, &ret->stat) == 0 && S_ISREG(ret->stat.st_mode))
		return true;
	close(ret->fd);
	ret->fd = -1;
	return false;
}

/* The smallest form of a file that the browser takes. */
static bool open_best(int root, const char *name, const char *accept_encoding, struct file *ret)
{
	static const struct {
		const char *encoding, *extension;
	} twins[] = { { "br", ".br" }, { "gzip", ".gz" } };
	char twin[NAME_MAX_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(twins); i++) {
		if (!media_accepts(accept_encoding, twins[i].encoding))
			continue;
		snprintf(twin, sizeof(twin), "%s%s", name, twins[i].extension);
		if (open_regular(root, twin, ret)) {
			ret->encoding = twins[i].encoding;
			return true;
		}
	}
	return open_regular(root, name, ret);
}

static void etag_of(const struct file *file, char ret[static ETAG])
{
	snprintf(ret, ETAG, "\"%llx-%llx-%s\"", (unsigned long long)file->stat.st_size,
	         (unsigned long long)file->stat.st_mtim.tv_sec * 1000000000ULL +
	                 (unsigned long long)file->stat.st_mtim.tv_nsec,
	         file->encoding ? file->encoding : "id");
}

/* Takes the file. */
static void send_file(struct request *request, unsigned status, const char *name, const struct file *file,
                      const char *policy)
{
	char etag[ETAG];
	struct respond_headers headers = {
		.content_type = media_type(name),
		.cache_control =
			static_kind(name) == STATIC_IMMUTABLE ? "public, max-age=31536000, immutable" : "no-cache",
		.content_security_policy = policy,
		.content_encoding = file->encoding,
		.vary = "Accept-Encoding",
		.etag = etag,
	};

	etag_of(file, etag);
	if (status == 200 && media_matches(http_find_header(request->exchange, "If-None-Match"), etag)) {
		close(file->fd);
		headers.content_type = headers.content_encoding = NULL;
		respond_empty(request, 304, &headers);
		return;
	}
	respond_fd(request, status, &headers, file->fd, (uint64_t)file->stat.st_size);
}

static void send_missing(struct request *request)
{
	const struct files *files = request->gateway->files;
	struct respond_headers headers = { .content_type = "text/plain; charset=utf-8", .cache_control = "no-cache" };
	_cleanup_buf_ struct buf body = { 0 };
	struct file file;

	if (open_best(files->root, "404.html", http_find_header(request->exchange, "Accept-Encoding"), &file)) {
		send_file(request, 404, "404.html", &file, files->policy);
		return;
	}
	buf_puts(&body, "There is nothing at this address.\n");
	respond_buf(request, 404, &headers, &body);
}

static bool is_folder(int root, const char *name)
{
	_cleanup_close_ int fd = open_beneath(root, name, O_PATH | O_DIRECTORY);

	return fd >= 0;
}

/* The path is canonical, so it starts with exactly one slash: this can't lead to another host. */
static void redirect_to_folder(struct request *request)
{
	const struct path *path = &request->path;
	struct respond_headers headers = { .cache_control = "no-cache" };

	headers.location = arena_printf(request->arena, "%s/%s%s", path->raw, path->query ? "?" : "",
	                                path->query ? path->query : "");
	respond_empty(request, 308, &headers);
}

void static_start(struct request *request)
{
	const struct files *files = request->gateway->files;
	const char *accept = http_find_header(request->exchange, "Accept-Encoding");
	const char *name = request->path.text + 1;
	struct file file;
	bool shown;

	if (!*name || ends_with(name, "/"))
		name = arena_printf(request->arena, "%sindex.html", name);
	shown = name && static_kind(name) != STATIC_HIDDEN;
	if (shown && open_best(files->root, name, accept, &file))
		send_file(request, 200, name, &file, files->policy);
	else if (shown && is_folder(files->root, name))
		redirect_to_folder(request);
	else
		send_missing(request);
}

void static_openapi(struct request *request)
{
	struct error err = { 0 };
	struct file file = { .fd = open(request->gateway->files->openapi, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };

	if (file.fd >= 0 && fstat(file.fd, &file.stat) == 0 && S_ISREG(file.stat.st_mode)) {
		send_file(request, 200, "openapi.json", &file, NULL);
		return;
	}
	if (file.fd >= 0)
		close(file.fd);
	error_set(&err, ERR_NOT_FOUND, "The description of the interface isn't installed.");
	respond_problem(request, &err, 0, NULL);
}
