/* Any bytes as a state: refused, or read; what was read is written and read again unchanged. */
#include <stdlib.h>

#include "bot/include/rivescript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rs_state *state = rs_state_read((const char *)data, size);
	if (!state)
		return 0;
	struct buffer once = BUFFER_INIT;
	struct buffer twice = BUFFER_INIT;
	struct rs_state *copy = rs_state_copy(state);
	rs_state_write(state, &once);
	struct rs_state *again = rs_state_read(once.p, once.n);
	if (!again || !copy || once.n > RS_STATE_MAX)
		abort();
	rs_state_write(again, &twice);
	if (!text_equal(buffer_text(&once), buffer_text(&twice)))
		abort();
	buffer_clear(&twice);
	rs_state_write(copy, &twice);
	if (!text_equal(buffer_text(&once), buffer_text(&twice)))
		abort();
	buffer_release(&once);
	buffer_release(&twice);
	rs_state_free(state);
	rs_state_free(copy);
	rs_state_free(again);
	return 0;
}
