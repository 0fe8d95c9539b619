/* Any bytes as a brain: it loads or is refused, and the linter survives what loads. */
#include <stdlib.h>

#include "bot/include/rivescript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const struct rs_diagnostic *diagnostic)
{
	size_t *count = context;
	if (!diagnostic->message || !diagnostic->file)
		abort();
	++*count;
}

static void look(void *context, const struct rs_trigger *trigger)
{
	(void)context;
	if (trigger->text.n && !trigger->text.p)
		abort();
}

/* The first byte chooses the options. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const struct rs_options options = {.utf8 = data[0] & 1,
					   .lenient = data[0] & 2,
					   .case_sensitive = data[0] & 4,
					   .force_case = data[0] & 8};
	const struct rs_source source = {"fuzz", {(const char *)data + 1, size - 1}};
	size_t reported = 0;
	struct rs_brain *brain = rs_brain_compile(&source, 1, &options, ignore, &reported);
	if (!brain && reported == 0)
		abort(); /* refused without a reason */
	if (brain) {
		rs_brain_check(brain, ignore, &reported);
		rs_brain_each_trigger(brain, look, NULL);
	}
	rs_brain_free(brain);
	return 0;
}
