#include "chat-client/server/server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "chat-client/server/exchange.h"

enum {
	CONNECTIONS = 512,       /* more wait in the kernel's queue */
	HEADERS_SIZE = 8 * 1024, /* of a request, all together: cookies of other ports come too */
	REQUEST_S = 10,          /* to send a request */
	IDLE_S = 15              /* between requests */
};

struct server {
	struct exchange_parts parts;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	struct lws_protocol_vhost_options headers[4]; /* of every response, a list */
	bool is_stopping;
};

static int on_signal(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t n)
{
	(void)user;
	(void)in;
	(void)n;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		((struct server *)lws_context_user(lws_get_context(wsi)))->is_stopping = true;
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
		{"content-security-policy:", site_policy(server->parts.site)},
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
		snprintf(error, size,
			 "PORT is '%d', but must be a port that is free: another process has it",
			 (int)options->port);
	else if (errno == EACCES)
		snprintf(error, size,
			 "PORT is '%d', but must be one that this user may listen on (%s)",
			 (int)options->port, strerror(errno));
	else
		snprintf(error, size,
			 "LISTEN_HOST is '%.80s', but must be an IP address of this machine, "
			 "0.0.0.0 or ::",
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
		.callback = exchange_callback,
		.per_session_data_size = sizeof(struct exchange),
		.user = &server->parts,
		.tx_packet_size = EXCHANGE_PIECE,
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
	server->parts = (struct exchange_parts){.site = options->site, .log = options->log};
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
