/* Tokens made here, by OpenSSL where libjwt would not make them. */
#include "identity/jwt_key.h"

#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "signed_token.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define SECRET "a secret that is at least 32 bytes"
#define NOW_S 2000000000
#define NOW_MS (NOW_S * 1000LL)
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define GOOD "{\"sub\":\"Ada\",\"exp\":2000000100}"

enum { TOKEN_SIZE = 64 * 1024 };

struct pair {
	char private_pem[4096], public_pem[4096];
};

static void write_pair(struct pair *pair, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(key);
	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	pair->private_pem[BIO_read(bio, pair->private_pem, sizeof(pair->private_pem) - 1)] = '\0';
	PEM_write_bio_PUBKEY(bio, key);
	pair->public_pem[BIO_read(bio, pair->public_pem, sizeof(pair->public_pem) - 1)] = '\0';
	BIO_free(bio);
	EVP_PKEY_free(key);
}

static void sign_bytes(char *token, const char *header, const void *payload, size_t n, const char *secret, const EVP_MD *digest)
{
	signed_token_write(token, text_of_string(header), text_of(payload, n), secret, digest);
}

static void sign(char *token, const char *header, const char *payload)
{
	sign_bytes(token, header, payload, strlen(payload), SECRET, EVP_sha256());
}

/* By libjwt, for the algorithms of public keys. */
static void sign_with(char *token, jwt_alg_t alg, const char *private_pem)
{
	jwt_t *jwt;
	char *made;

	jwt_new(&jwt);
	jwt_add_grant(jwt, "sub", "Ada");
	jwt_add_grant_int(jwt, "exp", NOW_S + 100);
	assert_int_equal(jwt_set_alg(jwt, alg, (const unsigned char *)private_pem, (int)strlen(private_pem)), 0);
	made = jwt_encode_str(jwt);
	assert_non_null(made);
	strcpy(token, made);
	free(made);
	jwt_free(jwt);
}

static struct jwt_key *make_key(const char *secret, const char *public_key)
{
	char error[400] = "";
	struct jwt_key *key = jwt_key_new(secret, public_key, error, sizeof(error));

	if (!key)
		fail_msg("%s", error);
	return key;
}

static void accept_bytes(const struct jwt_key *key, struct text token, const char *name, int64_t until_ms)
{
	struct bearer bearer;
	char why[160] = "";

	if (jwt_key_verify(key, token, NOW_MS, &bearer, why, sizeof(why)) != ERR_NONE)
		fail_msg("%.*s: %s", (int)token.n, token.p, why);
	assert_string_equal(bearer.name, name);
	assert_int_equal(bearer.until_ms, until_ms);
	bearer_release(&bearer);
}

static void accept(const struct jwt_key *key, const char *token)
{
	accept_bytes(key, text_of_string(token), "Ada", NOW_MS + 160 * 1000);
}

static void reject_bytes(const struct jwt_key *key, struct text token, const char *words)
{
	struct bearer bearer;
	char why[160] = "";

	if (jwt_key_verify(key, token, NOW_MS, &bearer, why, sizeof(why)) != ERR_UNAUTHORIZED)
		fail_msg("not refused: %.*s", (int)token.n, token.p);
	if (!strstr(why, words))
		fail_msg("%.*s: '%s' instead of '%s'", (int)token.n, token.p, why, words);
}

static void reject(const struct jwt_key *key, const char *token, const char *words)
{
	reject_bytes(key, text_of_string(token), words);
}

static void claims_that_let_in(void **state)
{
	static const struct {
		const char *payload, *name;
		int64_t until_ms;
	} cases[] = {
		{GOOD, "Ada", NOW_MS + 160 * 1000},
		{"{\"sub\":\"Ada\",\"exp\":1999999941}", "Ada", NOW_MS + 1000},
		{"{\"sub\":\"Ada\",\"exp\":1999999940.5}", "Ada", NOW_MS + 500},
		{"{\"sub\":\"Ada\",\"exp\":2e9}", "Ada", NOW_MS + 60 * 1000},
		{"{\"sub\":\"Ada\",\"exp\":1e300}", "Ada", 253402300860000},
		{"{\"sub\":\"Ada\",\"exp\":9223372036854775807}", "Ada", 253402300860000},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":2000000060}", "Ada", NOW_MS + 160 * 1000},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":-1e300}", "Ada", NOW_MS + 160 * 1000},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"iat\":\"x\",\"aud\":[{}],\"role\":7,\"x\":null}", "Ada", NOW_MS + 160 * 1000},
		{"{\"sub\":\"Zo\xC3\xAB \\u00eb\",\"exp\":2000000100}", "Zo\xC3\xAB \xC3\xAB", NOW_MS + 160 * 1000},
		/* The signer's own mistake; one reader reads it, so it means one thing. */
		{"{\"sub\":\"Eve\",\"exp\":1,\"sub\":\"Ada\",\"exp\":2000000100}", "Ada", NOW_MS + 160 * 1000},
	};
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		sign(token, HS256, cases[i].payload);
		accept_bytes(key, text_of_string(token), cases[i].name, cases[i].until_ms);
	}
	jwt_key_free(key);
}

static void claims_that_do_not(void **state)
{
	static const char *const cases[][2] = {
		{"{\"sub\":\"Ada\"}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":\"2000000100\"}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":null}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":true}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":[2000000100]}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":{}}", "\"exp\""},
		{"{\"sub\":\"Ada\",\"exp\":1999999940}", "expired"},
		{"{\"sub\":\"Ada\",\"exp\":1999999939.9}", "expired"},
		{"{\"sub\":\"Ada\",\"exp\":0}", "expired"},
		{"{\"sub\":\"Ada\",\"exp\":-9223372036854775808}", "expired"},
		{"{\"sub\":\"Ada\",\"exp\":-1e300}", "expired"},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":2000000061}", "not valid yet"},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":2000000060.5}", "not valid yet"},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":\"2000000000\"}", "\"nbf\""},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"nbf\":null}", "\"nbf\""},
		{"{\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":null,\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":7,\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":[\"Ada\"],\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":\"\",\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":\" \\t\",\"exp\":2000000100}", "\"sub\""},
		{"{\"sub\":\"Ada\\u0000Eve\",\"exp\":2000000100}", "cannot be read"},
		{"{\"sub\":\"\xFF\",\"exp\":2000000100}", "cannot be read"},
		{"{\"sub\":\"Ada\",\"exp\":1e999}", "cannot be read"},
		{"[\"Ada\",2000000100]", "\"exp\""},
		{"7", "cannot be read"},
		{"not JSON", "cannot be read"},
		{"{\"sub\":\"Ada\",\"exp\":2000000100", "cannot be read"},
		{"{\"sub\":\"Ada\",\"exp\":2000000100}x", "cannot be read"},
	};
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		sign(token, HS256, cases[i][0]);
		reject(key, token, cases[i][1]);
	}
	sign_bytes(token, HS256, "{}\0{", 4, SECRET, EVP_sha256());
	reject(key, token, "\"exp\"");
	jwt_key_free(key);
}

static void a_role_is_told(void **state)
{
	static const struct {
		const char *payload;
		bool is_agent;
	} cases[] = {
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"role\":\"agent\"}", true},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"role\":\"Agent\"}", false},
		{"{\"sub\":\"Ada\",\"exp\":2000000100,\"role\":[\"agent\"]}", false},
		{GOOD, false},
	};
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE], why[160];
	struct bearer bearer;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		sign(token, HS256, cases[i].payload);
		assert_int_equal(jwt_key_verify(key, text_of_string(token), NOW_MS, &bearer, why, sizeof(why)), ERR_NONE);
		assert_int_equal(bearer.is_agent, cases[i].is_agent);
		bearer_release(&bearer);
	}
	jwt_key_free(key);
}

static void what_has_no_shape(void **state)
{
	static const char *const cases[] = {
		"", ".", "..", "...", "a.b", "aa.aa", "aa.aa.aa.aa", ".aa.aa", "aa..aa", "aa.aa.", "a.aa.aa", "aa.aaaaa.aa",
		"aa.aa.aa=", "aa=.aa.aa", "aa.a+.aa", "aa.a/.aa", " aa.aa.aa", "aa.aa.aa\n", "a\xFF.aa.aa", "Bearer aa.aa.aa",
	};
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		reject(key, cases[i], "that is no jwt");
	reject_bytes(key, TEXT_NONE, "that is no jwt");
	sign(token, HS256, GOOD);
	reject_bytes(key, text_of(token, strlen(token) + 1), "that is no jwt"); /* with its NUL */
	jwt_key_free(key);
}

/* A good token, and then all that is nearly one. */
static void pieces_of_a_token(void **state)
{
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];
	size_t n;

	(void)state;
	sign(token, HS256, GOOD);
	n = strlen(token);
	accept(key, token);
	for (size_t i = 0; i < n; i++)
		reject_bytes(key, text_of(token, i), "");
	for (size_t i = 0; i < n; i++) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		reject(key, token, "");
		token[i] = kept;
	}
	accept(key, token);
	jwt_key_free(key);
}

static void sizes(void **state)
{
	struct jwt_key *key = make_key(SECRET, NULL);
	char *token = malloc(TOKEN_SIZE), *payload = malloc(TOKEN_SIZE);
	size_t longest = 0;

	(void)state;
	for (size_t n = 5900; n < 6200; n++) {
		snprintf(payload, TOKEN_SIZE, "{\"sub\":\"Ada\",\"exp\":2000000100,\"x\":\"%0*d\"}", (int)n, 0);
		sign(token, HS256, payload);
		if (strlen(token) <= JWT_BYTES_MAX) {
			accept(key, token);
			longest = strlen(token);
		} else {
			reject(key, token, "that is no jwt");
		}
	}
	assert_true(longest > JWT_BYTES_MAX - 3);
	memset(payload, '[', 4000);
	payload[4000] = '\0';
	sign(token, HS256, payload);
	reject(key, token, "cannot be read");
	free(payload);
	free(token);
	jwt_key_free(key);
}

static void headers_that_do_not_fit(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"NONE\",\"typ\":\"JWT\"}", "{}", "{\"alg\":null}", "{\"alg\":7}",
		"{\"alg\":\"HS999\"}", "{\"alg\":\"RS256\"}", "{\"alg\":\"ES256\"}", "{\"alg\":\"HS384\"}", "{\"alg\":\"HS512\"}",
		"{\"alg\":[\"HS256\"]}", "[]", "x", "{\"alg\":\"HS256\"", "{\"alg\":\"HS256\",\"alg\":\"none\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWE\"}",
	};
	struct jwt_key *key = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		sign(token, headers[i], GOOD);
		reject(key, token, "as HS256, HS384 or HS512");
	}
	sign(token, "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", GOOD);
	reject(key, token, "\"crit\"");
	sign_bytes(token, HS256, GOOD, strlen(GOOD), "another secret that has enough bytes", EVP_sha256());
	reject(key, token, "not signed");
	sign_bytes(token, "{\"alg\":\"HS384\"}", GOOD, strlen(GOOD), SECRET, EVP_sha384());
	accept(key, token);
	sign_bytes(token, "{\"alg\":\"HS512\"}", GOOD, strlen(GOOD), SECRET, EVP_sha512());
	accept(key, token);
	jwt_key_free(key);
}

/* Each key lets in by its own algorithms alone, above all not by an HMAC with what everybody may know. */
static void algorithms_of_public_keys(void **state)
{
	static const char *const curves[] = {"P-256", "P-384", "P-521"};
	enum { KEYS = 4 };
	static const struct {
		jwt_alg_t alg;
		size_t key; /* the one that makes and takes it */
	} algorithms[] = {{JWT_ALG_RS256, 3}, {JWT_ALG_RS384, 3}, {JWT_ALG_RS512, 3},
			  {JWT_ALG_ES256, 0}, {JWT_ALG_ES384, 1}, {JWT_ALG_ES512, 2}};
	static struct pair pairs[KEYS];
	struct jwt_key *keys[KEYS], *hmac = make_key(SECRET, NULL);
	char token[TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		write_pair(&pairs[i], EVP_EC_gen(curves[i]));
	write_pair(&pairs[3], EVP_RSA_gen(2048));
	for (size_t i = 0; i < KEYS; i++)
		keys[i] = make_key(NULL, pairs[i].public_pem);
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		sign_with(token, algorithms[i].alg, pairs[algorithms[i].key].private_pem);
		for (size_t k = 0; k < KEYS; k++) {
			if (k == algorithms[i].key)
				accept(keys[k], token);
			else
				reject(keys[k], token, "not signed");
		}
		reject(hmac, token, "not signed");
	}
	sign_with(token, JWT_ALG_ES256, pairs[1].private_pem); /* of the curve P-384 */
	reject(keys[1], token, "as ES384");
	for (size_t k = 0; k < KEYS; k++) {
		sign_bytes(token, HS256, GOOD, strlen(GOOD), pairs[k].public_pem, EVP_sha256());
		reject(keys[k], token, "not signed");
		sign(token, "{\"alg\":\"none\"}", GOOD);
		reject(keys[k], token, "not signed");
	}
	for (size_t k = 0; k < KEYS; k++)
		jwt_key_free(keys[k]);
	jwt_key_free(hmac);
}

static void refuse_key(const char *secret, const char *public_key, const char *words)
{
	char error[400] = "";

	assert_null(jwt_key_new(secret, public_key, error, sizeof(error)));
	if (!strstr(error, words))
		fail_msg("'%s' instead of '%s'", error, words);
	if (strstr(error, "hunter2"))
		fail_msg("it shows what was held: %s", error);
}

static void keys_that_are_none(void **state)
{
	static struct pair weak, other, odd;
	char path[] = "/tmp/jwt_key_testXXXXXX", long_path[] = "/hunter2/no/such/file";
	int fd = mkstemp(path);

	(void)state;
	write_pair(&weak, EVP_RSA_gen(1024));
	write_pair(&other, EVP_EC_gen("secp256k1"));
	write_pair(&odd, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	refuse_key(NULL, NULL, "AUTH_MODE is 'jwt'");
	refuse_key(SECRET, weak.public_pem, "JWT_SECRET");
	refuse_key("hunter2", NULL, "JWT_SECRET is '(secret)', but must have 32 bytes or more");
	refuse_key(NULL, long_path, "JWT_PUBLIC_KEY is '(not shown)'");
	refuse_key(NULL, long_path, "No such file");
	refuse_key(NULL, "/tmp", "Is a directory");
	refuse_key(NULL, "/dev/zero", "16 KiB");
	refuse_key(NULL, path, "it is empty");
	refuse_key(NULL, "-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----\n", "not readable");
	refuse_key(NULL, weak.public_pem, "too short");
	refuse_key(NULL, other.public_pem, "another kind");
	refuse_key(NULL, odd.public_pem, "another kind");
	refuse_key(NULL, weak.private_pem, "private key");
	assert_int_equal(write(fd, "hunter2", 7), 7);
	refuse_key(NULL, path, "not readable");
	close(fd);
	unlink(path);
}

static void a_key_in_a_file(void **state)
{
	static struct pair pair;
	char path[] = "/tmp/jwt_key_testXXXXXX", token[TOKEN_SIZE];
	int fd = mkstemp(path);
	struct jwt_key *key;

	(void)state;
	write_pair(&pair, EVP_EC_gen("P-256"));
	assert_int_equal(write(fd, pair.public_pem, strlen(pair.public_pem)), (ssize_t)strlen(pair.public_pem));
	close(fd);
	key = make_key(NULL, path);
	unlink(path);
	assert_string_equal(jwt_key_algorithms(key), "ES256");
	sign_with(token, JWT_ALG_ES256, pair.private_pem);
	accept(key, token);
	jwt_key_free(key);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_that_let_in),
		cmocka_unit_test(claims_that_do_not),
		cmocka_unit_test(a_role_is_told),
		cmocka_unit_test(what_has_no_shape),
		cmocka_unit_test(pieces_of_a_token),
		cmocka_unit_test(sizes),
		cmocka_unit_test(headers_that_do_not_fit),
		cmocka_unit_test(algorithms_of_public_keys),
		cmocka_unit_test(keys_that_are_none),
		cmocka_unit_test(a_key_in_a_file),
	};

	return cmocka_run_group_tests_name("jwt_key", tests, NULL, NULL);
}
