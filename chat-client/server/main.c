/* chat-client: serves the built web client to browsers. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/build.h"
#include "base/log.h"
#include "base/settings.h"
#include "chat-client/server/server.h"
#include "chat-client/server/site.h"

enum { EXIT_WRONG_SETTING = 2, SETTINGS = 10 };

struct options {
	const char *listen_host, *web_root, *tls_cert, *tls_key;
	int64_t port;
	struct service_address service;
	int log_level, log_format;
};

/* "../web" beside the folder that holds the program. */
static const char *default_web_root(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof("/../web"));
	char *slash;

	if (n < 0)
		return "web";
	path[n] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash ? slash : path, "/../web");
	return path;
}

static void describe(struct setting table[SETTINGS], struct options *o, const char *web_root)
{
	const struct setting rows[SETTINGS] = {
		{.name = "LISTEN_HOST",
		 .kind = SETTING_STRING,
		 .value = &o->listen_host,
		 .initial = "127.0.0.1",
		 .help = "the IP address to listen on; 0.0.0.0 or :: is all"},
		{.name = "PORT",
		 .kind = SETTING_INT,
		 .value = &o->port,
		 .initial = "8000",
		 .min = 0,
		 .max = 65535,
		 .help = "the port to listen on; 0 takes any free one and logs it"},
		{.name = "CHATSERVICE_URL",
		 .kind = SETTING_STRING,
		 .value = &o->service.url,
		 .help = "where browsers reach the chat service, such as wss://chat.example/chat; "
			 "wins"},
		{.name = "CHATSERVICE_IP",
		 .kind = SETTING_STRING,
		 .value = &o->service.ip,
		 .help = "its address or name alone; unset: the host that the page came from"},
		{.name = "CHATSERVICE_PORT",
		 .kind = SETTING_INT,
		 .value = &o->service.port,
		 .initial = "8080",
		 .min = 1,
		 .max = 65535,
		 .help = "its port"},
		{.name = "TLS_CERT",
		 .kind = SETTING_STRING,
		 .value = &o->tls_cert,
		 .help = "a PEM file with the certificate for https, read again when it changes; unset: no TLS"},
		{.name = "TLS_KEY",
		 .kind = SETTING_STRING,
		 .value = &o->tls_key,
		 .help = "a PEM file with the certificate's key"},
		{.name = "WEB_ROOT",
		 .kind = SETTING_STRING,
		 .value = &o->web_root,
		 .initial = web_root,
		 .help = "the folder with the built web client, read once at the start"},
		{.name = "LOG_LEVEL",
		 .kind = SETTING_CHOICE,
		 .value = &o->log_level,
		 .initial = "info",
		 .choices = log_level_names,
		 .help = "the least that is logged"},
		{.name = "LOG_FORMAT",
		 .kind = SETTING_CHOICE,
		 .value = &o->log_format,
		 .initial = "text",
		 .choices = log_format_names,
		 .help = "one line an event, on stderr"},
	};

	memcpy(table, rows, sizeof(rows));
}

static int run(const struct options *o)
{
	struct log log = {.level = (enum log_level)o->log_level,
			  .format = (enum log_format)o->log_format,
			  .fd = STDERR_FILENO,
			  .process = "chat-client"};
	int status = EXIT_WRONG_SETTING;
	struct site *site;
	struct server *server = NULL;
	char error[PATH_MAX + 256];

	site = site_new(o->web_root, &o->service, error, sizeof(error));
	if (!site)
		goto out;
	server = server_new(
		&(struct server_options){
			.host = o->listen_host, .port = o->port, .tls_cert = o->tls_cert,
			.tls_key = o->tls_key, .site = site, .log = &log},
		error, sizeof(error));
	if (!server)
		goto out;
	log_info(&log, "listening", LOG_STRING("host", o->listen_host),
		 LOG_NUMBER("port", server_port(server)),
		 LOG_STRING("tls", o->tls_cert ? "on" : "off"), LOG_NUMBER("files", site_files(site)),
		 LOG_NUMBER("bytes", site_bytes(site)), LOG_STRING("version", build_version));
	server_run(server);
	log_info(&log, "stopped");
	status = EXIT_SUCCESS;
out:
	if (status != EXIT_SUCCESS)
		fprintf(stderr, "chat-client: %s\n", error);
	server_free(server);
	site_free(site);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct setting settings[SETTINGS];
	char path[PATH_MAX], error[512];

	describe(settings, &options, default_web_root(path));
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts(build_version);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		puts("chat-client serves the web client. Settings come from the environment:");
		settings_print(settings, SETTINGS, stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 1) {
		fprintf(stderr, "chat-client: takes --help or --version, and settings from the "
				"environment\n");
		return EXIT_WRONG_SETTING;
	}
	if (!settings_read(settings, SETTINGS, error, sizeof(error))) {
		fprintf(stderr, "chat-client: %s\n", error);
		return EXIT_WRONG_SETTING;
	}
	return run(&options);
}
