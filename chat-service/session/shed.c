#include "session/internal.h"

bool session_may_add(struct session *s, struct text id, size_t bytes)
{
	struct sessions *all = s->all;
	struct load_limits limits = {.turns = (size_t)all->options.max_waiting,
				     .wait_ms = all->options.store_timeout_ms / 4};
	int64_t retry_after_ms;
	enum shed shed = load_judge(&all->load, &limits, bytes, loop_now_ms(all->options.loop),
				    &retry_after_ms);

	if (shed == SHED_NOT)
		return true;
	all->stats.shed[shed]++;
	if (!all->is_shedding)
		log_warn(all->options.log, "too much waits for the store; sends are refused",
			 LOG_STRING("by", shed_names[shed]),
			 LOG_NUMBER("waiting", all->load.turns));
	all->is_shedding = true;
	session_send_error(s, id, ERR_UNAVAILABLE,
			   "too much is waiting to be stored; send it again", retry_after_ms);
	return false;
}

void sessions_look_for_calm(struct sessions *all)
{
	uint64_t shed = 0;

	for (int why = 0; why < SHED_COUNT; why++)
		shed += all->stats.shed[why];
	if (all->is_shedding && shed == all->shed_before) {
		all->is_shedding = false;
		log_info(all->options.log, "sends are taken again",
			 LOG_NUMBER("refused_so_far", shed));
	}
	all->shed_before = shed;
}
