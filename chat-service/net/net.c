#include "net/net.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/container.h"
#include "net/http.h"
#include "net/socket.h"
#include "net/tls_reload.h"

enum {
	RX_BYTES = 1024,     /* the default of 4096 is most of an idle connection's memory */
	TX_BYTES = 1024 * 1024, /* of one send: unset, the library cuts every message into pieces of RX_BYTES */
	PING_AFTER_S = 45,   /* of silence */
	HANG_UP_AFTER_S = 75,
	SPEAK_WITHIN_S = 10, /* a request, a handshake */
	TICK_S = 1
};

struct net {
	struct net_options options;
	struct lws_context *context;
	struct lws_vhost *vhost;
	SSL_CTX *tls; /* what new connections are shown; NULL: no TLS */
	struct tls_reload *reload;
	lws_sorted_usec_list_t tick;
	bool refuses;
	bool is_full; /* since somebody was refused, until some have gone */
	int64_t peers; /* all that the library knows, its own listening socket among them */
	struct net_stats stats;
};

/* What the library allocates for each connection. */
struct connection {
	bool is_websocket;
	union {
		struct socket socket;
		struct http_exchange http;
	};
};

static struct net *net_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

const char *const net_refusal_names[REFUSED_COUNT] = {
	[REFUSED_FULL] = "full",
	[REFUSED_CROWDED] = "crowded",
	[REFUSED_DRAINING] = "draining",
	[REFUSED_ORIGIN] = "origin",
	[REFUSED_REQUEST] = "request",
};

static bool refuse(struct net *net, struct lws *wsi, enum net_refusal why, unsigned status)
{
	net->stats.refused[why]++;
	return http_refuse(wsi, status);
}

/* A crowd at the door is one line of the log, and one when it has gone. */
static void note_full(struct net *net)
{
	if (net->is_full)
		return;
	net->is_full = true;
	log_warn(net->options.log, "as many are connected as there may be; more are refused",
		 LOG_NUMBER("connections", net->stats.sockets));
}

static void note_room(struct net *net)
{
	if (!net->is_full || net->stats.sockets * 10 > net->options.max_sockets * 9 ||
	    net->peers * 10 > net->options.max_peers * 9)
		return;
	net->is_full = false;
	log_info(net->options.log, "connections are taken again",
		 LOG_NUMBER("connections", net->stats.sockets),
		 LOG_NUMBER("refused_so_far", net->stats.refused[REFUSED_FULL] +
						       net->stats.refused[REFUSED_CROWDED]));
}

/* Whether a WebSocket may be opened; if not, it says why over HTTP. */
static bool accepts(struct net *net, struct lws *wsi)
{
	char path[32], version[8], origin[256];
	int n = lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI);

	if (n <= 0 || strcmp(path, "/chat") != 0)
		return refuse(net, wsi, REFUSED_REQUEST,
			      lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0 ? 404 : 405);
	if (lws_hdr_copy(wsi, version, sizeof(version), WSI_TOKEN_VERSION) <= 0 ||
	    strcmp(version, "13") != 0)
		return refuse(net, wsi, REFUSED_REQUEST, 426);
	n = lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN);
	if (net->options.origins && (n < 0 || (n > 0 && !http_origin_is_listed(net->options.origins,
									       origin))))
		return refuse(net, wsi, REFUSED_ORIGIN, 403);
	if (net->refuses)
		return refuse(net, wsi, REFUSED_DRAINING, 503);
	if (net->stats.sockets >= net->options.max_sockets) {
		note_full(net);
		return refuse(net, wsi, REFUSED_FULL, 503);
	}
	return true;
}

/* Before the library takes a peer: without files left to take one it would try again and again. */
static int filter(struct net *net)
{
	if (net->peers < net->options.max_peers)
		return 0;
	note_full(net);
	net->stats.refused[REFUSED_CROWDED]++;
	return -1;
}

static int opened(struct net *net, struct connection *c, struct lws *wsi)
{
	c->is_websocket = true;
	net->stats.sockets++;
	return socket_opened(&c->socket, wsi, &net->options);
}

/* Comes for those that were refused, too. */
static int closed(struct net *net, struct connection *c)
{
	if (!c || !c->is_websocket)
		return 0;
	socket_closed(&c->socket);
	net->stats.sockets--;
	return 0;
}

static int serve(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct connection *c = user;

	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return filter(net_of(wsi));
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		net_of(wsi)->tls = user;
		return 0;
	case LWS_CALLBACK_WSI_CREATE:
		net_of(wsi)->peers++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		net_of(wsi)->peers--;
		note_room(net_of(wsi));
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return accepts(net_of(wsi), wsi) ? 0 : -1;
	case LWS_CALLBACK_ESTABLISHED:
		return opened(net_of(wsi), c, wsi);
	case LWS_CALLBACK_RECEIVE:
		return socket_received(&c->socket, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return socket_writable(&c->socket);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return socket_peer_closes(&c->socket, in, len);
	case LWS_CALLBACK_CLOSED:
		return closed(net_of(wsi), c);
	case LWS_CALLBACK_HTTP:
		return http_request(&c->http, wsi, &net_of(wsi)->options, in, len);
	case LWS_CALLBACK_HTTP_BODY:
		return -1; /* nothing here takes one */
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return http_writable(&c->http, wsi);
	case LWS_CALLBACK_CLOSED_HTTP:
		if (c && !c->is_websocket)
			http_closed(&c->http);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

static void library_log(int level, const char *line)
{
	(void)level;
	(void)line; /* lws_set_log_level asks for none */
}

/* The library binds by itself and says little about why it could not: ask the system first. */
static bool can_bind(const struct net_options *o, char *error, size_t error_size)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *address;
	char port[8];
	int fd, on = 1;
	bool is_bound;

	snprintf(port, sizeof(port), "%u", o->port);
	if (getaddrinfo(o->host, port, &hints, &address) != 0) {
		snprintf(error, error_size, "LISTEN_HOST is '%s', but must be an IP address of this machine",
			 o->host);
		return false;
	}
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_bound = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		   bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, 1) == 0;
	if (!is_bound)
		snprintf(error, error_size, "LISTEN_HOST '%s' and PORT '%u' cannot be listened on: %s",
			 o->host, o->port, strerror(errno));
	if (fd >= 0)
		close(fd);
	freeaddrinfo(address);
	return is_bound;
}

static const lws_retry_bo_t idle_policy = {.secs_since_valid_ping = PING_AFTER_S,
					   .secs_since_valid_hangup = HANG_UP_AFTER_S};

/* The library sets its libev timer anew only after I/O and when it fires: on a quiet loop its time limits would
 * pass unseen. With this one always ahead they are at most TICK_S late. */
static void tick(lws_sorted_usec_list_t *list)
{
	struct net *net = container_of(list, struct net, tick);

	lws_sul_schedule(net->context, 0, &net->tick, tick, TICK_S * LWS_US_PER_SEC);
}

static const struct lws_protocols protocols[] = {
	/* The first one also gets plain HTTP, and WebSockets that name no subprotocol. */
	{.name = "chat.v1",
	 .callback = serve,
	 .per_session_data_size = sizeof(struct connection),
	 .rx_buffer_size = RX_BYTES,
	 .tx_packet_size = TX_BYTES},
	{.name = NULL},
};

/* The library loads the files too, and says little about why it could not: read them first. */
static bool ask_for_tls(struct lws_context_creation_info *info, const struct net_options *o, struct tls_files *files,
			char *error, size_t error_size)
{
	SSL_CTX *tried;
	bool is_on;

	*files = (struct tls_files){.cert = o->tls_cert, .key = o->tls_key};
	if (!tls_files_check(files->cert, files->key, &is_on, error, error_size))
		return false;
	if (!is_on)
		return true;
	tried = tls_files_load(files, error, error_size);
	SSL_CTX_free(tried);
	info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info->ssl_cert_filepath = o->tls_cert;
	info->ssl_private_key_filepath = o->tls_key;
	info->alpn = "http/1.1"; /* there are no WebSockets on the library's HTTP/2 */
	return tried != NULL;
}

static bool start_reload(struct net *net, const struct tls_files *files)
{
	if (!files->cert)
		return true;
	SSL_CTX_set_min_proto_version(net->tls, TLS1_2_VERSION);
	net->reload = tls_reload_open(net->options.loop, net->options.log, files, net->tls);
	return net->reload != NULL;
}

struct net *net_open(const struct net_options *options, char *error, size_t error_size)
{
	struct net *net = calloc(1, sizeof(*net));
	void *loops[1] = {loop_ev(options->loop)};
	struct tls_files files;
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
			   LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
		.foreign_loops = loops,
		.user = net,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.pt_serv_buf_size = 8192,
		.timeout_secs = SPEAK_WITHIN_S,
		.retry_and_idle_policy = &idle_policy,
	};

	if (!net) {
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	net->options = *options;
	if (!can_bind(options, error, error_size) || !ask_for_tls(&info, options, &files, error, error_size)) {
		free(net);
		return NULL;
	}
	if (strchr(options->host, ':'))
		info.options &= ~(uint64_t)LWS_SERVER_OPTION_DISABLE_IPV6;
	lws_set_log_level(0, library_log);
	net->context = lws_create_context(&info);
	if (net->context) {
		info.port = options->port;
		info.iface = strcmp(options->host, "0.0.0.0") == 0 ? NULL : options->host;
		net->vhost = lws_create_vhost(net->context, &info);
	}
	if (!net->vhost) {
		snprintf(error, error_size,
			 "libwebsockets could not start on %s:%u; is its libev plugin installed?",
			 options->host, options->port);
		net_close(net);
		return NULL;
	}
	if (!start_reload(net, &files)) {
		snprintf(error, error_size, "memory or threads are short");
		net_close(net);
		return NULL;
	}
	tick(&net->tick);
	return net;
}

uint16_t net_port(const struct net *net)
{
	return (uint16_t)lws_get_vhost_listen_port(net->vhost);
}

const struct net_stats *net_stats(const struct net *net)
{
	return &net->stats;
}

void net_refuse_sockets(struct net *net)
{
	net->refuses = true;
}

void net_close(struct net *net)
{
	if (!net)
		return;
	tls_reload_close(net->reload);
	if (net->context)
		lws_context_destroy(net->context);
	free(net);
}
