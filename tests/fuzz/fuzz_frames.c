/* Fuzz target of the socketpair between link and engine: both ends read what the other one, taken over, might send.
 * Input: frames, each with two bytes of length before it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/link/frames.h"
#include "engine.h"

enum { ARENA_MAX = 8 * FRAMES_MAX, FRAMES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As many of the input's frames as the socketpair takes; an empty one would be the end. */
static void send_frames(int fd, const uint8_t *data, size_t size)
{
	for (unsigned i = 0; i < FRAMES && size > 2; i++) {
		size_t length = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		if (length > 0 && send(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			return;
		data += length;
		size -= length;
	}
}

static void pair(int fds[static 2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
}

/* What the engine says to anything is a frame that link takes. */
static void drain(int fd)
{
	bool closed = false;

	while (!closed) {
		struct arena *arena = arena_new(ARENA_MAX);
		Stralix__V1__EngineFrame *frame;
		struct error err = { 0 };

		if (!arena)
			return;
		if (!frames_receive(fd, 0, arena, &frame, &closed, &err) || err.code != ERR_NONE)
			abort();
		bool none = !frame;
		arena_free(arena);
		if (none)
			return;
	}
}

static void engine_reads(const uint8_t *data, size_t size)
{
	struct fuzz_engine *fuzz = fuzz_engine();
	struct error err = { 0 };
	int fds[2];

	pair(fds);
	send_frames(fds[0], data, size);
	shutdown(fds[0], SHUT_WR); /* the loop ends after the last frame */
	fuzz->engine.link = fds[1];
	if (!engine_loop(&fuzz->engine, &err))
		abort();
	close(fds[1]);
	drain(fds[0]);
	close(fds[0]);
}

static void link_reads(const uint8_t *data, size_t size)
{
	bool closed = false;
	int fds[2];

	pair(fds);
	send_frames(fds[0], data, size);
	close(fds[0]);
	while (!closed) {
		struct arena *arena = arena_new(ARENA_MAX);
		Stralix__V1__EngineFrame *frame;
		struct error err = { 0 };

		if (!arena)
			break;
		if (!frames_receive(fds[1], 0, arena, &frame, &closed, &err))
			abort();
		if (!frame && !closed && err.code == ERR_NONE)
			abort(); /* refused, and nobody says why */
		arena_free(arena);
	}
	close(fds[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	engine_reads(data, size);
	link_reads(data, size);
	return 0;
}
