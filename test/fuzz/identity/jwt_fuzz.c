/* Any bytes as a token; and a line of them as the header, the others as the claims of a token that is signed. */
#include <stdlib.h>
#include <string.h>

#include "identity/jwt_key.h"
#include "test/unit/identity/signed_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "a secret that is at least 32 bytes"
#define NOW_MS 2000000000000LL

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static enum err verify(const struct jwt_key *key, struct text token)
{
	struct bearer bearer;
	char why[160] = "";
	enum err err = jwt_key_verify(key, token, NOW_MS, &bearer, why, sizeof(why));

	if (err == ERR_NONE) {
		require(text_is_utf8(text_of_string(bearer.name)) && text_trim(text_of_string(bearer.name)).n > 0);
		require(bearer.until_ms > NOW_MS && !why[0]);
		bearer_release(&bearer);
	} else {
		require(err == ERR_UNAUTHORIZED && why[0]);
	}
	return err;
}

/* As if the site had signed it. */
static void verify_signed(const struct jwt_key *key, struct text header, struct text claims)
{
	char *token = malloc(2 * (header.n + claims.n) + 200);

	require(token != NULL);
	signed_token_write(token, header, claims, SECRET, EVP_sha256());
	verify(key, text_of_string(token));
	free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[400];
	struct jwt_key *key = jwt_key_new(SECRET, NULL, error, sizeof(error));
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t n = line ? (size_t)(line - data) : 0;

	require(key != NULL);
	require(verify(key, text_of((const char *)data, size)) != ERR_NONE); /* nobody guesses an HMAC */
	if (line)
		verify_signed(key, text_of((const char *)data, n), text_of((const char *)line + 1, size - n - 1));
	jwt_key_free(key);
	return 0;
}
