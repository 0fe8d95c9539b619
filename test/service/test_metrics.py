"""The numbers at /metrics: each is what it says."""

import asyncio
import os
import re

from chat_client import client
from chat_service import wait_for
from conftest import HERE
from exposition import scrape, single
from test_store_away import locked


def one(service):
    return {name.removeprefix("frontdesk_"): value for name, value in single(scrape(service)).items()}


async def chat(service, name, n):
    async with client(service, name) as tab:
        await tab.open()
        for i in range(n):
            await tab.say(f"{i}", "hi")


async def test_accepted_is_acknowledged_refused_or_waiting(service):
    """At any time: looked at again and again while people write, and repeat themselves, and are refused."""
    async with client(service, "Eve") as escalated:
        await escalated.send({"type": "escalate", "id": "e"})
        await escalated.answer("e")
        chats = [asyncio.create_task(chat(service, f"Ada {i}", 60)) for i in range(8)]
        looks = 0
        while not all(task.done() for task in chats):
            await escalated.say(f"{looks}", "refused")
            now = await asyncio.to_thread(one, service)
            assert now["turns_accepted_total"] == now["turns_acknowledged_total"] + now["turns_refused_total"] + now["turns_waiting"]
            assert now["turns_accepted_total"] == now["turn_seconds_count"] + now["turns_refused_total"] + now["turns_waiting"]
            assert now["entries_stored_total"] + now["append_conflicts_total"] + now["append_failures_total"] <= now["store_append_seconds_count"]
            looks += 1
        await asyncio.gather(*chats)
        assert looks > 2
        now = one(service)
        assert (now["turns_waiting"], now["turns_refused_total"], now["turns_acknowledged_total"]) == (0, looks, 8 * 60 + 1)
        assert now["store_batch_entries_sum"] == now["store_append_seconds_count"] == now["entries_stored_total"] == 8 * 60 + 1
        assert now["bot_turn_seconds_count"] == 8 * 60


async def test_deliveries_are_counted_by_those_who_get_them(service):
    """The bot's answer goes to three, the visitor's words to the two who did not write them; who is not there is not counted."""
    async with client(service, "Ada") as writer, client(service, "Ada") as second, client(service, "Ada") as third, client(service, "Ada"):
        for tab in (writer, second, third):
            await tab.open()
        for i in range(10):
            await writer.say(f"{i}", "hi")
        for tab in (writer, second, third):
            await tab.until("message", seq=20)
        assert one(service)["messages_delivered_total"] == 10 * (3 + 2)
        await third.open()
        assert one(service)["messages_delivered_total"] == 10 * (3 + 2)  # history is not


async def test_what_waits_for_the_store_is_shown(new_service, sqlite):
    service = new_service(**sqlite, STORE_TIMEOUT_MS=60_000).start()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        with locked(sqlite["SQLITE_PATH"]):
            await tab.send({"type": "send", "id": "waits", "text": "x" * 1000})
            now = await asyncio.to_thread(wait_for, lambda: (now := one(service))["store_oldest_append_seconds"] >= 0.1 and now, "it gets old")
            assert (now["store_queue_entries"], now["turns_waiting"]) == (1, 1)
            assert 1000 < now["store_queue_bytes"] < 10_000
        assert (await tab.answer("waits"))["type"] == "ack"
        now = one(service)
        assert (now["store_queue_entries"], now["store_queue_bytes"], now["store_oldest_append_seconds"], now["turns_waiting"]) == (0, 0, 0, 0)
        assert now["turn_seconds_sum"] >= 0.1 and now["store_append_seconds_sum"] >= 0.1


async def test_what_the_system_says_of_the_process(one_service):
    pid = one_service.process.pid
    before = one(one_service)
    async with client(one_service, "Ada"), client(one_service, "Bob"):
        now = one(one_service)
        assert now["process_open_fds"] == before["process_open_fds"] + 2 <= now["process_max_fds"]
    assert abs(now["process_resident_memory_bytes"] / 1024 - one_service.resident_kib()) < 20_000
    status = (HERE / f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert abs(now["process_cpu_seconds_total"] - (int(status[11]) + int(status[12])) / os.sysconf("SC_CLK_TCK")) < 2
    assert abs(now["process_start_time_seconds"] - os.stat(f"/proc/{pid}").st_ctime) < 30


def test_the_loop_is_watched(one_service):
    wait_for(lambda: one(one_service)["loop_lag_seconds_count"] >= 3, "it was looked at")
    one_service.tell(19)  # SIGSTOP: the loop cannot keep its next appointment
    try:
        status = lambda: re.search(r"^State:\s+(\w)", (HERE / f"/proc/{one_service.process.pid}/status").read_text(), re.MULTILINE)[1]
        wait_for(lambda: status() == "T", "it stands still")
        wait_for(iter([False] * 60 + [True]).__next__, "some 0.6 s")
    finally:
        one_service.tell(18)
    wait_for(lambda: one(one_service)["loop_lag_seconds_sum"] >= 0.3, "the appointment that was missed is counted")
