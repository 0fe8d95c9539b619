#!/usr/bin/env python3
"""Every scenario of chat-load, for a second, against a real chat-service: smoke.py BUILD_FOLDER.

Replicas stand on a real mongod and redis-server. The peers come from registries; they are no part of this.

What is asserted is the generator's own verdict: nothing lost, doubled, out of order, left out or refused.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from runner import parts
from runner.bench import Bench
from runner.processes import free_port

SHORT = ("--seconds", 1, "--warmup", 0)


class Smoke(unittest.TestCase):
    def setUp(self):
        self.bench = Bench(sys.argv[1])

    def run_clean(self, scenario, *options, has_bot=False):
        with self.bench.service(has_bot=has_bot) as server:
            numbers = self.bench.load(scenario, [server.port], *options, processes={"server": server.pid})
        self.assertEqual(server.child.returncode, 0, server.last_words())
        self.assert_clean(numbers)
        return numbers

    def assert_clean(self, numbers):
        self.assertTrue(numbers["clean"], numbers)
        self.assertEqual(numbers["sent"], numbers["acked"])

    def test_closed_loop(self):
        self.assertGreater(self.run_clean("send", "--users", 20, *SHORT)["acked"], 20)

    def test_closed_loop_with_the_bot(self):
        numbers = self.run_clean("send", "--users", 20, *SHORT, has_bot=True)
        self.assertEqual(numbers["delivered"], numbers["acked"], "one reply for each message")

    def test_pipelined(self):
        self.run_clean("send", "--users", 3, "--window", 50, *SHORT, has_bot=True)

    def test_pipelined_in_joined_lines(self):
        self.run_clean("send", "--users", 3, "--window", 50, "--join", *SHORT)

    def test_open_loop(self):
        numbers = self.run_clean("send", "--users", 10, "--rate", 200, *SHORT)
        self.assertEqual(numbers["sent"], 200, "all that was due")

    def test_idle(self):
        self.assertEqual(self.run_clean("idle", "--users", 200, "--sources", 2)["connections"], 200)

    def test_room(self):
        numbers = self.run_clean("room", "--readers", 10, "--senders", 4, *SHORT)
        self.assertEqual(numbers["delivered"], numbers["acked"] * 13, "to everyone but the sender")

    def test_storm(self):
        self.run_clean("storm", "--users", 100, "--history", 50)

    def test_storm_on_a_server_that_was_started_again(self):
        sizes = ("--run", 7, "--users", 60, "--history", 10)
        with self.bench.service() as server:
            filled = self.bench.load("fill", [server.port], *sizes)
        self.assertEqual(filled["acked"], 600)
        with self.bench.service(keeps_data=True) as server:
            self.assert_clean(self.bench.load("storm", [server.port], "--filled", *sizes))

    def test_a_history_that_is_not_there_is_missed(self):
        with self.bench.service() as server:
            numbers = self.bench.load("storm", [server.port], "--filled", "--run", 8, "--users", 3, "--history", 10)
        self.assertFalse(numbers["clean"])
        self.assertEqual(numbers["lost"], 30)

    def test_two_servers(self):
        with self.bench.service(name="one") as one, self.bench.broadcast() as two:
            numbers = self.bench.load("room", [two.port, one.port], "--readers", 5, "--senders", 2, "--readers-on", 2,
                                      "--senders-on", 2, *SHORT)
        self.assert_clean(numbers)

    def test_room_of_the_broadcaster(self):
        with self.bench.broadcast() as server:
            numbers = self.bench.load("room", [server.port], "--readers", 10, "--senders", 4, *SHORT,
                                      speaks="broadcast", processes={"server": server.pid})
        self.assert_clean(numbers)
        self.assertEqual(numbers["delivered"], numbers["acked"] * 13, "to everyone but the sender")

    def test_replicas(self):
        numbers = parts.with_replicas(self.bench, "send", 2, True, "--users", 20, *SHORT)
        self.assert_clean(numbers)
        self.assertLessEqual({"cpu_server1_us", "cpu_server2_us", "cpu_mongod_us", "cpu_redis_us"}, set(numbers))

    def test_room_across_replicas(self):
        numbers = parts.with_replicas(self.bench, "room", 2, True, "--readers", 10, "--senders", 4, "--senders-on", 1,
                                      "--readers-on", 2, *SHORT)
        self.assert_clean(numbers)
        self.assertEqual(numbers["delivered"], numbers["acked"] * 13, "to everyone but the sender")

    def test_start(self):
        port = free_port()
        settings = self.bench.service_settings(port, True)
        numbers = self.bench.load("start", [port], "--runs", 2, settings=settings,
                                  command=[self.bench.program("chat-service")])
        self.assertGreater(numbers["start_p50_ms"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
