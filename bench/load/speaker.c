#include "bench/load/speaker.h"

static const struct speaker *const speakers[] = {&chat_speaker, &socketio_speaker, &tinode_speaker,
						 &broadcast_speaker};

const struct speaker *speaker_named(const char *name)
{
	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++)
		if (strcmp(speakers[i]->name, name) == 0)
			return speakers[i];
	return NULL;
}

void seat_release(struct seat *seat)
{
	buffer_release(&seat->page);
}
