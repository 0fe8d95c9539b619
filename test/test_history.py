"""The checker itself: each kind of broken promise is found, and a good history is found good."""

import copy

import pytest

from history import Acked, History, Refused, Sent, Shown, violations

VIEWERS = [("ada", "c"), ("eve", "c")]


def entry(seq, id, text=None):
    return {"seq": seq, "role": "user", "id": id, "text": text or f"words of {id}"}


def shown(time, client, connection, m):
    return Shown(time, client, connection, "c", m["seq"], m.get("id"), m["role"], m["text"])


@pytest.fixture
def good():
    """Ada writes a, b and c, the second with the third, loses her connection and sends c again; Eve reads, and comes back once."""
    log = [entry(1, "a"), {"seq": 2, "role": "bot", "text": "yes?"}, entry(3, "b"), entry(4, "c")]
    h = History()
    h.sent = [Sent(1, "ada", 1, "c", "a", "words of a"), Sent(3, "ada", 1, "c", "b", "words of b"), Sent(3, "ada", 1, "c", "c", "words of c"),
              Sent(6, "ada", 2, "c", "c", "words of c")]
    h.acked = [Acked(2, "ada", 1, "c", "a", 1), Acked(4, "ada", 1, "c", "b", 3), Acked(7, "ada", 2, "c", "c", 4),
               Acked(7, "ada", 2, "c", "c", 4)]
    h.shown = [shown(2, "ada", 1, log[1]), shown(6, "ada", 2, log[3])]
    h.shown += [shown(4, "eve", 1, m) for m in log[:3]] + [shown(7, "eve", 2, m) for m in log[2:]]
    return h, {"c": log}


def test_a_good_history(good):
    assert violations(*good, VIEWERS) == []


def lose(h, log):
    """All that knew of c before it was acknowledged, too."""
    del log[3]
    h.shown = [e for e in h.shown if e.seq != 4]


def store_twice(h, log):
    log.append(entry(5, "a"))
    h.shown += [shown(8, client, 3, log[4]) for client in ("ada", "eve")]


def leave_a_gap(h, log):
    log[3] = log[3] | {"seq": 5}


def renumber(h, log):
    """b and c, whose acknowledgements said otherwise."""
    log[2], log[3] = entry(3, "c"), entry(4, "b")


def swap_text(h, log):
    log[0] = entry(1, "a", "other words")


def invent(h, log):
    log.append(entry(5, "x"))


def answer_twice(h, log):
    h.acked.append(Acked(9, "ada", 2, "c", "a", 3))


def overtake(h, log):
    """d was sent when c was acknowledged, and stored before it."""
    log[3:] = [entry(4, "d"), entry(5, "c")]
    h.sent.append(Sent(8, "bob", 1, "c", "d", "words of d"))
    h.acked[2:] = [Acked(7, "ada", 2, "c", "c", 5), Acked(9, "bob", 1, "c", "d", 4)]


def disorder(h, log):
    """Sent one behind the other, unanswered both, and never again."""
    h.sent += [Sent(8, "bob", 1, "c", id, f"words of {id}") for id in ("d", "e")]
    log += [entry(5, "e"), entry(6, "d")]


def refuse_what_is_stored(h, log):
    h.refused.append(Refused(8, "ada", 2, "c", "b", "live_chat_unavailable"))


def go_on(h, log):
    """In a chat that nobody can take."""
    log[1] = {"seq": 2, "role": "system", "text": "a person is called"}


def show_too_little(h, log):
    h.shown = [e for e in h.shown if (e.client, e.seq) != ("eve", 4)]


def show_nothing(h, log):
    h.shown = [e for e in h.shown if e.client != "eve"]


def show_a_wrong_number(h, log):
    h.shown[-1] = h.shown[-1]._replace(seq=5)


def show_other_words(h, log):
    h.shown[-1] = h.shown[-1]._replace(text="other words")


def show_out_of_order(h, log):
    h.shown[2:5] = [h.shown[3], h.shown[2], h.shown[4]]


def show_twice(h, log):
    h.shown.insert(4, h.shown[3])


def show_past_a_gap(h, log):
    """It is filled later, by coming back."""
    h.shown[3:5] = [h.shown[4]]
    h.shown.append(shown(8, "eve", 3, log[1]))


@pytest.mark.parametrize("harm, expected", (
    (lose, "c was acknowledged as 4, and is lost"),
    (store_twice, "a is stored twice, as 1 and 5"),
    (leave_a_gap, "a gap in the numbers: 5 where 4 comes next"),
    (renumber, "b was acknowledged as 3, and is 4"),
    (swap_text, "a is stored with another text"),
    (invent, "x is stored as 5, and nobody sent it"),
    (answer_twice, "a was acknowledged as 3, and is 1"),
    (overtake, "c was acknowledged before d was sent, and comes after it"),
    (disorder, "bob sent d before e, and it comes after it"),
    (refuse_what_is_stored, "b was refused as live_chat_unavailable, and is stored as 3"),
    (go_on, "it was escalated by 2, and goes on to 4"),
    (show_too_little, "eve was never shown 1 messages, the first is 4 of 4"),
    (show_nothing, "eve was never shown 4 messages, the first is 1 of 4"),
    (show_a_wrong_number, "eve was shown c as 5, and the log has None"),
    (show_other_words, "eve was shown c as 4, and the log has ('c', 'user', 'words of c')"),
    (show_out_of_order, "eve was shown 1 after 2"),
    (show_twice, "eve was shown 2 after 2"),
    (show_past_a_gap, "eve was shown 3 before 2"),
))
def test_a_broken_promise(good, harm, expected):
    h, logs = copy.deepcopy(good)
    harm(h, logs["c"])
    assert f"c: {expected}" in violations(h, logs, VIEWERS)


def test_a_log_that_is_not_there(good):
    assert violations(good[0], {}, VIEWERS) == ["c: its log is not there"]
