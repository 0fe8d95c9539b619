/* chat-service: see README.md. Reads the settings, builds the service, runs it until it is told to stop. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/build.h"
#include "base/log.h"
#include "maintenance.h"
#include "service.h"
#include "service_settings.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static int usage(FILE *out)
{
	fprintf(out, "chat-service %s\n\n"
		     "usage: chat-service [--help | --version]\n"
		     "       chat-service --doctor [URL [SECONDS]] | --init-store | --check-log | --rebuild-view | --copy-to URI\n\n"
		     "%s\n"
		     "Everything else is told by the environment:\n\n",
		build_version, maintenance_usage);
	service_settings_print(out);
	return out == stdout ? EXIT_OK : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct service_settings settings;
	struct service *service;
	struct log log = {.fd = STDERR_FILENO, .process = "chat-service"};
	char error[512];

	if (argc > 1 && !maintenance_is_asked(argc, argv)) {
		if (argc == 2 && strcmp(argv[1], "--version") == 0)
			return puts(build_version) < 0 ? EXIT_FAILED : EXIT_OK;
		return usage(argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
	}
	if (!service_settings_read(&settings, error, sizeof(error))) {
		fprintf(stderr, "chat-service: %s\n", error);
		return EXIT_USAGE;
	}
	log.level = (enum log_level)settings.log_level;
	log.format = (enum log_format)settings.log_format;
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1) {
		bool is_done = maintenance_run(argc, argv, &settings, &log);

		service_settings_release(&settings);
		return is_done ? EXIT_OK : EXIT_FAILED;
	}
	service = service_start(&settings, &log, error, sizeof(error));
	if (!service) {
		fprintf(stderr, "chat-service: %s\n", error);
		service_settings_release(&settings);
		return EXIT_USAGE;
	}
	service_run(service);
	service_stop(service);
	log_info(&log, "stopped");
	service_settings_release(&settings);
	return EXIT_OK;
}
