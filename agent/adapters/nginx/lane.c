/* lane: a new website answers from the default server for the moment until nginx has loaded its own server block. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

bool nginx_lane_add(struct nginx *nginx, const struct object *site, struct error *err)
{
	char to[96];

	_cleanup_close_ int lane = file_open_dir(nginx->root, "lane", err);
	if (lane < 0)
		return false;
	snprintf(to, sizeof(to), "../srv/%s/public", site->id);
	return symlinkat(to, lane, site->name) == 0 || error_errno(err, errno, "lane of %s", site->name);
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

bool nginx_lane_clear(struct nginx *nginx, struct error *err)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	int lane = file_open_dir(nginx->root, "lane", err);

	if (lane < 0)
		return false;
	dir = fdopendir(lane);
	if (!dir) {
		close(lane);
		return error_errno(err, errno, "open the lane");
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    unlinkat(lane, entry->d_name, 0) < 0 && errno != ENOENT)
			return error_errno(err, errno, "clear the lane of %s", entry->d_name);
	return true;
}
