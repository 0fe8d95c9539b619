"""What clients did and saw, and what must be true of it: the checker's own part, without a process or a socket.

    history = History()
    history.sent.append(Sent(...)) ...        # as it happens, in the order in which it happens
    violations(history, logs)                 # logs: {conversation: messages as the service reads them}; [] is good

Times are of one clock. A client is one person's page: it lives through many connections, reads from the first message on, and
numbers its connections.
"""

import collections
from typing import NamedTuple


class Sent(NamedTuple):
    """An id may be sent many times; the first text counts."""
    time: float
    client: str
    connection: int
    conversation: str
    id: str
    text: str


class Acked(NamedTuple):
    time: float
    client: str
    connection: int
    conversation: str
    id: str
    seq: int


class Refused(NamedTuple):
    """For good: not to be sent again."""
    time: float
    client: str
    connection: int
    conversation: str
    id: str
    code: str


class Shown(NamedTuple):
    time: float
    client: str
    connection: int
    conversation: str
    seq: int
    id: str | None
    role: str
    text: str


class History:
    def __init__(self):
        self.sent, self.acked, self.refused, self.shown = [], [], [], []


def violations(history, logs, viewers=()):
    """One line for each promise that was broken. `viewers`: (client, conversation) that must have seen everything in the end, even
    if that was nothing; whoever was shown a message is one."""
    found = []
    conversations = {e.conversation for e in history.sent + history.acked + history.shown} | {c for _, c in viewers}
    for conversation in sorted(conversations):
        if conversation not in logs:
            found.append(f"{conversation}: its log is not there")
            continue
        log = logs[conversation]
        sent, acked, refused, shown = ([e for e in events if e.conversation == conversation]
                                       for events in (history.sent, history.acked, history.refused, history.shown))
        watching = {client for client, watched in viewers if watched == conversation} | {e.client for e in shown}
        problems = _in_log(log, sent, acked) + _in_order(log, sent, acked) + _after_refusals(log, refused)
        problems += _in_views(log, acked, shown, watching)
        found += [f"{conversation}: {problem}" for problem in problems]
    return found


def _first_sent(sent):
    first = {}
    for e in sent:
        first.setdefault(e.id, e)
    return first


def _in_log(log, sent, acked):
    """Numbers without a gap; every id once, as it was sent; every acknowledged message, at its number."""
    found, first, seqs = [], _first_sent(sent), {}
    for expected, m in enumerate(log, 1):
        if m["seq"] != expected:
            found.append(f"a gap in the numbers: {m['seq']} where {expected} comes next")
            break
    for m in log:
        id = m.get("id")
        if id is None:
            continue
        if id in seqs:
            found.append(f"{id} is stored twice, as {seqs[id]} and {m['seq']}")
        seqs.setdefault(id, m["seq"])
        if id not in first:
            found.append(f"{id} is stored as {m['seq']}, and nobody sent it")
        elif m["text"] != first[id].text:
            found.append(f"{id} is stored with another text")
    for e in acked:
        if e.id not in seqs:
            found.append(f"{e.id} was acknowledged as {e.seq}, and is lost")
        elif seqs[e.id] != e.seq:
            found.append(f"{e.id} was acknowledged as {e.seq}, and is {seqs[e.id]}")
    return found


def _in_order(log, sent, acked):
    """What was acknowledged before another was first sent comes before it, whoever wrote them. What one client sent on and on over a
    connection, and never had to send again, is in that order, whether it waited for answers or not."""
    found, first = [], _first_sent(sent)
    answered = {}
    for e in acked:
        answered.setdefault(e.id, e)
    earliest = None  # to be acknowledged, of the messages behind
    for m in reversed(log):
        id = m.get("id")
        if earliest and id in first and earliest.time < first[id].time:
            found.append(f"{earliest.id} was acknowledged before {id} was sent, and comes after it")
        if id in answered and (earliest is None or answered[id].time < earliest.time):
            earliest = answered[id]
    times = collections.Counter(e.id for e in sent)
    seqs = {m["id"]: m["seq"] for m in log if "id" in m}
    newest = {}  # of each connection
    for e in sent:
        if times[e.id] > 1 or e.id not in seqs:
            continue
        before = newest.get((e.client, e.connection))
        if before and seqs[before] > seqs[e.id]:
            found.append(f"{e.client} sent {before} before {e.id}, and it comes after it")
        newest[e.client, e.connection] = e.id
    return found


def _after_refusals(log, refused):
    """Where nobody can take an escalated chat nothing comes behind the escalation; and what was refused for good is not stored."""
    found = []
    seqs = {m["id"]: m["seq"] for m in log if "id" in m}
    for e in refused:
        if e.id in seqs:
            found.append(f"{e.id} was refused as {e.code}, and is stored as {seqs[e.id]}")
    escalated = next((m["seq"] for m in log if m["role"] == "system"), None)
    if escalated and log[-1]["seq"] > escalated:
        found.append(f"it was escalated by {escalated}, and goes on to {log[-1]['seq']}")
    return found


def _in_views(log, acked, shown, watching):
    """What a client was shown, and acknowledged, is the log; on each connection it came in order, each message once."""
    found = []
    by_seq = {m["seq"]: (m.get("id"), m["role"], m["text"]) for m in log}
    known = collections.defaultdict(set)  # by client
    reached = collections.Counter()  # how far without a gap
    last = {}  # shown on a connection

    events = sorted([(e.time, 0, i, e) for i, e in enumerate(acked)] + [(e.time, 1, i, e) for i, e in enumerate(shown)])
    for *_, e in events:
        if isinstance(e, Shown):
            if by_seq.get(e.seq) != (e.id, e.role, e.text):
                found.append(f"{e.client} was shown {e.id} as {e.seq}, and the log has {by_seq.get(e.seq)}")
            if e.seq <= last.get((e.client, e.connection), 0):
                found.append(f"{e.client} was shown {e.seq} after {last[e.client, e.connection]}")
            if e.seq > reached[e.client] + 1:
                found.append(f"{e.client} was shown {e.seq} before {reached[e.client] + 1}")
            last[e.client, e.connection] = e.seq
        known[e.client].add(e.seq)
        while reached[e.client] + 1 in known[e.client]:
            reached[e.client] += 1
    for client in sorted(watching):
        missing = by_seq.keys() - known[client]
        if missing:
            found.append(f"{client} was never shown {len(missing)} messages, the first is {min(missing)} of {len(log)}")
    return found
