#include "session/bucket.h"

void bucket_init(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	bucket->at_ms = now_ms;
	bucket->millitokens = rate * BUCKET_BURST_S * 1000;
}

static int64_t millitokens_at(const struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	int64_t most = rate * BUCKET_BURST_S * 1000, now;

	if (now_ms - bucket->at_ms >= BUCKET_BURST_S * 1000)
		return most; /* it is full by now, and the product below stays small */
	now = bucket->millitokens + (now_ms - bucket->at_ms) * rate;
	return now < most ? now : most;
}

bool bucket_is_full(const struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	return millitokens_at(bucket, rate, now_ms) == rate * BUCKET_BURST_S * 1000;
}

int64_t bucket_take(struct bucket *bucket, int64_t rate, int64_t now_ms)
{
	if (rate == 0)
		return 0;
	bucket->millitokens = millitokens_at(bucket, rate, now_ms);
	bucket->at_ms = now_ms;
	if (bucket->millitokens < 1000)
		return (1000 - bucket->millitokens + rate - 1) / rate;
	bucket->millitokens -= 1000;
	return 0;
}
