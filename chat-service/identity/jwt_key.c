#include "identity/jwt_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#include "identity/internal.h"

static const struct jwt_kind hmac = {"HS256, HS384 or HS512", JWT_ALG_HS256, JWT_ALG_HS512};
static const struct jwt_kind rsa = {"RS256, RS384 or RS512", JWT_ALG_RS256, JWT_ALG_RS512};
/* A curve has one algorithm. */
static const struct {
	const char *curve;
	struct jwt_kind kind;
} ec[] = {
	{"prime256v1", {"ES256", JWT_ALG_ES256, JWT_ALG_ES256}},
	{"secp384r1", {"ES384", JWT_ALG_ES384, JWT_ALG_ES384}},
	{"secp521r1", {"ES512", JWT_ALG_ES512, JWT_ALG_ES512}},
};

enum { PEM_BYTES_MAX = 16 * 1024 };

static const struct jwt_kind *kind_of(const EVP_PKEY *key)
{
	char curve[32];
	size_t n;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return EVP_PKEY_get_bits(key) >= JWT_RSA_BITS_MIN ? &rsa : NULL;
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
	    EVP_PKEY_get_group_name(key, curve, sizeof(curve), &n) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(ec) / sizeof(ec[0]); i++)
		if (strcmp(curve, ec[i].curve) == 0)
			return &ec[i].kind;
	return NULL;
}

/* What is wrong with it, or NULL. */
static const char *take_pem(struct jwt_key *key)
{
	char passphrase[] = ""; /* nobody is at the terminal to be asked for another */
	BIO *bio;
	EVP_PKEY *parsed;

	if (key->bytes.failed)
		return "out of memory, or more than 16 KiB";
	if (key->bytes.n == 0)
		return "it is empty";
	if (strstr(key->bytes.p, "PRIVATE KEY-----"))
		return "that is a private key; its public half is written by openssl pkey -pubout";
	bio = BIO_new_mem_buf(key->bytes.p, (int)key->bytes.n);
	parsed = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, passphrase) : NULL;
	key->kind = parsed ? kind_of(parsed) : NULL;
	ERR_clear_error();
	BIO_free(bio);
	EVP_PKEY_free(parsed);
	if (!parsed)
		return "it is not readable as one";
	return key->kind ? NULL : "it is of another kind, or too short";
}

static const char *read_file(const char *path, struct buffer *bytes)
{
	FILE *file = fopen(path, "re");
	char piece[1024];
	const char *wrong = NULL;
	size_t n;

	if (!file)
		return strerror(errno);
	while (!bytes->failed && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		buffer_add(bytes, piece, n);
	if (ferror(file))
		wrong = strerror(errno);
	fclose(file);
	return wrong;
}

static const char *take_public_key(struct jwt_key *key, const char *given)
{
	const char *wrong = NULL;

	key->bytes.limit = PEM_BYTES_MAX;
	if (strncmp(given, "-----BEGIN", 10) == 0)
		buffer_add_string(&key->bytes, given);
	else
		wrong = read_file(given, &key->bytes);
	return wrong ? wrong : take_pem(key);
}

static bool fill(struct jwt_key *key, const char *secret, const char *public_key, char *error, size_t error_size)
{
	const char *wrong = public_key ? take_public_key(key, public_key) : NULL;

	if (wrong) {
		snprintf(error, error_size,
			 "JWT_PUBLIC_KEY is '(not shown)', but must be a public key in PEM (RSA of %d bits or "
			 "more, or of the curve P-256, P-384 or P-521), or the path of a file with one: %s",
			 JWT_RSA_BITS_MIN, wrong);
		return false;
	}
	if (public_key)
		return true;
	key->kind = &hmac;
	buffer_add_string(&key->bytes, secret);
	if (key->bytes.failed)
		snprintf(error, error_size, "out of memory");
	return !key->bytes.failed;
}

struct jwt_key *jwt_key_new(const char *secret, const char *public_key, char *error, size_t error_size)
{
	struct jwt_key *key;

	if (!secret && !public_key)
		snprintf(error, error_size,
			 "AUTH_MODE is 'jwt', but must be open where neither JWT_SECRET nor JWT_PUBLIC_KEY is set");
	else if (secret && public_key)
		snprintf(error, error_size, "JWT_SECRET is '(secret)', but must be left out where JWT_PUBLIC_KEY is set");
	else if (secret && strlen(secret) < JWT_SECRET_MIN)
		snprintf(error, error_size, "JWT_SECRET is '(secret)', but must have %d bytes or more", JWT_SECRET_MIN);
	else if (!(key = calloc(1, sizeof(*key))))
		snprintf(error, error_size, "out of memory");
	else if (fill(key, secret, public_key, error, error_size))
		return key;
	else
		jwt_key_free(key);
	return NULL;
}

void jwt_key_free(struct jwt_key *key)
{
	if (!key)
		return;
	if (key->bytes.p)
		OPENSSL_cleanse(key->bytes.p, key->bytes.n);
	buffer_release(&key->bytes);
	free(key);
}

const char *jwt_key_algorithms(const struct jwt_key *key)
{
	return key->kind->algorithms;
}
