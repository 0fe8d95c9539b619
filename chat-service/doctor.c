#include "doctor.h"

#include <inttypes.h>
#include <openssl/x509.h>
#include <rivescript.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/finding.h"
#include "fanout/redis/redis_examine.h"
#include "identity/jwt_key.h"
#include "net/capacity.h"
#include "net/visit.h"
#include "open_store.h"
#include "store/mongo/module.h"
#include "tls/tls_files.h"

enum { EXPIRES_SOON_DAYS = 14 };

struct table {
	bool has_fault;
};

static void show(struct table *table, const struct finding *f)
{
	printf("%-5s  %-14s  %s\n", f->is_good ? "ok" : "WRONG", f->of, f->found);
	if (!f->is_good)
		printf("       %-14s  -> %s\n", "", f->mend);
	fflush(stdout);
	table->has_fault |= !f->is_good;
}

static void examine_files(struct table *table, const struct service_settings *set)
{
	struct finding f;
	int64_t connections, peers;
	char error[256];

	if (capacity_take(set->max_connections, &connections, &peers, error, sizeof(error)))
		finding_good(&f, "Open files", "enough for %" PRId64 " connections", connections);
	else
		finding_bad(&f, "Open files", "raise the limit (ulimit -n, LimitNOFILE), or lower MAX_CONNECTIONS", "%s", error);
	show(table, &f);
}

static void remember(void *ctx, const struct rs_diagnostic *d)
{
	struct finding *f = ctx;

	if (d->severity == RS_ERROR)
		finding_bad(f, "Bot", "correct it; rivescript --check shows all mistakes", "%s:%d: %s", d->file,
			    (int)d->line, d->message);
}

static void examine_bot(struct table *table, const struct service_settings *set)
{
	const struct rs_options options = {.utf8 = true};
	struct rs_brain *brain;
	struct finding f;

	if (!set->bot_brain) {
		finding_good(&f, "Bot", "none: BOT_BRAIN is not set");
	} else {
		finding_bad(&f, "Bot", "let BOT_BRAIN name a folder of .rive files", "%s cannot be read", set->bot_brain);
		brain = rs_brain_load(set->bot_brain, &options, remember, &f);
		if (brain)
			finding_good(&f, "Bot", "the rules in %s are without mistakes", set->bot_brain);
		rs_brain_free(brain);
	}
	show(table, &f);
}

static void examine_names(struct table *table, const struct service_settings *set)
{
	struct jwt_key *key = NULL;
	struct finding f;
	char error[400];

	if (set->auth_mode == AUTH_OPEN)
		finding_good(&f, "Names", "AUTH_MODE is open: whoever knows a name can read and continue its chat");
	else if ((key = jwt_key_new(set->jwt_secret, set->jwt_public_key, error, sizeof(error))))
		finding_good(&f, "Names", "AUTH_MODE is jwt: signed with %s, as %s",
			     set->jwt_secret ? "JWT_SECRET" : "the key of JWT_PUBLIC_KEY", jwt_key_algorithms(key));
	else
		finding_bad(&f, "Names", "correct JWT_SECRET or JWT_PUBLIC_KEY", "%s", error);
	jwt_key_free(key);
	show(table, &f);
}

static void judge_certificate(struct finding *f, const SSL_CTX *ctx, const char *file)
{
	const X509 *certificate = SSL_CTX_get0_certificate(ctx);
	int days = 0, seconds = 0;

	ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate));
	if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		finding_bad(f, "TLS", "set the clock right, or wait", "%s is not valid yet", file);
	else if (days < 0 || seconds < 0)
		finding_bad(f, "TLS", "renew the certificate; it is taken over without a restart", "%s has expired", file);
	else if (days < EXPIRES_SOON_DAYS)
		finding_bad(f, "TLS", "renew the certificate; it is taken over without a restart", "%s expires in %d days",
			    file, days);
	else
		finding_good(f, "TLS", "%s fits its key and is valid for %d days", file, days);
}

static void examine_tls(struct table *table, const struct service_settings *set)
{
	struct tls_files files = {.cert = set->tls_cert, .key = set->tls_key};
	struct finding f;
	char error[400];
	SSL_CTX *ctx = NULL;
	bool is_on;

	if (!tls_files_check(set->tls_cert, set->tls_key, &is_on, error, sizeof(error)) ||
	    (is_on && !(ctx = tls_files_load(&files, error, sizeof(error)))))
		finding_bad(&f, "TLS", "correct TLS_CERT and TLS_KEY", "%s", error);
	else if (!is_on)
		finding_good(&f, "TLS", "off: TLS_CERT is not set");
	else
		judge_certificate(&f, ctx, set->tls_cert);
	SSL_CTX_free(ctx);
	show(table, &f);
}

static void examine_mongo(struct table *table, const struct service_settings *set, const struct log *log)
{
	struct finding findings[MONGO_FINDINGS];
	size_t n = mongo_module_examine(log, set->mongo_uri, set->mongo_database, set->store_timeout_ms, findings);

	for (size_t i = 0; i < n; i++)
		show(table, &findings[i]);
}

static void examine_sqlite(struct table *table, const struct service_settings *set, const struct log *log)
{
	struct loop *loop = loop_new();
	char error[512] = "memory is short";
	struct store *store = loop ? open_store(set, loop, log, error, sizeof(error)) : NULL;
	struct finding f;

	if (store)
		finding_good(&f, "SQLite", "%s opens and can be written", set->sqlite_path);
	else
		finding_bad(&f, "SQLite", "correct SQLITE_PATH, or the rights on its folder", "%s", error);
	store_close(store);
	loop_free(loop);
	show(table, &f);
}

static void examine_redis(struct table *table, const struct service_settings *set)
{
	struct finding f;

	if (set->redis_url)
		redis_examine(set->redis_url, &f);
	else
		finding_good(&f, "Redis", "none: REDIS_URL is not set%s",
			     set->mongo_uri ? "; replicas ask the store, and are up to 2 s behind" : "");
	show(table, &f);
}

bool doctor(const struct service_settings *settings, const struct log *log, const char *url, int64_t idle_s)
{
	struct table table = {.has_fault = false};
	struct finding f;

	examine_files(&table, settings);
	examine_bot(&table, settings);
	examine_names(&table, settings);
	examine_tls(&table, settings);
	if (settings->mongo_uri)
		examine_mongo(&table, settings, log);
	else
		examine_sqlite(&table, settings, log);
	examine_redis(&table, settings);
	if (url) {
		visit(url, idle_s, &f);
		show(&table, &f);
	}
	return !table.has_fault;
}
