/* file: see file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base64.h"

enum {
	BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
	SECRET_TEXT = sodium_base64_ENCODED_LEN(TOKEN_KEY, sodium_base64_VARIANT_URLSAFE_NO_PADDING), /* with NUL */
};

/* The file's one line without its line feed; refuses files that others may read. */
static bool read_line(const char *path, char text[static SECRET_TEXT + 1], size_t *ret_length, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "open %s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return error_set(err, ERR_INTERNAL, "%s: a secret key must be a file of mode 0600", path);
	n = read(fd, text, SECRET_TEXT + 1);
	if (n < 0)
		return error_errno(err, errno, "read %s", path);
	*ret_length = n > 0 && text[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n;
	return true;
}

bool token_file_read(const char *path, uint8_t ret[static TOKEN_KEY], struct error *err)
{
	char text[SECRET_TEXT + 1] = "";
	size_t length = 0, size = 0;
	bool good;

	if (!read_line(path, text, &length, err))
		return false;
	good = base64_read(text, length, ret, TOKEN_KEY, &size) && size == TOKEN_KEY;
	sodium_memzero(text, sizeof text);
	return good || error_set(err, ERR_INTERNAL, "%s doesn't hold a key", path);
}

static bool write_all(int fd, const char *text, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, text + done, size - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

/* Whole or not at all: written beside, then linked to its name, which must be free. */
static bool write_new(const char *path, const char *text, size_t size, struct error *err)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;
	bool done;
	int number;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return error_set(err, ERR_INTERNAL, "write %s: out of memory", path);
	}
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return error_errno(err, errno, "write %s", path);
	done = write_all(fd, text, size) && link(temporary, path) == 0;
	number = errno;
	unlink(temporary);
	return done || error_errno(err, number, "write %s", path);
}

bool token_file_write(const char *path, const uint8_t secret[static TOKEN_KEY], struct error *err)
{
	char text[SECRET_TEXT + 1];
	bool done;

	sodium_bin2base64(text, SECRET_TEXT, secret, TOKEN_KEY, BASE64);
	text[SECRET_TEXT - 1] = '\n';
	done = write_new(path, text, SECRET_TEXT, err);
	sodium_memzero(text, sizeof text);
	return done;
}
