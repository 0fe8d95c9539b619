/* chat-load: loads a chat server and counts what goes wrong. See options.c for its use. */
#include <stdio.h>
#include <string.h>

#include "bench/load/scenario.h"

static const struct {
	const char *name;
	bool (*run)(const struct options *options);
} scenarios[] = {
	{"send", scenario_send}, {"idle", scenario_idle},   {"room", scenario_room},
	{"fill", scenario_fill}, {"storm", scenario_storm}, {"start", scenario_start},
};

int main(int argc, char *argv[])
{
	struct options options;

	if (!options_read(&options, argc, argv))
		return 2;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, options.scenario) == 0)
			return scenarios[i].run(&options) ? 0 : 1;
	fprintf(stderr, "chat-load: unknown scenario %s; see chat-load --help\n", options.scenario);
	return 2;
}
