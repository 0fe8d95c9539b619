"""What the tests of the processes share. They start the programs in $FRONTDESK_BIN."""

import asyncio
import contextlib
import inspect
import itertools
import os
import pathlib
import random
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from chat_service import ChatService  # noqa: E402
from mongod import ReplicaSet  # noqa: E402
from redis_server import RedisServer  # noqa: E402

HERE = pathlib.Path(__file__).parent
STORES = ("sqlite", "mongo")
databases = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Tests may be coroutines."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session")
def mongod(tmp_path_factory):
    with ReplicaSet(tmp_path_factory.mktemp("mongod") / "set") as replica_set:
        yield replica_set


@pytest.fixture
def own_mongod(tmp_path):
    """One that a test may hurt."""
    with ReplicaSet(tmp_path / "own-mongod") as replica_set:
        yield replica_set


@pytest.fixture(scope="module")
def three_mongods(tmp_path_factory):
    """A replica set that outlives the loss of a member. A test that hurts it also heals it."""
    with ReplicaSet(tmp_path_factory.mktemp("three") / "set", members=3) as replica_set:
        yield replica_set


@pytest.fixture
def redis(tmp_path):
    """One that a test may hurt."""
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def sqlite(tmp_path):
    return {"SQLITE_PATH": tmp_path / "chat.db"}


@pytest.fixture
def mongo(mongod):
    return {"MONGO_URI": mongod.uri, "MONGO_DATABASE": f"test{next(databases)}"}


@pytest.fixture(params=STORES)
def store(request):
    """The settings that choose each of the stores; a test that names it runs on both."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def new_service(tmp_path):
    """Makes services; all are stopped and held to account when the test ends."""
    made = []

    def make(**settings):
        service = ChatService(tmp_path / f"log-{len(made)}", **{"RATE_LIMIT": 0, "NAME_RATE_LIMIT": 0} | settings)
        made.append(service)
        return service

    yield make
    with contextlib.ExitStack() as checks:  # each of them, whatever another's result
        for service in made:
            checks.callback(service.check)


@pytest.fixture
def service(new_service, store):
    """Started, with a bot that answers everything."""
    return new_service(BOT_BRAIN=HERE / "brain", **store).start()


@pytest.fixture
def one_service(new_service, sqlite):
    """The same where the store does not matter."""
    return new_service(BOT_BRAIN=HERE / "brain", **sqlite).start()


@pytest.fixture
def chance():
    """Random numbers; SEED in the environment repeats a run that failed."""
    seed = int(os.environ.get("SEED", time.time_ns() % 2**32))
    print(f"SEED={seed}")
    return random.Random(seed)
