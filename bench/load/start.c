#include "bench/load/scenario.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/load/clock.h"
#include "bench/load/histogram.h"
#include "bench/load/report.h"
#include "bench/load/speaker.h"
#include "bench/load/wire.h"

enum { START_PATIENCE_S = 20, RETRY_US = 200 };

struct greeting {
	struct connection connection;
	bool is_welcome, is_closed;
};

static void opened(struct connection *c)
{
	struct seat seat = {.name = "first"};
	struct buffer hello = BUFFER_INIT;

	chat_speaker.hello(&seat, &hello);
	connection_send(c, buffer_text(&hello));
	buffer_release(&hello);
}

static void line(struct connection *c, struct text line)
{
	struct greeting *greeting = c->owner;
	struct event event;

	if (event_read(line, &event) && event.type == EVENT_WELCOME)
		greeting->is_welcome = true;
}

static void closed(struct connection *c, const char *why)
{
	struct greeting *greeting = c->owner;

	(void)why;
	greeting->is_closed = true;
}

/* Knocks until somebody opens; below 0: nobody did. */
static int64_t time_to_greeting(struct wire *wire, unsigned port, int64_t began_ns)
{
	int64_t deadline = began_ns + START_PATIENCE_S * NS_PER_S;
	const struct timespec pause = {.tv_nsec = RETRY_US * 1000};
	struct greeting greeting = {0};

	while (!greeting.is_welcome && clock_now_ns() < deadline) {
		if (greeting.connection.phase == CONNECTION_CLOSED) {
			if (greeting.is_closed)
				nanosleep(&pause, NULL);
			greeting.is_closed = false;
			connection_open(wire, &greeting.connection, &greeting, port);
		}
		wire_turn(wire, deadline);
	}
	connection_close(&greeting.connection);
	return greeting.is_welcome ? clock_now_ns() - began_ns : -1;
}

static int64_t start_once(const struct options *options, struct wire *wire)
{
	int64_t began_ns = clock_now_ns(), took_ns;
	int status = 0;
	pid_t pid;

	if (posix_spawnp(&pid, options->command[0], NULL, NULL, options->command, environ) != 0) {
		fprintf(stderr, "chat-load: cannot run %s: %s\n", options->command[0],
			strerror(errno));
		return -1;
	}
	took_ns = time_to_greeting(wire, options->ports[0], began_ns);
	kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (took_ns < 0)
		fprintf(stderr, "chat-load: %s greeted nobody within %d s (exit status %d)\n",
			options->command[0], START_PATIENCE_S, WEXITSTATUS(status));
	return took_ns;
}

bool scenario_start(const struct options *options)
{
	const struct wire_options wire_options = {.address = options->address,
						  .path = chat_speaker.path,
						  .protocol = chat_speaker.protocol,
						  .opened = opened,
						  .line = line,
						  .closed = closed};
	struct wire *wire = wire_new(&wire_options);
	static const char *const needs = "chat-load: start needs a command behind --\n";
	struct histogram took = {0};
	struct report report;
	bool is_good = false;

	if (!wire || !options->command || !options->command[0]) {
		fputs(wire ? needs : "chat-load: cannot begin\n", stderr);
		goto out;
	}
	for (int64_t i = 0; i < options->runs; i++) {
		int64_t took_ns = start_once(options, wire);

		if (took_ns < 0)
			goto out;
		histogram_add(&took, took_ns);
	}
	report_begin(&report, options);
	report_latency(&report, "start", &took);
	report_end(&report);
	is_good = true;
out:
	wire_free(wire);
	return is_good;
}
