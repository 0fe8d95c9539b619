#include "net/visit.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#include "loop/loop.h"

enum { OPEN_MS = 10000, LOOK_MS = 200 };

struct visitor {
	enum { VISIT_OPENING, VISIT_OPEN, VISIT_REFUSED, VISIT_CLOSED } state;
	char why[200];
	lws_sorted_usec_list_t tick;
	struct lws_context *context;
};

static int serve(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct visitor *v = lws_context_user(lws_get_context(wsi));

	switch (reason) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		v->state = VISIT_REFUSED;
		snprintf(v->why, sizeof(v->why), "%.*s", in ? (int)len : 0, in ? (char *)in : "");
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		v->state = VISIT_OPEN;
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		v->state = VISIT_CLOSED;
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

/* lws_service would sleep past our own deadlines. */
static void tick(lws_sorted_usec_list_t *list)
{
	struct visitor *v = lws_container_of(list, struct visitor, tick);

	lws_sul_schedule(v->context, 0, &v->tick, tick, LOOK_MS * LWS_US_PER_MS);
}

static void serve_while(struct visitor *v, int state, int64_t until_us)
{
	while ((int)v->state == state && loop_clock_us() < until_us)
		lws_service(v->context, 0);
}

static const struct lws_protocols protocols[] = {{.name = "chat.v1", .callback = serve}, {.name = NULL}};

static bool connect_to(struct visitor *v, char *url, struct finding *f)
{
	const char *scheme, *host, *path;
	char whole_path[512], origin[300];
	int port;
	struct lws_client_connect_info info = {.protocol = "chat.v1", .ietf_version_or_minus_one = -1};

	if (lws_parse_uri(url, &scheme, &host, &port, &path) != 0 ||
	    (strcmp(scheme, "ws") != 0 && strcmp(scheme, "wss") != 0)) {
		finding_bad(f, "Public address", "write it as wss://host/chat", "that is no WebSocket address");
		return false;
	}
	snprintf(whole_path, sizeof(whole_path), "/%s", path);
	snprintf(origin, sizeof(origin), "%s://%s", strcmp(scheme, "wss") == 0 ? "https" : "http", host);
	info.context = v->context;
	info.address = info.host = host;
	info.port = port;
	info.path = whole_path;
	info.origin = origin;
	info.ssl_connection = strcmp(scheme, "wss") == 0 ? LCCSCF_USE_SSL : 0;
	if (!lws_client_connect_via_info(&info) && v->state == VISIT_OPENING)
		v->state = VISIT_REFUSED;
	return true;
}

static void judge(struct visitor *v, const char *url, int64_t idle_s, struct finding *f)
{
	int64_t begun_us = loop_clock_us(), open_us;

	serve_while(v, VISIT_OPENING, begun_us + OPEN_MS * 1000);
	if (v->state != VISIT_OPEN) {
		finding_bad(f, "Public address",
			    "does the proxy pass WebSockets on (HTTP/1.1, Upgrade), does its certificate fit the name, is "
			    "the page's origin in ALLOWED_ORIGINS?",
			    "%s: no WebSocket %s", url, v->why[0] ? v->why : "within 10 s");
		return;
	}
	open_us = loop_clock_us();
	serve_while(v, VISIT_OPEN, open_us + idle_s * 1000000);
	if (v->state == VISIT_OPEN)
		finding_good(f, "Public address", "%s opens in %lld ms and stays open while nobody speaks for %lld s", url,
			     (long long)((open_us - begun_us) / 1000), (long long)idle_s);
	else
		finding_bad(f, "Public address",
			    "give the proxy an idle timeout above 75 s (proxy_read_timeout, timeout tunnel): the service "
			    "pings after 45 s of silence",
			    "%s was closed after %lld s of silence", url, (long long)((loop_clock_us() - open_us) / 1000000));
}

void visit(const char *url, int64_t idle_s, struct finding *f)
{
	struct visitor v = {.state = VISIT_OPENING};
	char parts[600]; /* the library takes it apart in place */
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.user = &v,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
	};

	lws_set_log_level(0, NULL);
	snprintf(parts, sizeof(parts), "%s", url);
	v.context = lws_create_context(&info);
	if (!v.context) {
		finding_bad(f, "Public address", "try again with more memory", "memory is short");
		return;
	}
	tick(&v.tick);
	if (connect_to(&v, parts, f))
		judge(&v, url, idle_s, f);
	lws_sul_cancel(&v.tick);
	lws_context_destroy(v.context);
}
