#include "session/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)FRAME_HEADROOM >= (int)SOCKET_HEADROOM, "a frame is written where it lies");

static void forget(struct outbox *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		o->bytes -= o->frames[i]->n;
		frame_unref(o->frames[i]);
	}
	o->n -= n;
	memmove(o->frames, o->frames + n, o->n * sizeof(o->frames[0]));
}

void outbox_release(struct outbox *o)
{
	if (o->n > 0)
		forget(o, o->n);
	free(o->frames);
	*o = (struct outbox){0};
}

bool outbox_add(struct outbox *o, struct frame *frame)
{
	if (o->bytes + frame->n > OUTBOX_LIMIT && o->n > 0)
		return false;
	if (o->n == o->size) {
		size_t size = o->size ? o->size * 2 : 4;
		struct frame **frames = realloc(o->frames, size * sizeof(frames[0]));

		if (!frames)
			return false;
		o->frames = frames;
		o->size = size;
	}
	o->frames[o->n++] = frame_ref(frame);
	o->bytes += frame->n;
	return true;
}

/* How many of the first frames leave in one message. */
static size_t count_joined(const struct outbox *o)
{
	size_t n = 1, bytes = o->frames[0]->n;

	while (n < o->n && bytes + o->frames[n]->n < OUTBOX_WRITE)
		bytes += o->frames[n++]->n;
	return n;
}

static bool write_joined(const struct outbox *o, size_t n, struct socket *socket,
			 struct buffer *scratch)
{
	static const char headroom[SOCKET_HEADROOM];

	buffer_clear(scratch);
	buffer_add(scratch, headroom, sizeof(headroom));
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buffer_add_char(scratch, '\n');
		buffer_add(scratch, o->frames[i]->text, o->frames[i]->n);
	}
	if (scratch->failed)
		return false;
	socket_write(socket, scratch->p + SOCKET_HEADROOM, scratch->n - SOCKET_HEADROOM);
	return true;
}

bool outbox_flush(struct outbox *o, struct socket *socket, struct buffer *scratch)
{
	while (o->n > 0 && socket_is_ready(socket)) {
		size_t n = count_joined(o);

		if (n == 1 || !write_joined(o, n, socket, scratch)) {
			n = 1;
			socket_write(socket, o->frames[0]->text, o->frames[0]->n);
		}
		forget(o, n);
	}
	if (o->n == 0)
		outbox_release(o); /* most connections are idle most of the time */
	return o->n == 0;
}
