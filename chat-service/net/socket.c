#include "net/socket.h"

#include <assert.h>

static_assert(SOCKET_HEADROOM >= LWS_PRE, "frames are shared with the library's header in front");

enum { CLOSE_TIMEOUT_S = 5 };

int socket_opened(struct socket *s, struct lws *wsi, const struct net_options *options)
{
	*s = (struct socket){.wsi = wsi, .options = options};
	s->session = options->opened(options->ctx, s);
	return s->session ? 0 : -1;
}

void socket_closed(struct socket *s)
{
	void *session = s->session;

	buffer_release(&s->message);
	s->session = NULL;
	if (session)
		s->options->closed(session);
}

static int refuse(struct socket *s, enum close_code code, const char *reason)
{
	lws_close_reason(s->wsi, (enum lws_close_status)code, (unsigned char *)reason,
			 strlen(reason));
	return -1;
}

/* The library hands a message over in pieces, at the borders of frames and of its reads. */
int socket_received(struct socket *s, const char *bytes, size_t n)
{
	bool is_first = lws_is_first_fragment(s->wsi);
	bool is_last = lws_is_final_fragment(s->wsi);
	size_t rest = lws_remaining_packet_payload(s->wsi);

	if (s->is_closing || s->has_left)
		return 0; /* the answer could not leave any more; or it came behind the peer's close */
	if (s->message.n + n + rest > s->options->message_bytes) {
		socket_close(s, CLOSE_TOO_BIG, "message too big");
		return 0; /* what is still coming is read, lest a reset overtakes the close frame */
	}
	if (is_first)
		s->is_skipping = lws_frame_is_binary(s->wsi);
	if (s->is_skipping) {
		if (is_last)
			s->options->received(s->session, TEXT_NONE, false);
		return 0;
	}
	if (is_first && is_last) {
		s->options->received(s->session, text_of(bytes, n), true);
		return 0;
	}
	buffer_add(&s->message, bytes, n);
	if (s->message.failed)
		return refuse(s, CLOSE_TRY_AGAIN_LATER, "out of memory");
	if (is_last) {
		s->options->received(s->session, buffer_text(&s->message), true);
		buffer_release(&s->message);
	}
	return 0;
}

int socket_writable(struct socket *s)
{
	if (s->is_closing)
		return refuse(s, s->code, s->reason);
	s->options->writable(s->session);
	return 0;
}

/* Codes that may stand in a close frame (RFC 6455, section 7.4). */
static bool may_be_sent(unsigned code)
{
	return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
	       (code >= 3000 && code <= 4999);
}

int socket_peer_closes(struct socket *s, const unsigned char *payload, size_t n)
{
	s->has_left = true;
	if (n == 1 || (n >= 2 && !may_be_sent((unsigned)payload[0] << 8 | payload[1])))
		return refuse(s, CLOSE_PROTOCOL_ERROR, "close code");
	return 0; /* the library echoes it */
}

bool socket_is_ready(const struct socket *s)
{
	return !s->is_closing && !lws_partial_buffered(s->wsi);
}

void socket_write(struct socket *s, char *text, size_t n)
{
	if (s->is_closing)
		return;
	/* What does not fit into the kernel the library copies and sends later; an error it closes. */
	if (lws_write(s->wsi, (unsigned char *)text, n, LWS_WRITE_TEXT) < 0)
		socket_close(s, CLOSE_GOING_AWAY, "write failed");
}

void socket_want_write(struct socket *s)
{
	lws_callback_on_writable(s->wsi);
}

void socket_pause(struct socket *s, bool is_paused)
{
	lws_rx_flow_control(s->wsi, is_paused ? 0 : 1);
}

void socket_close(struct socket *s, enum close_code code, const char *reason)
{
	if (s->is_closing)
		return;
	s->is_closing = true;
	s->code = code;
	s->reason = reason;
	/* The close frame leaves when there is room, and the peer's answer to it is read; a peer that
	 * makes neither possible is cut off. */
	lws_rx_flow_control(s->wsi, 1);
	lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_REASON_BASE, CLOSE_TIMEOUT_S);
	lws_callback_on_writable(s->wsi);
}
