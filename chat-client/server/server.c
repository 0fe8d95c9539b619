#include "chat-client/server/server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECTIONS = 512,         /* more wait in the kernel's queue */
	HEADERS_SIZE = 8 * 1024,   /* of a request, all together: cookies of other ports come too */
	PIECE_SIZE = 16 * 1024,    /* sent at once */
	RESPONSE_HEADERS = 2048,
	LIST_SIZE = 1024,          /* of Accept-Encoding and If-None-Match; a longer one is ignored */
	REQUEST_S = 10,            /* to send a request */
	STALL_S = 20,              /* without taking any of a response */
	IDLE_S = 15,               /* between requests */
	LOOK_US = 250 * LWS_US_PER_MS
};

struct server {
	const struct site *site;
	const struct log *log;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	struct lws_protocol_vhost_options headers[4]; /* of every response, a list */
	bool is_stopping;
};

/* What lws keeps for each connection. */
struct connection {
	struct text rest; /* of the body, still to be sent */
};

static struct server *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

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
	struct text length = header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, value);

	return (length.n > 0 && !text_equal(length, TEXT("0"))) ||
	       lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
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

	if (gmtime_r(&now, &tm) && strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
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
	const struct server *server = server_of(wsi);
	char encodings[LIST_SIZE], tags[LIST_SIZE];
	struct request request = {
		.method = method_of(wsi),
		.path = path,
		.accept_encoding = header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings),
		.if_none_match = header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, tags),
	};
	struct response response = site_answer(server->site, &request);

	log_debug(server->log, "request", LOG_TEXT_FIELD("path", path),
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

static int take_request(struct lws *wsi, struct connection *connection, struct text path)
{
	struct response response = answer(wsi, path);

	if (response.status == 405 || has_body(wsi))
		return respond_and_close(wsi, &response);
	if (!send_head(wsi, &response, false))
		return -1;
	connection->rest = response.is_body_sent ? response.body : TEXT_NONE;
	if (connection->rest.n == 0)
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

static int go_on(struct lws *wsi, struct connection *connection)
{
	if (connection->rest.n == 0)
		return 0;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_S);
	if (!send_piece(wsi, &connection->rest, PIECE_SIZE))
		return -1;
	if (connection->rest.n == 0)
		return end_response(wsi);
	lws_callback_on_writable(wsi);
	return 0;
}

/* lws does not read while a response is under way, so poll() would return at once, again and again, for a
 * peer that sends more without taking what it asked for. Such a peer is hung up on. */
static int look_for_input(struct lws *wsi, const struct connection *connection)
{
	char byte;

	if (connection->rest.n == 0)
		return 0;
	if (recv(lws_get_socket_fd(wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
		return -1;
	lws_set_timer_usecs(wsi, LOOK_US);
	return 0;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
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

static int on_signal(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	(void)user;
	(void)in;
	(void)n;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		server_of(wsi)->is_stopping = true;
	return 0;
}

static bool take_signals(struct server *server)
{
	lws_sock_file_fd_type fd;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return false;
	fd.filefd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd.filefd < 0)
		return false;
	return lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_RAW_FILE_DESC, fd, "signals",
					  NULL) != NULL; /* closes it when it fails */
}

static void set_headers(struct server *server)
{
	const char *const fields[][2] = {
		{"content-security-policy:", site_policy(server->site)},
		{"x-content-type-options:", "nosniff"},
		{"referrer-policy:", "no-referrer"},
		{"cross-origin-opener-policy:", "same-origin"},
	};
	size_t n = sizeof(fields) / sizeof(fields[0]);

	for (size_t i = 0; i < n; i++)
		server->headers[i] = (struct lws_protocol_vhost_options){
			.next = i + 1 < n ? &server->headers[i + 1] : NULL,
			.name = fields[i][0],
			.value = fields[i][1],
		};
}

static void describe_listen_error(const struct server_options *options, char *error, size_t size)
{
	if (errno == EADDRINUSE)
		snprintf(error, size, "PORT is '%d', but must be a port that is free: another process has it",
			 (int)options->port);
	else if (errno == EACCES)
		snprintf(error, size, "PORT is '%d', but must be one that this user may listen on (%s)",
			 (int)options->port, strerror(errno));
	else
		snprintf(error, size,
			 "LISTEN_HOST is '%.80s', but must be an IP address of this machine, 0.0.0.0 or ::",
			 options->host);
}

static bool start_listening(struct server *server, const struct server_options *options)
{
	struct lws_context_creation_info info = {
		.port = (int)options->port,
		.iface = options->host,
		.protocols = server->protocols,
		.headers = server->headers,
		.user = server,
		.keepalive_timeout = IDLE_S,
		.timeout_secs = REQUEST_S,
		.timeout_secs_ah_idle = REQUEST_S,
		.max_http_header_data = HEADERS_SIZE,
		.max_http_header_pool = CONNECTIONS,
		.fd_limit_per_thread = CONNECTIONS,
		.pt_serv_buf_size = 4096, /* reads; what is sent comes from the files in memory */
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			   (strchr(options->host, ':') ? 0 : LWS_SERVER_OPTION_DISABLE_IPV6),
	};

	lws_set_log_level(0, NULL);
	server->protocols[0] = (struct lws_protocols){
		.name = "http",
		.callback = on_http,
		.per_session_data_size = sizeof(struct connection),
		.tx_packet_size = PIECE_SIZE,
	};
	server->protocols[1] = (struct lws_protocols){.name = "signals", .callback = on_signal};
	server->context = lws_create_context(&info);
	if (!server->context)
		return false;
	errno = 0;
	server->vhost = lws_create_vhost(server->context, &info);
	return server->vhost != NULL;
}

struct server *server_new(const struct server_options *options, char *error, size_t error_size)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	server->site = options->site;
	server->log = options->log;
	set_headers(server);
	if (!start_listening(server, options)) {
		describe_listen_error(options, error, error_size);
		goto out;
	}
	if (!take_signals(server)) {
		snprintf(error, error_size, "cannot take signals: %s", strerror(errno));
		goto out;
	}
	return server;
out:
	server_free(server);
	return NULL;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	if (server->context)
		lws_context_destroy(server->context);
	free(server);
}

int server_port(const struct server *server)
{
	return lws_get_vhost_listen_port(server->vhost);
}

void server_run(struct server *server)
{
	while (!server->is_stopping && lws_service(server->context, 0) >= 0)
		;
}
