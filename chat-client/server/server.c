#include "chat-client/server/server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/container.h"
#include "chat-client/server/exchange.h"
#include "tls/tls_files.h"

enum {
	CONNECTIONS = 512,       /* more wait in the kernel's queue */
	HEADERS_SIZE = 8 * 1024, /* of a request, all together: cookies of other ports come too */
	REQUEST_S = 10,          /* to send a request */
	IDLE_S = 15,             /* between requests */
	LOOK_US = 1000 * 1000    /* whether the certificate is another */
};

struct server {
	struct exchange_parts parts;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	struct lws_protocol_vhost_options headers[4]; /* of every response, a list */
	SSL_CTX *tls;            /* what new connections are shown; NULL: no TLS */
	struct tls_files files;
	lws_sorted_usec_list_t look;
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

/* The library makes the context, and hands it over once. */
static int on_request(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	if (reason != LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS)
		return exchange_callback(wsi, reason, user, in, n);
	((struct server *)lws_context_user(lws_get_context(wsi)))->tls = user;
	return 0;
}

static void look(lws_sorted_usec_list_t *list)
{
	struct server *server = container_of(list, struct server, look);
	char error[512];
	SSL_CTX *fresh = tls_files_look(&server->files, error, sizeof(error));

	if (fresh && tls_give(server->tls, fresh))
		log_info(server->parts.log, "the certificate was exchanged",
			 LOG_STRING("file", server->files.cert));
	else if (fresh || error[0])
		log_error(server->parts.log, "the certificate stays as it was",
			  LOG_STRING("because", error[0] ? error : "memory is short"));
	SSL_CTX_free(fresh);
	lws_sul_schedule(server->context, 0, &server->look, look, LOOK_US);
}

/* The library loads the files too, and says little about why it could not: read them first. */
static bool read_certificate(struct server *server, const struct server_options *options, char *error,
			     size_t error_size)
{
	SSL_CTX *tried;
	bool is_on;

	if (!tls_files_check(options->tls_cert, options->tls_key, &is_on, error, error_size))
		return false;
	if (!is_on)
		return true;
	server->files = (struct tls_files){.cert = options->tls_cert, .key = options->tls_key};
	tried = tls_files_load(&server->files, error, error_size);
	SSL_CTX_free(tried);
	return tried != NULL;
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

	if (server->files.cert) {
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.ssl_cert_filepath = server->files.cert;
		info.ssl_private_key_filepath = server->files.key;
		info.alpn = "http/1.1";
	}
	lws_set_log_level(0, NULL);
	server->protocols[0] = (struct lws_protocols){
		.name = "http",
		.callback = on_request,
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
	if (server->vhost && server->tls) {
		SSL_CTX_set_min_proto_version(server->tls, TLS1_2_VERSION);
		look(&server->look);
	}
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
	if (!read_certificate(server, options, error, error_size))
		goto out;
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
