/* broadcast: what a machine can deliver from one socket to many, and nothing else.
 *
 * Every message that anybody sends goes to everybody, numbered, in one frame of its own; what one
 * turn of the loop read is put together once and leaves in one send for each connection. No
 * storage, no JSON, no names. It is the limit that the service's rooms are compared with.
 *
 * It speaks WebSocket as far as chat-load does (bench/load/broadcast.c): unfragmented frames of
 * less than 64 KiB, the handshake of the one key that chat-load uses. For loopback only.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

enum { BACKLOG = 4096, EVENTS_MAX = 512, READ_SIZE = 64 * 1024, LATE_MAX = 16 * 1024 * 1024 };

static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\n"
			       "Upgrade: websocket\r\n"
			       "Connection: Upgrade\r\n"
			       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct connection {
	int fd;       /* below 0: gone, to be freed at the end of the turn */
	bool is_open; /* the handshake is done */
	bool is_in;   /* hears what is said */
	bool waits_to_write;
	struct buffer in;   /* the beginning of a frame */
	struct buffer late; /* what its socket did not take */
	struct connection *next;
};

struct broadcaster {
	int listener, epoll;
	struct connection *connections;
	uint64_t seq;       /* of the newest message */
	uint64_t shown_seq; /* of the newest that was sent */
	struct buffer turn; /* frames that this turn of the loop has for everybody */
	char read[READ_SIZE];
};

static void drop(struct connection *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	c->is_in = false;
}

static void watch(struct broadcaster *b, struct connection *c, int operation, bool for_writing)
{
	struct epoll_event event = {.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN,
				    .data.ptr = c};

	c->waits_to_write = for_writing;
	if (epoll_ctl(b->epoll, operation, c->fd, &event) != 0)
		drop(c);
}

/* The first part of `bytes` that the socket takes now. */
static size_t write_some(struct connection *c, struct text bytes)
{
	ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		drop(c);
	return n < 0 ? 0 : (size_t)n;
}

static void give(struct broadcaster *b, struct connection *c, struct text bytes)
{
	size_t done = c->late.n == 0 ? write_some(c, bytes) : 0;

	if (c->fd < 0 || done == bytes.n)
		return;
	buffer_add(&c->late, bytes.p + done, bytes.n - done);
	if (c->late.failed)
		drop(c);
	else if (!c->waits_to_write)
		watch(b, c, EPOLL_CTL_MOD, true);
}

static void give_late(struct broadcaster *b, struct connection *c)
{
	size_t done = write_some(c, buffer_text(&c->late));

	if (c->fd < 0)
		return;
	memmove(c->late.p, c->late.p + done, c->late.n - done);
	buffer_truncate(&c->late, c->late.n - done);
	if (c->late.n == 0)
		watch(b, c, EPOLL_CTL_MOD, false);
}

static void add_frame(struct buffer *out, const char *word, uint64_t number, struct text text)
{
	char head[32];
	size_t n = (size_t)snprintf(head, sizeof(head), "%s%llu", word, (unsigned long long)number);
	size_t all = n + text.n;

	buffer_add_char(out, (char)0x81);
	if (all < 126) {
		buffer_add_char(out, (char)all);
	} else {
		buffer_add_char(out, 126);
		buffer_add_char(out, (char)(all >> 8));
		buffer_add_char(out, (char)all);
	}
	buffer_add(out, head, n);
	buffer_add_text(out, text);
}

/* A payload with room for one byte before it. */
static void take_message(struct broadcaster *b, struct connection *c, char *payload, size_t n)
{
	struct buffer answer = BUFFER_INIT;

	if (!c->is_in && text_equal(text_of(payload, n), TEXT("hello"))) {
		c->is_in = true;
		add_frame(&answer, "hello ", b->shown_seq, TEXT_NONE);
		give(b, c, buffer_text(&answer));
		buffer_release(&answer);
		return;
	}
	payload[-1] = ' '; /* was the last byte of the mask */
	add_frame(&b->turn, "", ++b->seq, text_of(payload - 1, n + 1));
}

/* The bytes of the frame that `in` begins with, unmasked and handled; 0: more are needed. */
static size_t take_frame(struct broadcaster *b, struct connection *c, char *in, size_t n)
{
	unsigned char *p = (unsigned char *)in;
	size_t head = 2, payload;

	if (n < head)
		return 0;
	payload = p[1] & 0x7f;
	if (payload == 126) {
		head = 4;
		if (n < head)
			return 0;
		payload = (size_t)p[2] << 8 | p[3];
	}
	if (p[0] != 0x81 || !(p[1] & 0x80) || payload == 127) { /* a close, or not of chat-load */
		drop(c);
		return 0;
	}
	head += 4;
	if (n < head + payload)
		return 0;
	for (size_t i = 0; i < payload; i++)
		p[head + i] ^= p[head - 4 + i % 4];
	take_message(b, c, in + head, payload);
	return head + payload;
}

static size_t take_handshake(struct broadcaster *b, struct connection *c, const char *in, size_t n)
{
	const char *end = memmem(in, n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	c->is_open = true;
	give(b, c, text_of_string(accepted));
	return (size_t)(end - in) + 4;
}

static void take(struct broadcaster *b, struct connection *c)
{
	size_t done = 0, n;

	do {
		n = c->is_open ? take_frame(b, c, c->in.p + done, c->in.n - done)
			       : take_handshake(b, c, c->in.p + done, c->in.n - done);
		done += n;
	} while (n > 0 && c->fd >= 0);
	memmove(c->in.p, c->in.p + done, c->in.n - done);
	buffer_truncate(&c->in, c->in.n - done);
}

static void receive(struct broadcaster *b, struct connection *c)
{
	ssize_t n = recv(c->fd, b->read, READ_SIZE, 0);

	if (n > 0)
		buffer_add(&c->in, b->read, (size_t)n);
	if (n == 0 || (n < 0 && errno != EAGAIN) || c->in.failed)
		drop(c);
	else if (n > 0)
		take(b, c);
}

static void welcome(struct broadcaster *b)
{
	int fd, on = 1;

	while ((fd = accept4(b->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = calloc(1, sizeof(*c));

		if (!c) {
			close(fd);
			return;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		*c = (struct connection){.fd = fd, .late.limit = LATE_MAX, .next = b->connections};
		b->connections = c;
		watch(b, c, EPOLL_CTL_ADD, false);
	}
}

/* One send for each connection; those that are gone go now, when no event can name them. */
static void end_turn(struct broadcaster *b)
{
	struct connection **at = &b->connections, *c;

	while ((c = *at)) {
		if (c->is_in && b->turn.n > 0)
			give(b, c, buffer_text(&b->turn));
		if (c->fd >= 0) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		buffer_release(&c->in);
		buffer_release(&c->late);
		free(c);
	}
	buffer_clear(&b->turn);
	b->shown_seq = b->seq;
}

static void turn(struct broadcaster *b)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(b->epoll, events, EVENTS_MAX, -1);

	for (int i = 0; i < n; i++) {
		struct connection *c = events[i].data.ptr;

		if (!c) {
			welcome(b);
			continue;
		}
		if (c->fd >= 0 && events[i].events & EPOLLOUT)
			give_late(b, c);
		if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			receive(b, c);
	}
	end_turn(b);
}

static bool listen_on(struct broadcaster *b, unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN};
	int on = 1;

	b->epoll = epoll_create1(EPOLL_CLOEXEC);
	b->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (b->epoll < 0 || b->listener < 0)
		return false;
	setsockopt(b->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(b->listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       listen(b->listener, BACKLOG) == 0 &&
	       epoll_ctl(b->epoll, EPOLL_CTL_ADD, b->listener, &event) == 0;
}

int main(int argc, char *argv[])
{
	struct broadcaster *b = calloc(1, sizeof(*b));
	int64_t port;

	if (argc != 2 || !text_to_int(text_of_string(argv[1]), 1, 65535, &port)) {
		fputs("Usage: broadcast PORT\n", stderr);
		return 2;
	}
	if (!b || !listen_on(b, (unsigned)port)) {
		fprintf(stderr, "broadcast: cannot listen on port %s: %s\n", argv[1],
			strerror(errno));
		return 1;
	}
	while (!b->turn.failed)
		turn(b);
	fputs("broadcast: out of memory\n", stderr);
	return 1;
}
