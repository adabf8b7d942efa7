/* comment: finds and straightens the comments of source_code_info. */
#include "comment.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char *one_line(const char *text, struct pool *pool)
{
	char *line = pool_alloc(pool, strlen(text) + 1), *out = line;
	bool space = false;

	for (; *text; text++) {
		if (isspace((unsigned char)*text)) {
			space = out > line;
			continue;
		}
		if (space)
			*out++ = ' ';
		*out++ = *text;
		space = false;
	}
	return line;
}

const char *comment_at(const Google__Protobuf__FileDescriptorProto *file, const int32_t *path, size_t n,
                       struct pool *pool)
{
	const Google__Protobuf__SourceCodeInfo *info = file->source_code_info;

	for (size_t i = 0; info && i < info->n_location; i++) {
		const Google__Protobuf__SourceCodeInfo__Location *at = info->location[i];

		if (at->n_path != n || memcmp(at->path, path, n * sizeof(*path)) != 0)
			continue;
		if (at->leading_comments)
			return one_line(at->leading_comments, pool);
		return at->trailing_comments ? one_line(at->trailing_comments, pool) : "";
	}
	return "";
}
