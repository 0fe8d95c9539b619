#include "session/bucket.h"

void bucket_init(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	bucket->at_ms = now_ms;
	bucket->millitokens = rate * BUCKET_BURST_S * 1000;
}

int64_t bucket_take(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t most = rate * BUCKET_BURST_S * 1000;

	if (rate == 0)
		return 0;
	if (now_ms - bucket->at_ms >= BUCKET_BURST_S * 1000)
		bucket->millitokens = most; /* it is full by now, and the product below stays small */
	else
		bucket->millitokens += (now_ms - bucket->at_ms) * rate;
	bucket->at_ms = now_ms;
	if (bucket->millitokens > most)
		bucket->millitokens = most;
	if (bucket->millitokens < 1000)
		return (1000 - bucket->millitokens + rate - 1) / rate;
	bucket->millitokens -= 1000;
	return 0;
}
