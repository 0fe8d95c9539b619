"""The two stores as a person with a database shell has them: what is in there, and changes behind the service's back."""

import contextlib
import datetime
import json
import sqlite3

from bson import Int64
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

EPOCH = datetime.datetime(1970, 1, 1)


class SqliteFile:
    def __init__(self, settings):
        self.path = settings["SQLITE_PATH"]
        self.uri = f"sqlite:{self.path}"

    def _run(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.path, timeout=20)) as db, db:
            return db.execute(statement, values).fetchall()

    def entries(self):
        return self._run("SELECT conversation, first, n, at_ms, state, agent, since_ms, bot, messages FROM entry"
                         " ORDER BY conversation, first")

    def rows(self):
        """{conversation: (n, state, name, preview)}"""
        return {row[0]: row[1:] for row in self._run("SELECT id, n, state, name, preview FROM conversations")}

    def remove(self, conversation, first):
        self._run("DELETE FROM entry WHERE conversation = ? AND first = ?", conversation, first)
        self._run("DELETE FROM client_id WHERE conversation = ? AND first = ?", conversation, first)

    def set_state(self, conversation, first, state):
        self._run("UPDATE entry SET state = ? WHERE conversation = ? AND first = ?", state, conversation, first)

    def garble(self, conversation, first):
        self._run("UPDATE entry SET n = n + 1 WHERE conversation = ? AND first = ?", conversation, first)

    def add(self, conversation, first, id, text="by hand"):
        messages = json.dumps([{"role": "user", "from": "Hand", "text": text, "id": id}])
        self._run("INSERT INTO entry (conversation, first, n, at_ms, state, agent, since_ms, bot, messages)"
                  " VALUES (?, ?, 1, 5, 'bot', '', 0, '', ?)", conversation, first, messages)

    def set_row(self, conversation, n):
        self._run("INSERT INTO conversations VALUES (?, ?, 'bot', '', 0, 5, 'Hand', 'by hand')"
                  " ON CONFLICT DO UPDATE SET n = excluded.n", conversation, n)

    def spoil_row(self, conversation):
        self._run("UPDATE conversations SET state = 'live', agent = 'Nobody' WHERE id = ?", conversation)

    def remove_rows(self, conversation=None):
        self._run("DELETE FROM conversations WHERE ?1 IS NULL OR id = ?1", conversation)


class MongoDatabase:
    def __init__(self, settings):
        database = MongoClient(settings["MONGO_URI"])[settings["MONGO_DATABASE"]]
        options = {"read_concern": ReadConcern("majority"), "write_concern": WriteConcern("majority")}
        self.log = database.get_collection("entries", **options)
        self.view = database.get_collection("conversations", **options)
        self.uri = settings["MONGO_URI"].replace("/?", f"/{settings['MONGO_DATABASE']}?")

    def entries(self):
        return list(self.log.find(sort=[("_id", 1)]))

    def rows(self):
        return {row["_id"]: (row["n"], row["s"], row.get("name", ""), row["p"]) for row in self.view.find()}

    def _where(self, conversation, first):
        return {"_id.c": conversation, "_id.s": first}

    def remove(self, conversation, first):
        assert self.log.delete_one(self._where(conversation, first)).deleted_count == 1

    def set_state(self, conversation, first, state):
        assert self.log.update_one(self._where(conversation, first), {"$set": {"st.s": state}}).matched_count == 1

    def garble(self, conversation, first):
        assert self.log.update_one(self._where(conversation, first), {"$inc": {"n": 1}}).matched_count == 1

    def add(self, conversation, first, id, text="by hand"):
        self.log.insert_one({"_id": {"c": conversation, "s": Int64(first)}, "n": 1, "at": EPOCH,
                             "m": [{"r": "user", "f": "Hand", "t": text, "i": id}], "st": {"s": "bot"}})

    def set_row(self, conversation, n):
        self.view.update_one({"_id": conversation},
                             {"$set": {"n": Int64(n), "s": "bot", "at": EPOCH, "p": "by hand", "name": "Hand"}}, upsert=True)

    def spoil_row(self, conversation):
        assert self.view.update_one({"_id": conversation}, {"$set": {"s": "live", "a": "Nobody"}}).matched_count == 1

    def remove_rows(self, conversation=None):
        self.view.delete_many({"_id": conversation} if conversation else {})


def files_of(settings):
    return SqliteFile(settings) if "SQLITE_PATH" in settings else MongoDatabase(settings)
