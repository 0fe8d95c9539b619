"""--init-store: mongods that were never used become a replica set with the service's user and indexes."""

import re
import subprocess

import pytest
from chat_client import client
from chat_service import DEADLINE_S, PROGRAM, environment, wait_for
from mongod import ReplicaSet, find_mongod, free_port
from pymongo import MongoClient
from pymongo.errors import OperationFailure

KEY = "this is the key of a test\nand/so+is this=\n"
WAIT_S = 120


def settings(mongods, members=None, **more):
    ports = [member["port"] for member in mongods.members]
    return {"MONGO_IP": "127.0.0.1", "MONGO_PORT": ports[0], "MONGO_REPLICA_SET": "rs0", "MONGO_USERNAME": "desk",
            "MONGO_PASSWORD": "p@ss/word:1%", "MONGO_KEY_FILE": mongods.key_file,
            "MONGO_MEMBERS": ",".join(f"127.0.0.1:{port}" for port in ports[:members])} | more


def start_init(**settings):
    return subprocess.Popen([PROGRAM, "--init-store"], env=environment(**settings), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def init(**settings):
    """What it logged, when all went well."""
    process = start_init(**settings)
    try:
        out, said = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, ""), said
    assert settings["MONGO_PASSWORD"] not in said and "and/so" not in said
    return said


def refusal(**settings):
    ended = subprocess.run([PROGRAM, "--init-store"], env=environment(**settings), capture_output=True, text=True, timeout=DEADLINE_S)
    assert ended.returncode > 0 and ended.stdout == "" and ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def set_client(mongods, **more):
    """As the members know each other."""
    return MongoClient(mongods.uri, username="__system", password="".join(KEY.split()), authSource="local", authMechanism="SCRAM-SHA-256", **more)


@pytest.fixture
def locked(tmp_path):
    with ReplicaSet(tmp_path / "locked", key=KEY) as mongods:
        yield mongods


@pytest.fixture
def three_locked(tmp_path):
    with ReplicaSet(tmp_path / "three", members=3, key=KEY) as mongods:
        yield mongods


async def test_an_empty_database_takes_chats_afterwards(locked, new_service):
    init(**settings(locked))
    service = new_service(**{name: value for name, value in settings(locked).items() if name not in ("MONGO_MEMBERS", "MONGO_KEY_FILE")}).start()
    async with client(service, "Ada") as tab:
        await tab.open()
        assert (await tab.say("1", "Hello"))["type"] == "ack"
    with set_client(locked) as admin:
        assert {"client_ids"} <= admin.chat.entries.index_information().keys()
        assert {"waiting"} <= admin.chat.conversations.index_information().keys()


def test_the_user_may_write_its_own_database_alone(locked):
    init(**settings(locked))
    with MongoClient(locked.uri, username="desk", password="p@ss/word:1%") as desk:
        desk.chat.probe.insert_one({})
        with pytest.raises(OperationFailure, match="not authorized"):
            desk.other.probe.insert_one({})
        with pytest.raises(OperationFailure, match="not authorized"):
            desk.admin.command("usersInfo", 1)


async def test_it_may_run_again_and_loses_nothing(locked, new_service):
    asked = settings(locked)
    init(**asked)
    service = new_service(**{name: value for name, value in asked.items() if name not in ("MONGO_MEMBERS", "MONGO_KEY_FILE")}).start()
    async with client(service, "Ada") as tab:
        await tab.open()
        assert (await tab.say("1", "Hello"))["type"] == "ack"
    with set_client(locked) as admin:
        before = admin.admin.command("replSetGetConfig")["config"]
    init(**asked)
    with set_client(locked) as admin:
        assert admin.admin.command("replSetGetConfig")["config"] == before
        assert admin.chat.entries.count_documents({}) == 1


def test_a_changed_password_is_taken_over(locked):
    init(**settings(locked))
    init(**settings(locked, MONGO_PASSWORD="another"))
    with MongoClient(locked.uri, username="desk", password="another") as desk:
        desk.chat.probe.insert_one({})
    with MongoClient(locked.uri, username="desk", password="p@ss/word:1%") as desk, pytest.raises(OperationFailure, match="Authentication failed"):
        desk.chat.probe.insert_one({})


def test_it_waits_for_a_database_that_is_not_there_yet(tmp_path):
    with ReplicaSet(tmp_path / "late", key=KEY) as mongods:
        mongods.kill()
        process = start_init(**settings(mongods))
        try:
            assert "not yet" in process.stderr.readline()
            mongods._launch(find_mongod(), 0)
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()
            process.communicate()


def test_three_members_and_the_loss_of_the_first(three_locked):
    init(**settings(three_locked))
    with set_client(three_locked) as admin:
        assert len(admin.admin.command("replSetGetConfig")["config"]["members"]) == 3
        wait_for(lambda: sorted(m["stateStr"] for m in admin.admin.command("replSetGetStatus")["members"]) == ["PRIMARY", "SECONDARY", "SECONDARY"],
                 "all have joined", WAIT_S)
        three_locked.kill(0)
    # Whatever it was, the two others elect; the settings still name it first, and MONGO_IP is one that lives.
    init(**settings(three_locked, MONGO_PORT=three_locked.members[1]["port"]))


def test_members_that_are_named_later_join(three_locked):
    init(**settings(three_locked, members=1))
    with set_client(three_locked) as admin:
        assert len(admin.admin.command("replSetGetConfig")["config"]["members"]) == 1
    init(**settings(three_locked))
    with set_client(three_locked) as admin:
        wait_for(lambda: sorted(m["stateStr"] for m in admin.admin.command("replSetGetStatus")["members"]) == ["PRIMARY", "SECONDARY", "SECONDARY"],
                 "all have joined", WAIT_S)


def test_a_member_that_lost_its_disk_starts_no_second_set(three_locked, tmp_path):
    """Its neighbours are down, so it cannot know of the set; nor can we."""
    init(**settings(three_locked))
    three_locked.kill()
    three_locked.members[0]["port"] = free_port()  # an empty one at another address, named first
    (three_locked.folder / "data-0").rename(tmp_path / "lost")
    three_locked._launch(find_mongod(), 0)
    process = start_init(**settings(three_locked))
    try:
        assert "not yet" in process.stderr.readline()  # after one whole attempt
    finally:
        process.kill()
        process.communicate()
    with MongoClient("127.0.0.1", three_locked.members[0]["port"], directConnection=True, username="__system", password="".join(KEY.split()),
                     authSource="local", authMechanism="SCRAM-SHA-256") as alone, pytest.raises(OperationFailure, match="no replset config"):
        alone.admin.command("replSetGetConfig")


def test_a_wrong_key_is_told(locked, tmp_path):
    (tmp_path / "other").write_text("another key")
    process = start_init(**settings(locked, MONGO_KEY_FILE=tmp_path / "other"))
    try:
        assert re.search("not yet.*Authentication failed", process.stderr.readline())
    finally:
        process.kill()
        process.communicate()


def test_wrong_settings_end_it_at_once(tmp_path):
    complete = {"MONGO_IP": "127.0.0.1", "MONGO_REPLICA_SET": "rs0", "MONGO_MEMBERS": "127.0.0.1:1"}
    (tmp_path / "short").write_text("a b c")
    (tmp_path / "long").write_text("x" * 1025)
    (tmp_path / "other").write_text("no-base64")
    for changes, named in [({"MONGO_IP": None}, "MONGO_IP"), ({"MONGO_REPLICA_SET": None}, "MONGO_REPLICA_SET"),
                           ({"MONGO_MEMBERS": "a:b"}, "MONGO_MEMBERS"), ({"MONGO_MEMBERS": ","}, "MONGO_MEMBERS"),
                           ({"MONGO_KEY_FILE": tmp_path / "none"}, "MONGO_KEY_FILE"), ({"MONGO_KEY_FILE": tmp_path / "short"}, "MONGO_KEY_FILE"),
                           ({"MONGO_KEY_FILE": tmp_path / "long"}, "MONGO_KEY_FILE"), ({"MONGO_KEY_FILE": tmp_path / "other"}, "MONGO_KEY_FILE")]:
        assert named in refusal(**complete | changes)
