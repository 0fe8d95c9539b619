/* service_settings.h: what chat-service is told by its environment.
 *
 * Ownership  strings point into the environment; `mongo_uri` is made here and belongs to the struct.
 * Errors     one line that names the variable, what it held and what it may hold.
 * Threads    at the start, before there are any.
 */
#ifndef SERVICE_SETTINGS_H
#define SERVICE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum auth_mode { AUTH_OPEN, AUTH_JWT };

struct service_settings {
	const char *listen_host;
	int64_t port;
	char *mongo_uri; /* NULL: SQLite */
	const char *mongo_username, *mongo_password; /* NULL: not given in parts */
	const char *mongo_replica_set;
	const char *mongo_members, *mongo_key_file; /* for --init-store; NULL: none */
	const char *mongo_database;
	const char *sqlite_path;
	const char *redis_url; /* NULL: none */
	const char *bot_brain; /* NULL: no bot */
	const char *allowed_origins; /* NULL: all */
	const char *tls_cert, *tls_key; /* both or neither (NULL) */
	int auth_mode; /* enum auth_mode */
	const char *jwt_secret, *jwt_public_key; /* NULL: not given */
	int live_chat; /* index of choices with one member so far */
	int64_t max_text, max_connections, max_waiting, rate_limit, name_rate_limit, history_limit;
	int64_t drain_s, store_timeout_ms;
	int log_level, log_format;
};

bool service_settings_read(struct service_settings *settings, char *error, size_t error_size);
void service_settings_release(struct service_settings *settings);
void service_settings_print(FILE *out);

extern const char *const auth_mode_names[];

#endif
