#include "net/http.h"

#include <string.h>

static bool is_method(struct lws *wsi, enum lws_token_indexes token)
{
	return lws_hdr_total_length(wsi, token) > 0;
}

static bool add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at,
		       unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name,
					   (const unsigned char *)value, (int)strlen(value), at,
					   end) == 0;
}

static int send_head(struct http_exchange *x, struct lws *wsi)
{
	unsigned char bytes[LWS_PRE + 1024], *start = bytes + LWS_PRE, *at = start,
						*end = bytes + sizeof(bytes) - 1;

	if (lws_add_http_common_headers(wsi, x->answer.status, x->answer.content_type,
					x->answer.body.n, &at, end) != 0 ||
	    !add_header(wsi, "cache-control:", "no-store", &at, end) ||
	    !add_header(wsi, "x-content-type-options:", "nosniff", &at, end) ||
	    lws_finalize_write_http_header(wsi, start, &at, end) != 0)
		return -1;
	lws_callback_on_writable(wsi);
	return 0;
}

int http_request(struct http_exchange *x, struct lws *wsi, const struct net_options *options,
		 const char *path, size_t n)
{
	*x = (struct http_exchange){.is_head = is_method(wsi, WSI_TOKEN_HEAD_URI),
				    .answer = {.status = 200, .content_type = "text/plain"}};
	if (!x->is_head && !is_method(wsi, WSI_TOKEN_GET_URI)) {
		http_refuse(wsi, 405); /* and hang up: a body may be on its way */
		return -1;
	}
	if (!options->get(options->ctx, text_of(path, n), &x->answer)) {
		x->answer.status = 404;
		buffer_add_string(&x->answer.body, "not found\n");
	}
	return x->answer.body.failed ? -1 : send_head(x, wsi);
}

int http_writable(struct http_exchange *x, struct lws *wsi)
{
	struct buffer *body = &x->answer.body;
	size_t n = x->is_head ? 0 : body->n;
	static const char headroom[LWS_PRE];
	struct buffer out = BUFFER_INIT;
	int written;

	buffer_add(&out, headroom, sizeof(headroom));
	buffer_add(&out, body->p, n);
	written = out.failed ? -1
			     : lws_write(wsi, (unsigned char *)out.p + LWS_PRE, n,
					 LWS_WRITE_HTTP_FINAL);
	buffer_release(&out);
	http_closed(x);
	return written < 0 || lws_http_transaction_completed(wsi) ? -1 : 0;
}

void http_closed(struct http_exchange *x)
{
	buffer_release(&x->answer.body);
}

bool http_refuse(struct lws *wsi, unsigned status)
{
	unsigned char bytes[LWS_PRE + 512], *start = bytes + LWS_PRE, *at = start,
					       *end = bytes + sizeof(bytes) - 1;
	bool is_said =
		lws_add_http_common_headers(wsi, status, "text/plain", 0, &at, end) == 0 &&
		add_header(wsi, "connection:", "close", &at, end) &&
		(status != 405 || add_header(wsi, "allow:", "GET, HEAD", &at, end)) &&
		(status != 503 || add_header(wsi, "retry-after:", "5", &at, end)) &&
		(status != 426 || add_header(wsi, "sec-websocket-version:", "13", &at, end)) &&
		lws_finalize_write_http_header(wsi, start, &at, end) == 0;

	(void)is_said; /* the connection is closed next, heard or not */
	return false;
}

bool http_origin_is_listed(const char *list, const char *origin)
{
	size_t n = strlen(origin);

	while (*list) {
		size_t length = strcspn(list, ",");
		struct text item = text_trim(text_of(list, length));

		if (text_equal_ignoring_case(item, text_of(origin, n)))
			return true;
		list += length + (list[length] == ',');
	}
	return false;
}
