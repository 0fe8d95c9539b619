#include "bench/load/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/clock.h"
#include "bench/load/websocket.h"

enum { EVENTS_MAX = 512, READ_SIZE = 256 * 1024 };

struct wire {
	struct wire_options options;
	int epoll;
	uint32_t mask;
	unsigned opened;
	struct in_addr server;
	struct connection *dirty;
	struct epoll_event events[EVENTS_MAX];
	char read[READ_SIZE];
};

struct wire *wire_new(const struct wire_options *options)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (!wire)
		return NULL;
	wire->options = *options;
	wire->mask = (uint32_t)clock_now_ns() | 1;
	if (inet_pton(AF_INET, options->address, &wire->server) != 1) {
		errno = EINVAL;
		goto fail;
	}
	wire->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (wire->epoll < 0)
		goto fail;
	return wire;
fail:
	free(wire);
	return NULL;
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	close(wire->epoll);
	free(wire);
}

void connection_close(struct connection *c)
{
	if (c->phase == CONNECTION_CLOSED)
		return;
	c->phase = CONNECTION_CLOSED;
	close(c->fd);
	c->fd = -1;
	buffer_release(&c->in);
	buffer_release(&c->fragments);
	buffer_release(&c->lines);
	buffer_release(&c->out);
	c->out_done = 0;
}

static void connection_fail(struct connection *c, const char *why)
{
	if (c->phase == CONNECTION_CLOSED)
		return;
	connection_close(c);
	c->wire->options.closed(c, why);
}

static void connection_watch(struct connection *c, int operation, bool for_writing)
{
	struct epoll_event event = {.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN,
				    .data.ptr = c};

	c->waits_to_write = for_writing;
	if (epoll_ctl(c->wire->epoll, operation, c->fd, &event) != 0)
		connection_fail(c, strerror(errno));
}

/* One source address has some 28,000 ports; each takes its turn. */
static bool bind_source(struct wire *wire, int fd)
{
	struct sockaddr_in source = {.sin_family = AF_INET};
	int on = 1;

	if (wire->options.sources == 0)
		return true;
	source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + wire->opened % wire->options.sources);
	return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)) == 0 &&
	       bind(fd, (struct sockaddr *)&source, sizeof(source)) == 0;
}

void connection_open(struct wire *wire, struct connection *c, void *owner, unsigned port)
{
	const struct sockaddr_in server = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = wire->server};
	int on = 1;

	*c = (struct connection){.phase = CONNECTION_CONNECTING,
				 .wire = wire,
				 .owner = owner,
				 .port = port,
				 .is_dirty = c->is_dirty,
				 .next_dirty = c->next_dirty};
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		c->phase = CONNECTION_CLOSED;
		wire->options.closed(c, strerror(errno));
		return;
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	wire->opened++;
	if (!bind_source(wire, c->fd) ||
	    (connect(c->fd, (const struct sockaddr *)&server, sizeof(server)) != 0 &&
	     errno != EINPROGRESS)) {
		connection_fail(c, strerror(errno));
		return;
	}
	connection_watch(c, EPOLL_CTL_ADD, true);
}

static void connection_mark_dirty(struct connection *c)
{
	if (c->is_dirty)
		return;
	c->is_dirty = true;
	c->next_dirty = c->wire->dirty;
	c->wire->dirty = c;
}

/* A mask has to look random to what is between; an xorshift does. */
static uint32_t next_mask(struct wire *wire)
{
	wire->mask ^= wire->mask << 13;
	wire->mask ^= wire->mask >> 17;
	wire->mask ^= wire->mask << 5;
	return wire->mask;
}

void connection_send(struct connection *c, struct text line)
{
	if (c->phase != CONNECTION_OPEN)
		return;
	connection_mark_dirty(c);
	if (c->wire->options.joins_lines) {
		if (c->lines.n > 0)
			buffer_add_char(&c->lines, '\n');
		buffer_add_text(&c->lines, line);
	} else {
		websocket_add_frame(&c->out, WEBSOCKET_TEXT, line, next_mask(c->wire));
	}
}

static void connection_flush(struct connection *c)
{
	ssize_t n;

	if (c->lines.n > 0) {
		websocket_add_frame(&c->out, WEBSOCKET_TEXT, buffer_text(&c->lines),
				    next_mask(c->wire));
		buffer_clear(&c->lines);
	}
	if (c->out.failed || c->lines.failed) {
		connection_fail(c, strerror(ENOMEM));
		return;
	}
	while (c->out_done < c->out.n) {
		n = send(c->fd, c->out.p + c->out_done, c->out.n - c->out_done, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			if (!c->waits_to_write)
				connection_watch(c, EPOLL_CTL_MOD, true);
			return;
		}
		if (n < 0) {
			connection_fail(c, strerror(errno));
			return;
		}
		c->out_done += (size_t)n;
	}
	buffer_clear(&c->out);
	c->out_done = 0;
	if (c->waits_to_write)
		connection_watch(c, EPOLL_CTL_MOD, false);
}

static void connection_give_lines(struct connection *c, struct text message)
{
	while (message.n > 0 && c->phase == CONNECTION_OPEN) {
		const char *end = memchr(message.p, '\n', message.n);
		size_t n = end ? (size_t)(end - message.p) : message.n;

		if (n > 0)
			c->wire->options.line(c, text_of(message.p, n));
		if (!end)
			break;
		message = text_of(message.p + n + 1, message.n - n - 1);
	}
}

static void connection_take_data(struct connection *c, const struct websocket_frame *frame)
{
	bool continues = frame->opcode == WEBSOCKET_CONTINUATION;

	if (continues != (c->fragments.n > 0)) {
		connection_fail(c, "fragments out of place");
	} else if (!continues && frame->is_last) {
		connection_give_lines(c, frame->payload);
	} else {
		buffer_add_text(&c->fragments, frame->payload);
		if (!frame->is_last)
			return;
		if (c->fragments.failed)
			connection_fail(c, strerror(ENOMEM));
		else
			connection_give_lines(c, buffer_text(&c->fragments));
		buffer_clear(&c->fragments);
	}
}

static void connection_take_frame(struct connection *c, const struct websocket_frame *frame)
{
	switch (frame->opcode) {
	case WEBSOCKET_TEXT:
	case WEBSOCKET_CONTINUATION:
		connection_take_data(c, frame);
		break;
	case WEBSOCKET_PING:
		websocket_add_frame(&c->out, WEBSOCKET_PONG, frame->payload, next_mask(c->wire));
		connection_mark_dirty(c);
		break;
	case WEBSOCKET_PONG:
		break;
	case WEBSOCKET_CLOSE:
		connection_fail(c, "closed by the server");
		break;
	default:
		connection_fail(c, "a frame of unknown kind");
	}
}

/* Handles what is complete; what is left of `in` is the beginning of a frame. */
static void connection_take(struct connection *c, struct text *in)
{
	enum websocket_result result = WEBSOCKET_FRAME;
	struct websocket_frame frame;

	if (c->phase == CONNECTION_UPGRADING) {
		result = websocket_take_upgrade(in);
		if (result == WEBSOCKET_FRAME) {
			c->phase = CONNECTION_OPEN;
			c->wire->options.opened(c);
		}
	}
	while (result == WEBSOCKET_FRAME && c->phase == CONNECTION_OPEN) {
		result = websocket_take_frame(in, &frame);
		if (result == WEBSOCKET_FRAME)
			connection_take_frame(c, &frame);
	}
	if (result == WEBSOCKET_BROKEN)
		connection_fail(c, "not what RFC 6455 allows");
}

static void connection_read(struct connection *c)
{
	ssize_t n = recv(c->fd, c->wire->read, READ_SIZE, 0);
	struct text rest;

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			connection_fail(c, n == 0 ? "hung up by the server" : strerror(errno));
		return;
	}
	rest = text_of(c->wire->read, (size_t)n);
	if (c->in.n > 0) {
		buffer_add_text(&c->in, rest);
		rest = buffer_text(&c->in);
	}
	connection_take(c, &rest);
	if (c->phase == CONNECTION_CLOSED)
		return;
	if (c->in.n > 0) {
		memmove(c->in.p, rest.p, rest.n);
		buffer_truncate(&c->in, rest.n);
	} else {
		buffer_add_text(&c->in, rest);
	}
	if (c->in.failed)
		connection_fail(c, strerror(ENOMEM));
}

static void connection_connected(struct connection *c)
{
	const struct wire_options *options = &c->wire->options;
	socklen_t size = sizeof(int);
	int error = 0;

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error) {
		connection_fail(c, strerror(error));
		return;
	}
	c->phase = CONNECTION_UPGRADING;
	websocket_add_upgrade(&c->out, options->address, c->port, options->path, options->protocol);
	connection_flush(c);
}

static void connection_handle(struct connection *c, uint32_t events)
{
	if (c->phase == CONNECTION_CONNECTING) {
		connection_connected(c);
		return;
	}
	if (c->phase != CONNECTION_CLOSED && events & EPOLLOUT)
		connection_flush(c);
	if (c->phase != CONNECTION_CLOSED && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		connection_read(c);
}

static void wire_flush(struct wire *wire)
{
	struct connection *c;

	while ((c = wire->dirty)) {
		wire->dirty = c->next_dirty;
		c->is_dirty = false;
		if (c->phase == CONNECTION_OPEN)
			connection_flush(c);
	}
}

void wire_turn(struct wire *wire, int64_t until_ns)
{
	int64_t wait_ns;
	struct timespec timeout;
	int n;

	wire_flush(wire);
	wait_ns = until_ns - clock_now_ns();
	if (wait_ns < 0)
		wait_ns = 0;
	timeout = (struct timespec){.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
	n = epoll_pwait2(wire->epoll, wire->events, EVENTS_MAX, &timeout, NULL);
	for (int i = 0; i < n; i++)
		connection_handle(wire->events[i].data.ptr, wire->events[i].events);
	wire_flush(wire);
}
