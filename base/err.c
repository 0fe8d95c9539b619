#include "base/err.h"

#include <assert.h>

static const char *const names[ERR_COUNT] = {
	[ERR_NONE] = "none",
	[ERR_BAD_REQUEST] = "bad_request",
	[ERR_UNKNOWN_TYPE] = "unknown_type",
	[ERR_NAME_REQUIRED] = "name_required",
	[ERR_NAME_INVALID] = "name_invalid",
	[ERR_UNAUTHORIZED] = "unauthorized",
	[ERR_FORBIDDEN] = "forbidden",
	[ERR_NOT_FOUND] = "not_found",
	[ERR_TOO_LONG] = "too_long",
	[ERR_RATE_LIMITED] = "rate_limited",
	[ERR_CONFLICT] = "conflict",
	[ERR_UNAVAILABLE] = "unavailable",
	[ERR_LIVE_CHAT_UNAVAILABLE] = "live_chat_unavailable",
};

const char *err_name(enum err e)
{
	assert(e < ERR_COUNT);
	return names[e];
}
