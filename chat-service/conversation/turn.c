#include "conversation/turn.h"

#include <stdlib.h>

struct turn *turn_make(const struct turn_request *request)
{
	size_t size = sizeof(struct turn) + request->from.n + request->id.n + request->text.n;
	struct turn *turn = malloc(size);
	char *at;

	if (!turn)
		return NULL;
	at = (char *)(turn + 1);
	*turn = (struct turn){.request = *request, .size = size};
	turn->request.from = text_put(&at, request->from);
	turn->request.id = text_put(&at, request->id);
	turn->request.text = text_put(&at, request->text);
	return turn;
}

void turn_finish(struct turn *turn, const struct turn_answer *answer)
{
	turn->request.done(turn->request.ctx, &turn->request, answer);
	free(turn);
}

void turn_queue_init(struct turn_queue *queue)
{
	*queue = (struct turn_queue){.end = &queue->first};
}

void turn_queue_push(struct turn_queue *queue, struct turn *turn)
{
	turn->next = NULL;
	*queue->end = turn;
	queue->end = &turn->next;
	queue->n++;
}

struct turn *turn_queue_remove(struct turn_queue *queue, struct turn **at)
{
	struct turn *turn = *at;

	*at = turn->next;
	if (queue->end == &turn->next)
		queue->end = at;
	queue->n--;
	turn->next = NULL;
	return turn;
}

struct turn *turn_queue_pop(struct turn_queue *queue)
{
	return queue->first ? turn_queue_remove(queue, &queue->first) : NULL;
}

void turn_queue_prepend(struct turn_queue *queue, struct turn_queue *from)
{
	if (!from->first)
		return;
	*from->end = queue->first;
	if (!queue->first)
		queue->end = from->end;
	queue->first = from->first;
	queue->n += from->n;
	turn_queue_init(from);
}
