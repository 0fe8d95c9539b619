/* Loading and freeing brains. */
#include "bot/src/brain.h"

#include <stdlib.h>

#include "bot/src/build.h"
#include "bot/src/compile.h"
#include "bot/src/format.h"
#include "bot/src/source.h"

static void dictionary_release(struct dictionary *d)
{
	table_release(&d->names);
	free(d->values);
}

void rs_brain_free(struct rs_brain *brain)
{
	if (!brain)
		return;
	dictionary_release(&brain->variables);
	dictionary_release(&brain->globals);
	table_release(&brain->array_names);
	free(brain->arrays);
	substitutions_release(&brain->message_subs);
	substitutions_release(&brain->person_subs);
	table_release(&brain->topic_names);
	free(brain->topics);
	free(brain->triggers);
	table_release(&brain->objects);
	arena_release(&brain->arena);
	free(brain);
}

size_t rs_brain_triggers(const struct rs_brain *brain)
{
	return brain->trigger_count;
}

static struct rs_brain *new_brain(const struct rs_options *options)
{
	struct rs_brain *brain = calloc(1, sizeof *brain);
	if (!brain)
		return NULL;
	if (options)
		brain->options = *options;
	const char *punctuation = brain->options.punctuation;
	brain->options.punctuation =
		arena_text(&brain->arena, text_of_string(punctuation ? punctuation : ".,!?;:")).p;
	format_prepare(brain);
	brain->depth = brain->options.depth ? brain->options.depth : DEPTH_DEFAULT;
	if (brain->depth > DEPTH_MOST)
		brain->depth = DEPTH_MOST;
	return brain;
}

static void read_sources(struct build *b, const struct rs_source *sources, size_t count)
{
	b->brain->random_topic = build_topic(b, TEXT("random"));
	for (size_t i = 0; i < count && !b->failed; i++) {
		build_begin_file(b, sources[i].name);
		if (!syntax_read(&sources[i], &b->brain->options, b->d, build_command, b))
			b->failed = true;
	}
	build_end_trigger(b);
	b->brain->begin_topic = table_get(&b->brain->topic_names, TEXT("__begin__"));
}

static struct rs_brain *compile(const struct rs_source *sources, size_t count,
				const struct rs_options *options, struct diagnose *d)
{
	struct build b = {.brain = new_brain(options), .d = d};
	if (b.brain) {
		read_sources(&b, sources, count);
		if (!b.failed)
			compile_brain(&b);
		b.failed |= !substitutions_prepare(&b.brain->message_subs) ||
			    !substitutions_prepare(&b.brain->person_subs);
		b.failed |= b.brain->arena.failed;
	}
	if (!b.brain || (b.failed && d->errors == 0))
		diagnose_error(d, (struct place){count ? sources[0].name : "", 0, 0},
			       "out of memory while loading");
	build_release(&b);
	if (d->errors == 0)
		return b.brain;
	rs_brain_free(b.brain);
	return NULL;
}

static struct diagnose new_diagnose(const struct rs_options *options, rs_report *report,
				    void *context)
{
	return (struct diagnose){
		.report = report, .context = context, .is_lenient = options && options->lenient};
}

struct rs_brain *rs_brain_compile(const struct rs_source *sources, size_t count,
				  const struct rs_options *options, rs_report *report,
				  void *context)
{
	struct diagnose d = new_diagnose(options, report, context);
	return compile(sources, count, options, &d);
}

struct rs_brain *rs_brain_load(const char *path, const struct rs_options *options,
			       rs_report *report, void *context)
{
	struct diagnose d = new_diagnose(options, report, context);
	struct sources sources = {0};
	struct rs_brain *brain = NULL;
	sources_read(&sources, path, &d);
	if (sources.n)
		brain = compile(sources.v, sources.n, options, &d);
	sources_release(&sources);
	return brain;
}
