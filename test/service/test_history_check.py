"""A minute of faults at random; SEED in the environment repeats the schedule of a run that failed."""

import os
import time

import history_check


def test_a_minute_of_faults(tmp_path):
    assert history_check.run(tmp_path, seconds=60, seed=int(os.environ.get("SEED", time.time_ns() % 2**32))) == []


def test_a_schedule_can_be_repeated():
    schedule = history_check.make_schedule(60, 7)
    assert schedule == history_check.make_schedule(60, 7) != history_check.make_schedule(60, 8)
    assert {fault.lane for fault in schedule} == history_check.LANES.keys()
