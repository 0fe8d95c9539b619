#include "chat-client/server/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const files[][2] = {
	{"index.html", "<!doctype html>"}, {"index.html.gz", "gz of index"},
	{"assets/app-1a2b.js", "plain"},   {"assets/app-1a2b.js.br", "br"},
	{"assets/app-1a2b.js.gz", "gz"},   {"empty.txt", ""},
	{"odd.br", "of no file"},          {".hidden", "secret"},
};

struct fixture {
	char root[64];
	struct site *site;
};

static const struct service_address address = {.port = 8080};

static void path_of(const struct fixture *f, const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", f->root, name);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[256], error[300];

	if (!f)
		return -1;
	*state = f;
	strcpy(f->root, "/tmp/frontdesk-site-XXXXXX");
	if (!mkdtemp(f->root))
		return -1;
	path_of(f, "assets", path);
	if (mkdir(path, 0700) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *out;

		path_of(f, files[i][0], path);
		out = fopen(path, "w");
		if (!out || fputs(files[i][1], out) < 0 || fclose(out) != 0)
			return -1;
	}
	f->site = site_new(f->root, &address, error, sizeof(error));
	return f->site ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char path[256];

	site_free(f->site);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path_of(f, files[i][0], path);
		unlink(path);
	}
	path_of(f, "assets", path);
	rmdir(path);
	rmdir(f->root);
	free(f);
	return 0;
}

static struct response get(const struct fixture *f, const char *path, const char *encodings)
{
	return site_answer(f->site,
			   &(struct request){.method = METHOD_GET,
					     .path = text_of_string(path),
					     .accept_encoding = text_of_string(encodings)});
}

static void files_come_with_their_type_and_age(void **state)
{
	const struct fixture *f = *state;
	struct response r = get(f, "/", "");

	assert_int_equal(r.status, 200);
	assert_true(r.is_body_sent);
	assert_true(text_equal(r.body, TEXT("<!doctype html>")));
	assert_string_equal(r.type, "text/html; charset=utf-8");
	assert_string_equal(r.cache, "no-cache");
	assert_string_equal(get(f, "/index.html", "").etag, r.etag);

	r = get(f, "/assets/app-1a2b.js", "");
	assert_string_equal(r.type, "text/javascript; charset=utf-8");
	assert_string_equal(r.cache, "public, max-age=31536000, immutable");

	r = get(f, "/empty.txt", "br, gzip");
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body.n, 0);
	assert_false(r.varies);
	assert_string_equal(get(f, "/odd.br", "").type, "application/octet-stream");
}

static void siblings_are_encodings_and_no_files(void **state)
{
	const struct fixture *f = *state;
	struct response plain = get(f, "/assets/app-1a2b.js", "");
	struct response gzip = get(f, "/assets/app-1a2b.js", "gzip");
	struct response brotli = get(f, "/assets/app-1a2b.js", "gzip, br");

	assert_true(plain.varies && gzip.varies && brotli.varies);
	assert_true(text_equal(plain.body, TEXT("plain")));
	assert_true(text_equal(gzip.body, TEXT("gz")));
	assert_int_equal(gzip.encoding, ENCODING_GZIP);
	assert_true(text_equal(brotli.body, TEXT("br")));
	assert_int_equal(brotli.encoding, ENCODING_BROTLI);
	assert_string_equal(brotli.type, plain.type);
	assert_string_not_equal(brotli.etag, plain.etag);
	assert_int_equal(get(f, "/assets/app-1a2b.js.br", "").status, 404);
	assert_int_equal(site_files(f->site), 4);
}

static void what_is_known_is_not_sent_again(void **state)
{
	const struct fixture *f = *state;
	struct response first = get(f, "/assets/app-1a2b.js", "br");
	struct request request = {.method = METHOD_GET,
				  .path = TEXT("/assets/app-1a2b.js"),
				  .accept_encoding = TEXT("br"),
				  .if_none_match = text_of_string(first.etag)};
	struct response r = site_answer(f->site, &request);

	assert_int_equal(r.status, 304);
	assert_false(r.is_body_sent);
	assert_string_equal(r.etag, first.etag);
	assert_string_equal(r.cache, first.cache);
	assert_true(r.varies);
	request.accept_encoding = TEXT("gzip"); /* another body, another tag */
	assert_int_equal(site_answer(f->site, &request).status, 200);
}

static void only_get_and_head_are_served(void **state)
{
	const struct fixture *f = *state;
	struct request request = {.method = METHOD_HEAD, .path = TEXT("/")};
	struct response r = site_answer(f->site, &request);

	assert_int_equal(r.status, 200);
	assert_false(r.is_body_sent);
	assert_int_equal(r.body.n, strlen("<!doctype html>"));

	request.method = METHOD_OTHER;
	r = site_answer(f->site, &request);
	assert_int_equal(r.status, 405);
	assert_string_equal(r.allow, "GET, HEAD");
}

static void other_paths_are_not_found(void **state)
{
	static const char *const paths[] = {
		"",
		"x",
		"//",
		"/assets",
		"/assets/",
		"/.hidden",
		"/index.html/",
		"/INDEX.HTML",
		"/../index.html",
		"/assets/../index.html",
		"/index.html.gz",
		"/config.jso",
		"/config.jsonx",
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct response r = get(f, paths[i], "");

		if (r.status != 404 || r.etag)
			fail_msg("%s: %d", paths[i], r.status);
	}
}

static void what_cannot_be_served_stops_the_start(void **state)
{
	static const char *const roots[] = {"/nonexistent", "/dev/null", ""};
	char empty[] = "/tmp/frontdesk-site-XXXXXX";
	char error[400] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		assert_null(site_new(roots[i], &address, error, sizeof(error)));
		assert_memory_equal(error, "WEB_ROOT is '", 13);
	}
	assert_non_null(mkdtemp(empty));
	assert_null(site_new(empty, &address, error, sizeof(error)));
	assert_non_null(strstr(error, "it has no index.html"));
	rmdir(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_with_their_type_and_age),
		cmocka_unit_test(siblings_are_encodings_and_no_files),
		cmocka_unit_test(what_is_known_is_not_sent_again),
		cmocka_unit_test(only_get_and_head_are_served),
		cmocka_unit_test(other_paths_are_not_found),
		cmocka_unit_test(what_cannot_be_served_stops_the_start),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
