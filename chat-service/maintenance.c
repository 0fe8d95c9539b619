#include "maintenance.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "doctor.h"
#include "init_store.h"
#include "open_store.h"
#include "upkeep/upkeep.h"

enum { IDLE_S = 60, IDLE_S_MAX = 86400 };

const char maintenance_usage[] =
	"  --doctor [URL [SECONDS]]\n"
	"                    tries what the settings say, and opens a WebSocket through URL (as browsers do) that\n"
	"                    stays silent for a while (60 s); prints what works and how to mend what does not\n"
	"  --init-store      makes in MongoDB what the service needs: the replica set of MONGO_MEMBERS, the user,\n"
	"                    the indexes; what is there already stays\n"
	"  --check-log       checks every conversation in the store and says what is wrong where\n"
	"  --rebuild-view    makes the list of conversations right from their logs; services may "
	"run\n"
	"  --copy-to URI     copies everything to mongodb://HOSTS/DATABASE or sqlite:PATH and "
	"compares;\n"
	"                    stop the services first; started again, it goes on where it was\n";

/* --doctor [URL [SECONDS]] */
static bool is_doctor(int argc, char **argv, int64_t *idle_s)
{
	*idle_s = IDLE_S;
	return argc >= 2 && argc <= 4 && strcmp(argv[1], "--doctor") == 0 &&
	       (argc < 4 || text_to_int(text_of_string(argv[3]), 0, IDLE_S_MAX, idle_s));
}

bool maintenance_is_asked(int argc, char **argv)
{
	int64_t idle_s;

	return is_doctor(argc, argv, &idle_s) ||
	       (argc == 2 &&
		(strcmp(argv[1], "--init-store") == 0 || strcmp(argv[1], "--check-log") == 0 ||
		 strcmp(argv[1], "--rebuild-view") == 0)) ||
	       (argc == 3 && strcmp(argv[1], "--copy-to") == 0);
}

static bool work(char **argv, const struct service_settings *settings, const struct log *log,
		 struct loop *loop, struct store *store)
{
	struct store *target;
	char error[512];
	bool is_done;

	if (strcmp(argv[1], "--check-log") == 0)
		return upkeep_check_log(loop, store);
	if (strcmp(argv[1], "--rebuild-view") == 0)
		return upkeep_rebuild_view(loop, store);
	target = open_store_at(argv[2], settings, loop, log, error, sizeof(error));
	if (!target) {
		fprintf(stderr, "chat-service: %s\n", error);
		return false;
	}
	is_done = upkeep_copy(loop, store, target);
	store_close(target);
	return is_done;
}

static bool run_on_store(char **argv, const struct service_settings *settings, const struct log *log)
{
	struct loop *loop = loop_new();
	struct store *store = NULL;
	char error[512] = "memory is short";
	bool is_done = false;

	if (!settings->mongo_uri && access(settings->sqlite_path, F_OK) != 0)
		snprintf(error, sizeof(error), "there is no store at SQLITE_PATH, '%s'",
			 settings->sqlite_path);
	else if (loop)
		store = open_store(settings, loop, log, error, sizeof(error));
	if (store)
		is_done = work(argv, settings, log, loop, store);
	else
		fprintf(stderr, "chat-service: %s\n", error);
	store_close(store);
	loop_free(loop);
	return is_done;
}

bool maintenance_run(int argc, char **argv, const struct service_settings *settings, const struct log *log)
{
	char error[512];
	int64_t idle_s;

	if (is_doctor(argc, argv, &idle_s))
		return doctor(settings, log, argc > 2 ? argv[2] : NULL, idle_s);
	if (strcmp(argv[1], "--init-store") != 0)
		return run_on_store(argv, settings, log);
	if (init_store(settings, log, error, sizeof(error)))
		return true;
	fprintf(stderr, "chat-service: %s\n", error);
	return false;
}
