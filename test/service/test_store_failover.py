"""A MongoDB replica set of three whose primary goes, under traffic: nothing acknowledged is lost, nothing is stored twice, and all goes on
with the next primary."""

import asyncio

import pytest

from chat_client import client, read_log
from chat_service import wait_for
from conftest import HERE, databases
from history import History, violations
from lasting_client import LastingClient, lasting

WRITERS = 4
ROUNDS = 2


@pytest.fixture
def failover(three_mongods, new_service):
    """Makes a service on the three. Its sends wait longer than an election takes."""
    def make(timeout_ms=60_000):
        service = new_service(MONGO_URI=three_mongods.uri, MONGO_DATABASE=f"test{next(databases)}", STORE_TIMEOUT_MS=timeout_ms,
                              BOT_BRAIN=HERE / "brain").start()
        wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
        return service

    yield make
    three_mongods.heal()


async def under_traffic(service, hurt):
    """Four writers of two names, each with messages waiting all the time, while `hurt` happens again and again."""
    history = History()
    clients = [LastingClient(("Ada", "Bob")[k % 2], [service], history, f"writer-{k}", window=1 + 4 * (k // 2)) for k in range(WRITERS)]
    is_over = False

    async def write(client):
        while not is_over:
            await client.write_all(client.window)

    async with lasting(*clients):
        writing = [asyncio.create_task(write(client)) for client in clients]
        for _ in range(ROUNDS):
            done = [len(client.acked) for client in clients]
            for client, before in zip(clients, done):
                await client.until(lambda: len(client.acked) >= before + 20)
            await asyncio.to_thread(hurt)
        is_over = True
        await asyncio.gather(*writing)
        logs = {name.lower(): await read_log(service, name) for name in ("Ada", "Bob")}
        for client in clients:
            await client.until(lambda: client.seen == len(logs[client.conversation]))
    assert not violations(history, logs)
    return clients


async def test_a_primary_that_steps_down(failover, three_mongods):
    clients = await under_traffic(failover(), three_mongods.step_down)
    assert not any(client.unavailable for client in clients)  # the driver waits for the next primary, and nobody notices


async def test_a_primary_that_is_killed(failover, three_mongods):
    killed = []

    def kill():
        for index in killed:
            three_mongods.restart(index)
        killed[:] = [three_mongods.wait_for_primary()]
        three_mongods.kill(killed[0])

    clients = await under_traffic(failover(), kill)
    assert not any(client.unavailable for client in clients)


async def test_a_primary_that_hangs(failover, three_mongods):
    """It is not dead, and comes back as one that believes it is still the primary."""
    def hang():
        index = three_mongods.wait_for_primary()
        three_mongods.pause(index)
        three_mongods.wait_for_primary(other_than=index)
        three_mongods.resume(index)

    await under_traffic(failover(), hang)


async def test_a_read_that_finds_no_primary_at_all(new_service, own_mongod):
    """It gives up in time, leaves nothing behind (the sanitizers look at the end), and the next one is answered."""
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=2000, BOT_BRAIN=HERE / "brain").start()
    wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
    async with client(service, "Ada") as ada:
        await asyncio.to_thread(own_mongod.refuse_next_find)
        await ada.send({"type": "open"})
        await asyncio.to_thread(own_mongod.step_down_meanwhile, seconds=5)
        await ada.expect("error", code="unavailable")
        for status in (503, 200):
            await asyncio.to_thread(wait_for, lambda: service.request("/readyz")[0] == status, f"/readyz says {status}")
        assert (await ada.open())["messages"] == []


async def test_without_a_majority_nothing_is_acknowledged(failover, three_mongods):
    """One member of three is left: it takes no writes. The sends wait for the others, or are sent again."""
    service = failover(timeout_ms=5000)
    client = LastingClient("Ada", [service], window=10)
    async with lasting(client):
        await client.write_all(10)
        last = three_mongods.wait_for_primary()
        for index in {0, 1, 2} - {last}:
            three_mongods.kill(index)
        for _ in range(10):
            client.write()
        await asyncio.to_thread(wait_for, lambda: service.request("/readyz")[0] == 503, "/readyz says 503")
        assert len(client.acked) == 10
        await asyncio.to_thread(three_mongods.heal)
        await client.until(client.is_answered)
        log = await read_log(service, "Ada")
        await client.until(lambda: client.seen == len(log))
    assert not violations(client.history, {"ada": log})
