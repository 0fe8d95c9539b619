#include "bot/cli/options.h"

#include <getopt.h>
#include <stdio.h>

void cli_options_help(void)
{
	fputs("usage: rivescript [options] BRAIN\n"
	      "\n"
	      "BRAIN is a .rive file, or a folder of them. Without a mode: talk to it.\n"
	      "\n"
	      "  --json             one JSON object a line in, one out:\n"
	      "                     {\"username\",\"message\",\"vars\"?} -> "
	      "{\"status\",\"reply\",\"vars\"}\n"
	      "  --check            say what cannot be meant: unreachable triggers, missing topics "
	      "...\n"
	      "  --explain MESSAGE  show which triggers were tried and which one matched\n"
	      "  --test FILE        hold a conversation from a file and compare the replies\n"
	      "  --sort             list all triggers in matching order\n"
	      "\n"
	      "  --utf8             keep letters of all scripts\n"
	      "  --case             keep capitals in messages\n"
	      "  --depth N          how deep redirects may go (50)\n"
	      "  --nostrict         syntax errors are warnings\n"
	      "  --debug            say how each reply came about\n"
	      "  --seed N           make the same choices in each run\n"
	      "  --user NAME        who is talking (localuser)\n"
	      "  --topic NAME       for --explain: the topic to begin in\n"
	      "  --version, --help\n"
	      "\n"
	      "It exits 1 when the brain is refused or a test fails, 2 on wrong usage.\n",
	      stdout);
}

static bool read_number(const char *flag, const char *text, int64_t most, int64_t *value)
{
	if (text_to_int(text_of_string(text), 0, most, value))
		return true;
	fprintf(stderr, "rivescript: --%s %s: expected a number from 0 to %lld\n", flag, text,
		(long long)most);
	return false;
}

static const struct option flags[] = {
	{"json", no_argument, NULL, 'j'},          {"check", no_argument, NULL, 'k'},
	{"explain", required_argument, NULL, 'x'}, {"test", required_argument, NULL, 't'},
	{"sort", no_argument, NULL, 's'},          {"utf8", no_argument, NULL, 'u'},
	{"case", no_argument, NULL, 'c'},          {"depth", required_argument, NULL, 'd'},
	{"nostrict", no_argument, NULL, 'n'},      {"debug", no_argument, NULL, 'g'},
	{"seed", required_argument, NULL, 'r'},    {"user", required_argument, NULL, 'i'},
	{"topic", required_argument, NULL, 'o'},   {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
};

static bool take_flag(struct cli_options *o, int flag)
{
	int64_t number = 0;
	switch (flag) {
	case 'j':
		o->mode = MODE_JSON;
		return true;
	case 'k':
		o->mode = MODE_CHECK;
		return true;
	case 's':
		o->mode = MODE_SORT;
		return true;
	case 'x':
	case 't':
		o->mode = flag == 'x' ? MODE_EXPLAIN : MODE_TEST;
		o->argument = optarg;
		return true;
	case 'u':
		o->brain.utf8 = true;
		return true;
	case 'c':
		o->brain.case_sensitive = true;
		return true;
	case 'n':
		o->brain.lenient = true;
		return true;
	case 'g':
		o->is_debug = true;
		return true;
	case 'd':
		if (!read_number("depth", optarg, 250, &number))
			return false;
		o->brain.depth = (unsigned)number;
		return true;
	case 'r':
		if (!read_number("seed", optarg, INT64_MAX, &number))
			return false;
		o->seed = (uint64_t)number;
		o->has_seed = true;
		return true;
	case 'i':
		o->user = optarg;
		return true;
	case 'o':
		o->topic = optarg;
		return true;
	case 'h':
		o->mode = MODE_HELP;
		return true;
	case 'v':
		o->mode = MODE_VERSION;
		return true;
	default:
		fputs("rivescript: see --help\n", stderr);
		return false;
	}
}

bool cli_options_parse(struct cli_options *o, int argc, char **argv)
{
	int flag;
	*o = (struct cli_options){.user = "localuser"};
	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1)
		if (!take_flag(o, flag))
			return false;
	if (o->mode == MODE_HELP || o->mode == MODE_VERSION)
		return true;
	if (argc - optind != 1) {
		fprintf(stderr, "rivescript: expected one BRAIN, got %d; see --help\n",
			argc - optind);
		return false;
	}
	o->path = argv[optind];
	return true;
}
