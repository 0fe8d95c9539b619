"""The promises, as far as a run measured what they are about."""


class Target:
    def __init__(self, text, value, limit, is_least, unit=""):
        self.text, self.value, self.limit, self.is_least, self.unit = text, value, limit, is_least, unit

    @property
    def is_met(self):
        return self.value >= self.limit if self.is_least else self.value <= self.limit

    def row(self):
        bound = "at least" if self.is_least else "at most"
        return (self.text, f"{self.value:.2f}{self.unit}", f"{bound} {self.limit:g}{self.unit}",
                "met" if self.is_met else "**missed**")


RATES = (  # what, above, the best of these, at least
    ("sends on MongoDB, of plain Node's", "mongo", ("node",), 10),
    ("sends on MongoDB, of Tinode's", "mongo", ("tinode",), 25),
    ("sends on MongoDB, of the bare inserter's best", "mongo", ("bare_100", "bare_200"), 0.7),
    ("sends on MongoDB with the bot, of those without", "mongo_bot", ("mongo",), 0.8),
    ("sends on SQLite with the bot, of those without", "sqlite_bot", ("sqlite",), 0.8),
)
COSTS = (  # what, above, below, the number compared, at most
    ("p99 of a send at half of the maximum, of plain Node's at its half", "mongo_open", "node_open", "ack_p99_ms", 1),
    ("p50 of a lone user's send, of one majority insert", "single_mongo", "single_bare", "ack_p50_ms", 1.3),
    ("5,000 reconnect and load: time, of plain Node's", "storm_mongo", "storm_node", "all_served_s", 0.333),
    ("CPU of a send with Redis, all readers local, of one without", "replicas_1", "replicas_alone", "cpu_all_us", 1.15),
    ("CPU of a delivery across replicas, of a local one", "replicas_room_crossing", "replicas_room_local", "cpu_all_us",
     1.3),
)
DELIVERIES = (  # what, below, at least
    ("deliveries in a room on MongoDB, of plain Node's", "room_node", 4.5),
    ("deliveries in a room on MongoDB, of the raw broadcaster's", "room_broadcast", 0.4),
)
MEDIANS = (  # what, name, number, divided by, at most, unit
    ("memory of an idle connection, SQLite", "idle_sqlite", "rss_server_bytes_each", 1024, 3, " KiB"),
    ("memory of an idle connection, MongoDB", "idle_mongo", "rss_server_bytes_each", 1024, 3, " KiB"),
    ("start to first greeting, SQLite", "start_sqlite", "start_p50_ms", 1, 20, " ms"),
    ("start to first greeting, MongoDB", "start_mongo", "start_p50_ms", 1, 60, " ms"),
    ("memory of chat-client", "chat_client", "rss_bytes", 2**20, 5, " MiB"),
)


def targets(results):
    found = []
    for text, above, below, limit in RATES:
        if results.has(above, *below):
            found.append(Target(text, results.ratio(above, below, "acked_per_s"), limit, True))
    for text, below, limit in DELIVERIES:
        if results.has("room_mongo", below):
            found.append(Target(text, results.ratio("room_mongo", [below], "deliveries_per_s"), limit, True))
    for text, above, below, key, limit in COSTS:
        if results.has(above, below):
            found.append(Target(text, results.ratio(above, [below], key), limit, False))
    for text, name, key, unit_size, limit, unit in MEDIANS:
        if results.has(name):
            found.append(Target(text, results.median(name, key) / unit_size, limit, False, unit))
    return found
