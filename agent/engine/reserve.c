/* reserve: see reserve.h. */

#include "agent/engine/reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/base/cleanup.h"

enum { ROOM = 1 << 20 };

void reserve_keep(const char *path)
{
	if (access(path, F_OK) == 0)
		return;
	_cleanup_close_ int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, ROOM) != 0)
		unlink(path);
}

bool reserve_give(const char *path)
{
	return unlink(path) == 0;
}
