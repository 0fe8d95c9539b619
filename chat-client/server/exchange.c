#include "chat-client/server/exchange.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	RESPONSE_HEADERS = 2048,
	LIST_SIZE = 1024, /* of Accept-Encoding and If-None-Match; a longer one is ignored */
	STALL_S = 20,     /* without taking any of a response */
	LOOK_US = 250 * LWS_US_PER_MS
};

/* The header's value in `value`, or nothing when it is missing or too long. */
static struct text header(struct lws *wsi, enum lws_token_indexes token, char value[LIST_SIZE])
{
	int n = lws_hdr_copy(wsi, value, LIST_SIZE, token);

	return n > 0 ? text_of_string(value) : TEXT_NONE;
}

static enum method method_of(struct lws *wsi)
{
	char *uri;
	int length;

	switch (lws_http_get_uri_and_method(wsi, &uri, &length)) {
	case LWSHUMETH_GET:
		return METHOD_GET;
	case LWSHUMETH_HEAD:
		return METHOD_HEAD;
	default:
		return METHOD_OTHER;
	}
}

/* Whether bytes follow that are no request: they are not read, so the connection cannot go on. */
static bool has_body(struct lws *wsi)
{
	char value[LIST_SIZE];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
		return true;
	return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
	       !text_equal(header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, value), TEXT("0"));
}

struct head {
	struct lws *wsi;
	unsigned char *at, *end;
	bool failed;
};

static void head_add(struct head *head, const char *name, const char *value)
{
	if (value && lws_add_http_header_by_name(head->wsi, (const unsigned char *)name,
						 (const unsigned char *)value, (int)strlen(value),
						 &head->at, head->end))
		head->failed = true;
}

static void head_add_date(struct head *head)
{
	time_t now = time(NULL);
	char date[64];
	struct tm tm;

	if (gmtime_r(&now, &tm) &&
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		head_add(head, "date:", date);
}

static bool send_head(struct lws *wsi, const struct response *r, bool is_last)
{
	unsigned char space[LWS_PRE + RESPONSE_HEADERS];
	unsigned char *start = space + LWS_PRE;
	struct head head = {.wsi = wsi, .at = start, .end = space + sizeof(space)};

	if (lws_add_http_header_status(wsi, (unsigned)r->status, &head.at, head.end))
		return false;
	head_add_date(&head);
	head_add(&head, "cache-control:", r->cache);
	head_add(&head, "etag:", r->etag);
	head_add(&head, "vary:", r->varies ? "accept-encoding" : NULL);
	head_add(&head, "allow:", r->allow);
	head_add(&head, "connection:", is_last ? "close" : NULL);
	if (r->status != 304) {
		head_add(&head, "content-type:", r->type);
		head_add(&head, "content-encoding:",
			 r->encoding != ENCODING_IDENTITY ? encoding_name(r->encoding) : NULL);
		if (lws_add_http_header_content_length(wsi, r->body.n, &head.at, head.end))
			head.failed = true;
	}
	return !head.failed && lws_finalize_write_http_header(wsi, start, &head.at, head.end) == 0;
}

/* Sends a piece of the body. lws does not write to it, but takes no pointer to const. */
static bool send_piece(struct lws *wsi, struct text *rest, size_t limit)
{
	size_t n = rest->n < limit ? rest->n : limit;
	int sent = lws_write(wsi, (unsigned char *)rest->p, n,
			     n < rest->n ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL);

	if (sent < (int)n)
		return false;
	*rest = text_of(rest->p + n, rest->n - n);
	return true;
}

static struct response answer(struct lws *wsi, struct text path)
{
	const struct exchange_parts *parts = lws_get_protocol(wsi)->user;
	char encodings[LIST_SIZE], tags[LIST_SIZE];
	struct request request = {
		.method = method_of(wsi),
		.path = path,
		.accept_encoding = header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings),
		.if_none_match = header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, tags),
	};
	struct response response = site_answer(parts->site, &request);

	log_debug(parts->log, "request", LOG_TEXT_FIELD("path", path),
		  LOG_NUMBER("status", response.status));
	return response;
}

/* Sends all of it, lws keeps what the socket does not take, and hangs up behind it. */
static int respond_and_close(struct lws *wsi, const struct response *response)
{
	struct text rest = response->body;

	if (send_head(wsi, response, true) && response->is_body_sent && rest.n > 0)
		send_piece(wsi, &rest, rest.n);
	return -1;
}

static int end_response(struct lws *wsi)
{
	lws_set_timer_usecs(wsi, LWS_SET_TIMER_USEC_CANCEL);
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int take_request(struct lws *wsi, struct exchange *exchange, struct text path)
{
	struct response response = answer(wsi, path);

	if (response.status == 405 || has_body(wsi))
		return respond_and_close(wsi, &response);
	if (!send_head(wsi, &response, false))
		return -1;
	exchange->rest = response.is_body_sent ? response.body : TEXT_NONE;
	if (exchange->rest.n == 0)
		return end_response(wsi);
	lws_set_timer_usecs(wsi, LOOK_US);
	lws_callback_on_writable(wsi);
	return 0;
}

/* No upgrade is offered, so its request is answered as any other. The headers are gone when lws
 * has refused it by itself. */
static int take_upgrade(struct lws *wsi)
{
	struct response response;
	char *path;
	int length;

	if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) == 0 ||
	    lws_http_get_uri_and_method(wsi, &path, &length) < 0)
		return -1;
	response = answer(wsi, text_of(path, (size_t)length));
	return respond_and_close(wsi, &response);
}

static int go_on(struct lws *wsi, struct exchange *exchange)
{
	if (exchange->rest.n == 0)
		return 0;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_S);
	if (!send_piece(wsi, &exchange->rest, EXCHANGE_PIECE))
		return -1;
	if (exchange->rest.n == 0)
		return end_response(wsi);
	lws_callback_on_writable(wsi);
	return 0;
}

/* lws does not read while a response is under way, so poll() would return at once, again and again,
 * for a peer that sends more without taking what it asked for. Such a peer is hung up on. */
static int look_for_input(struct lws *wsi, const struct exchange *exchange)
{
	char byte;

	if (exchange->rest.n == 0)
		return 0;
	if (recv(lws_get_socket_fd(wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
		return -1;
	lws_set_timer_usecs(wsi, LOOK_US);
	return 0;
}

int exchange_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		      size_t n)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return take_request(wsi, user, text_of(in, n));
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return take_upgrade(wsi);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return go_on(wsi, user);
	case LWS_CALLBACK_TIMER:
		return look_for_input(wsi, user);
	default:
		return 0;
	}
}
