#include "service_settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/settings.h"

const char *const auth_mode_names[] = {"open", "jwt", NULL};
static const char *const live_chat_names[] = {"off", NULL};

/* What only mongo_uri is made of. */
struct mongo_parts {
	const char *uri, *ip;
	int64_t port;
};

enum { ROWS_MAX = 48 };

static size_t table(struct setting rows[ROWS_MAX], struct service_settings *s, struct mongo_parts *m)
{
	const struct setting filled[] = {
		{.name = "LISTEN_HOST", .value = &s->listen_host, .initial = "127.0.0.1",
		 .help = "the address to listen on; 0.0.0.0 for all"},
		{.name = "PORT", .kind = SETTING_INT, .value = &s->port, .initial = "8080", .max = 65535,
		 .help = "for WebSockets and HTTP; 0: any free one, which the log tells"},
		{.name = "MONGO_URI", .value = &m->uri, .is_secret = true,
		 .help = "a MongoDB connection string; wins over the other MONGO_ settings"},
		{.name = "MONGO_IP", .value = &m->ip, .help = "MongoDB's address"},
		{.name = "MONGO_PORT", .kind = SETTING_INT, .value = &m->port, .initial = "27017",
		 .min = 1, .max = 65535, .help = "MongoDB's port"},
		{.name = "MONGO_USERNAME", .value = &s->mongo_username, .help = "MongoDB's user"},
		{.name = "MONGO_PASSWORD", .value = &s->mongo_password, .is_secret = true,
		 .help = "the user's password"},
		{.name = "MONGO_REPLICA_SET", .value = &s->mongo_replica_set,
		 .help = "the name of MongoDB's replica set; with it, MONGO_IP leads to all of its members"},
		{.name = "MONGO_MEMBERS", .value = &s->mongo_members,
		 .help = "for --init-store: the members to make a replica set of, host:port, separated by "
			 "commas; none: there is one already"},
		{.name = "MONGO_KEY_FILE", .value = &s->mongo_key_file,
		 .help = "for --init-store: the file that the members were given as --keyFile"},
		{.name = "MONGO_DATABASE", .value = &s->mongo_database, .initial = "chat",
		 .help = "the database in MongoDB"},
		{.name = "SQLITE_PATH", .value = &s->sqlite_path, .initial = "data/chat.db",
		 .help = "the file that keeps everything when no MONGO_ setting says otherwise"},
		{.name = "REDIS_URL", .value = &s->redis_url, .is_secret = true,
		 .help = "redis://[user:password@]host[:port], which brings the replicas each other's news; "
			 "none: they ask the store"},
		{.name = "BOT_BRAIN", .value = &s->bot_brain,
		 .help = "a folder of .rive files; none: no bot answers"},
		{.name = "LIVE_CHAT", .kind = SETTING_CHOICE, .value = &s->live_chat, .initial = "off",
		 .choices = live_chat_names, .help = "whether people can take chats over"},
		{.name = "AUTH_MODE", .kind = SETTING_CHOICE, .value = &s->auth_mode, .initial = "open",
		 .choices = auth_mode_names, .help = "open: a name is enough, as in a demo; jwt: the site that leads here signs who it is"},
		{.name = "JWT_SECRET", .value = &s->jwt_secret, .is_secret = true,
		 .help = "for AUTH_MODE=jwt: what the site signs with as HS256, HS384 or HS512, 32 bytes or more; or:"},
		{.name = "JWT_PUBLIC_KEY", .value = &s->jwt_public_key, .is_secret = true,
		 .help = "the public half, in PEM or as a file's path, of what it signs with as RS256 to RS512, "
			 "or ES256 to ES512"},
		{.name = "ALLOWED_ORIGINS", .value = &s->allowed_origins,
		 .help = "web origins that may connect, separated by commas; none: all"},
		{.name = "TLS_CERT", .value = &s->tls_cert,
		 .help = "a PEM file with the certificate for https and wss, read again when it changes; none: no TLS"},
		{.name = "TLS_KEY", .value = &s->tls_key, .help = "a PEM file with the certificate's key"},
		{.name = "MAX_TEXT", .kind = SETTING_INT, .value = &s->max_text, .initial = "8192",
		 .min = 1, .max = 262144, .help = "bytes of a message"},
		{.name = "MAX_CONNECTIONS", .kind = SETTING_INT, .value = &s->max_connections,
		 .initial = "0", .max = 1000000,
		 .help = "WebSockets at a time; more are refused with 503; 0: as many as there are files for"},
		{.name = "MAX_WAITING", .kind = SETTING_INT, .value = &s->max_waiting,
		 .initial = "20000", .min = 1, .max = 1000000,
		 .help = "sends that may wait for the store at a time, of all; more are refused at once"},
		{.name = "RATE_LIMIT", .kind = SETTING_INT, .value = &s->rate_limit, .initial = "20",
		 .max = 1000000,
		 .help = "sends a second for each connection, in bursts of five times that; 0: no limit"},
		{.name = "NAME_RATE_LIMIT", .kind = SETTING_INT, .value = &s->name_rate_limit,
		 .initial = "60", .max = 1000000,
		 .help = "the same for all connections of a name to this process; 0: no limit"},
		{.name = "HISTORY_LIMIT", .kind = SETTING_INT, .value = &s->history_limit,
		 .initial = "50", .min = 1, .max = 500, .help = "messages on a page of history"},
		{.name = "DRAIN_S", .kind = SETTING_INT, .value = &s->drain_s, .initial = "5", .max = 3600,
		 .help = "seconds over which connections are let go when the process is told to stop"},
		{.name = "STORE_TIMEOUT_MS", .kind = SETTING_INT, .value = &s->store_timeout_ms,
		 .initial = "10000", .min = 100, .max = 600000,
		 .help = "how long a message waits for the store before it is refused"},
		{.name = "LOG_LEVEL", .kind = SETTING_CHOICE, .value = &s->log_level, .initial = "info",
		 .choices = log_level_names, .help = "the least that is logged"},
		{.name = "LOG_FORMAT", .kind = SETTING_CHOICE, .value = &s->log_format, .initial = "text",
		 .choices = log_format_names, .help = "lines for people or for programs"},
	};

	static_assert(sizeof(filled) <= ROWS_MAX * sizeof(rows[0]), "a row too many");
	memcpy(rows, filled, sizeof(filled));
	return sizeof(filled) / sizeof(filled[0]);
}

static void add_encoded(struct buffer *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~", c))
			buffer_add_char(out, *s);
		else
			buffer_add_format(out, "%%%02X", c);
	}
}

/* NULL: neither was set, or memory ran out (*failed). */
static char *make_uri(const struct service_settings *s, const struct mongo_parts *m, bool *failed)
{
	struct buffer uri = BUFFER_INIT;
	bool is_ipv6 = m->ip && strchr(m->ip, ':');
	char *made;

	*failed = false;
	if (!m->uri && !m->ip)
		return NULL;
	if (m->uri) {
		buffer_add_string(&uri, m->uri);
	} else {
		buffer_add_string(&uri, "mongodb://");
		if (s->mongo_username) {
			add_encoded(&uri, s->mongo_username);
			buffer_add_char(&uri, ':');
			add_encoded(&uri, s->mongo_password ? s->mongo_password : "");
			buffer_add_char(&uri, '@');
		}
		buffer_add_format(&uri, is_ipv6 ? "[%s]:%lld/" : "%s:%lld/", m->ip,
				  (long long)m->port);
		if (s->mongo_replica_set) {
			buffer_add_string(&uri, "?replicaSet=");
			add_encoded(&uri, s->mongo_replica_set);
		}
	}
	made = buffer_take(&uri);
	*failed = !made;
	return made;
}

bool service_settings_read(struct service_settings *s, char *error, size_t error_size)
{
	struct setting rows[ROWS_MAX];
	struct mongo_parts mongo;
	bool failed;

	*s = (struct service_settings){0};
	if (!settings_read(rows, table(rows, s, &mongo), error, error_size))
		return false;
	s->mongo_uri = make_uri(s, &mongo, &failed);
	if (failed)
		snprintf(error, error_size, "out of memory");
	return !failed;
}

void service_settings_release(struct service_settings *s)
{
	free(s->mongo_uri);
	s->mongo_uri = NULL;
}

void service_settings_print(FILE *out)
{
	struct service_settings s;
	struct mongo_parts mongo;
	struct setting rows[ROWS_MAX];

	settings_print(rows, table(rows, &s, &mongo), out);
}
