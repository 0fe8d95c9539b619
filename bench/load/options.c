#include "bench/load/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "bench/load/clock.h"

struct number_option {
	const char *name;
	size_t offset;
	int64_t initial, min, max;
	const char *help;
};

#define NUMBER(name, field, initial, min, max, help)                                \
	{                                                                           \
		"--" name, offsetof(struct options, field), initial, min, max, help \
	}

static const struct number_option numbers[] = {
	NUMBER("users", users, 200, 1, 100000, "connections, each with a name of its own"),
	NUMBER("window", window, 1, 1, 100000, "send: messages that each user has under way"),
	NUMBER("rate", rate, 0, 0, 10000000,
	       "send, room: messages a second of all; 0: a closed loop"),
	NUMBER("seconds", seconds, 10, 1, 86400, "measured"),
	NUMBER("warmup", warmup, 2, 0, 3600, "seconds before that"),
	NUMBER("text-bytes", text_bytes, 64, 16, 100000, "length of a message's text"),
	NUMBER("readers", readers, 200, 1, 100000, "room: connections that only read"),
	NUMBER("senders", senders, 8, 1, 10000, "room: connections that write"),
	NUMBER("readers-on", readers_on, 0, 0, OPTIONS_PORTS_MAX,
	       "room: all readers at this one of --ports, from 1; 0: in turn"),
	NUMBER("senders-on", senders_on, 0, 0, OPTIONS_PORTS_MAX, "room: the same for senders"),
	NUMBER("history", history, 50, 1, 10000,
	       "fill, storm: messages that each user has and loads"),
	NUMBER("sources", sources, 0, 0, 250,
	       "local addresses to connect from; 0: the system's choice"),
	NUMBER("at-once", at_once, 100, 1, 100000,
	       "connections that open at the same time (not storm)"),
	NUMBER("runs", runs, 20, 1, 1000, "start: repetitions"),
	NUMBER("run", run_number, 0, 0, UINT32_MAX,
	       "sets names and ids apart; 0: different each time"),
};

enum { NUMBER_COUNT = sizeof(numbers) / sizeof(numbers[0]) };

static const char usage[] =
	"Usage: chat-load SCENARIO [OPTION...] [-- COMMAND...]\n"
	"\n"
	"Loads a chat server and counts what was lost, doubled or out of order.\n"
	"The exit status is 0 only when nothing was.\n"
	"\n"
	"  send    users write, each in their own chat: closed loop, or --rate for an open one\n"
	"  idle    users connect, open their chat and stay silent\n"
	"  room    connections of one name share a conversation: some write, all read\n"
	"  fill    users write the history that a storm with the same --run loads\n"
	"  storm   users connect all at once and load their history\n"
	"  start   time from the start of COMMAND to its first greeting, several times\n"
	"\n"
	"  --address TEXT      the server's IPv4 address (127.0.0.1)\n"
	"  --ports A,B,C       the servers' ports, up to eight (8080); users take them in turn\n"
	"  --speaks NAME       chat, socketio, tinode or broadcast (chat)\n"
	"  --process NAME=PID  report this process's CPU time and memory; up to eight times\n"
	"  --join              several sends of a turn travel in one WebSocket message\n"
	"  --filled            storm: the history is there (see fill)\n"
	"  --json              one line of JSON instead of a table\n";

static void print_usage(FILE *out)
{
	fputs(usage, out);
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		fprintf(out, "  %-12s N      %s (%lld)\n", numbers[i].name, numbers[i].help,
			(long long)numbers[i].initial);
}

static int64_t *number_of(struct options *options, const struct number_option *number)
{
	return (int64_t *)(void *)((char *)options + number->offset);
}

static bool read_process(struct options *options, const char *value)
{
	const char *equals = strchr(value, '=');
	int64_t pid;

	if (options->process_count == OPTIONS_PROCESSES_MAX || !equals ||
	    !text_to_int(text_of_string(equals + 1), 1, INT32_MAX, &pid)) {
		fprintf(stderr, "chat-load: --process %s: it takes NAME=PID, at most %d times\n",
			value, OPTIONS_PROCESSES_MAX);
		return false;
	}
	options->processes[options->process_count++] =
		(struct watched_process){.name = value, .pid = (int)pid};
	return true;
}

static bool read_number(struct options *options, const char *name, const char *value)
{
	const struct number_option *number = numbers;

	while (number < numbers + NUMBER_COUNT && strcmp(number->name, name) != 0)
		number++;
	if (number == numbers + NUMBER_COUNT) {
		fprintf(stderr, "chat-load: unknown option %s; see chat-load --help\n", name);
		return false;
	}
	if (!text_to_int(text_of_string(value), number->min, number->max,
			 number_of(options, number))) {
		fprintf(stderr, "chat-load: %s is \"%s\"; it takes a number from %lld to %lld\n",
			name, value, (long long)number->min, (long long)number->max);
		return false;
	}
	return true;
}

static bool read_ports(struct options *options, const char *value)
{
	const char *end;
	int64_t port;

	options->port_count = 0;
	for (const char *at = value; at; at = *end ? end + 1 : NULL) {
		end = strchrnul(at, ',');
		if (options->port_count == OPTIONS_PORTS_MAX ||
		    !text_to_int(text_of(at, (size_t)(end - at)), 1, 65535, &port)) {
			fprintf(stderr,
				"chat-load: --ports is \"%s\"; it takes up to %d ports, with "
				"commas between\n",
				value, OPTIONS_PORTS_MAX);
			return false;
		}
		options->ports[options->port_count++] = (unsigned)port;
	}
	return true;
}

static bool read_speaker(struct options *options, const char *value)
{
	options->speaker = speaker_named(value);
	if (!options->speaker)
		fprintf(stderr, "chat-load: nobody here speaks %s; see chat-load --help\n", value);
	return options->speaker;
}

static bool read_valued(struct options *options, const char *name, const char *value)
{
	if (!value) {
		fprintf(stderr, "chat-load: %s needs a value; see chat-load --help\n", name);
		return false;
	}
	if (strcmp(name, "--address") == 0) {
		options->address = value;
		return true;
	}
	if (strcmp(name, "--process") == 0)
		return read_process(options, value);
	if (strcmp(name, "--ports") == 0)
		return read_ports(options, value);
	if (strcmp(name, "--speaks") == 0)
		return read_speaker(options, value);
	return read_number(options, name, value);
}

static void set_defaults(struct options *options)
{
	*options = (struct options){
		.address = "127.0.0.1", .speaker = &chat_speaker, .ports = {8080}, .port_count = 1};
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		*number_of(options, &numbers[i]) = numbers[i].initial;
}

/* Takes one option off argv; false: it is wrong. */
static bool read_option(struct options *options, char *argv[], int argc, int *i)
{
	const char *name = argv[*i];

	if (strcmp(name, "--join") == 0) {
		options->joins_lines = true;
	} else if (strcmp(name, "--filled") == 0) {
		options->is_filled = true;
	} else if (strcmp(name, "--json") == 0) {
		options->is_json = true;
	} else {
		++*i;
		return read_valued(options, name, *i < argc ? argv[*i] : NULL);
	}
	return true;
}

/* What one option alone cannot tell. */
static bool is_whole(struct options *options)
{
	if (options->readers_on > options->port_count ||
	    options->senders_on > options->port_count) {
		fprintf(stderr, "chat-load: there are only %u --ports\n", options->port_count);
		return false;
	}
	if (options->is_filled && options->run_number == 0) {
		fputs("chat-load: --filled needs the --run of the fill\n", stderr);
		return false;
	}
	options->run = options->run_number
			       ? (uint32_t)options->run_number
			       : (uint32_t)(clock_now_ns() >> 10) ^ (uint32_t)getpid() << 16;
	return true;
}

bool options_read(struct options *options, int argc, char *argv[])
{
	set_defaults(options);
	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_usage(argc < 2 ? stderr : stdout);
		if (argc < 2)
			return false;
		exit(0);
	}
	options->scenario = argv[1];
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			options->command = argv + i + 1;
			break;
		}
		if (!read_option(options, argv, argc, &i))
			return false;
	}
	return is_whole(options);
}
