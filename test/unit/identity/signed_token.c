#include "signed_token.h"

#include <openssl/hmac.h>
#include <string.h>

static char *add_base64url(char *at, const void *bytes, size_t n)
{
	int length = EVP_EncodeBlock((unsigned char *)at, bytes, (int)n);

	while (length > 0 && at[length - 1] == '=')
		length--;
	for (int i = 0; i < length; i++)
		at[i] = at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i];
	at[length] = '\0';
	return at + length;
}

void signed_token_write(char *token, struct text header, struct text payload, const char *secret,
			const EVP_MD *digest)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n;
	char *at = add_base64url(token, header.p, header.n);

	*at++ = '.';
	at = add_base64url(at, payload.p, payload.n);
	HMAC(digest, secret, (int)strlen(secret), (unsigned char *)token, (size_t)(at - token), mac, &n);
	*at++ = '.';
	add_base64url(at, mac, n);
}
