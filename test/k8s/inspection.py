"""What a cluster makes of the manifests, seen from inside: how the processes run, and who reaches whom."""

import re
import sys
import time

from terminal import WAIT_S, say

WORKLOADS = ("mongo", "redis", "chat-service", "chat-client")
# Of the process as the kernel has it, and its root.
LOOK = "cat /proc/1/status; grep ' / / ' /proc/1/mountinfo; echo looked"
MEANT = {"NoNewPrivs": "1", "CapEff": "0" * 16, "CapBnd": "0" * 16, "Seccomp": "2"}
ROUTES = (  # label, host, port, whether it is let through
    ("init-store", "mongo-service", 27017, True),
    ("stranger", "chat-service-external", 8080, True),
    ("stranger", "mongo-service", 27017, False),
    ("stranger", "mongo-0.mongo", 27017, False),
    ("stranger", "redis-service", 6379, False),
    ("init-store", "redis-service", 6379, False),
)


def until_logged(terminal, mark, *words):
    """The log of a container, once it has this line."""
    deadline = time.monotonic() + WAIT_S
    while mark not in (log := terminal.kubectl("logs", *words, "--ignore-errors")).splitlines():
        if time.monotonic() > deadline:
            sys.exit(f"steps: {words} never said {mark!r}: {log}")
        time.sleep(0.5)
    return log


def image(terminal):
    """One with a shell: that of Redis is there."""
    return terminal.kubectl("get", "deployment/redis", "-o", "jsonpath={.spec.template.spec.containers[0].image}")


def look_at_processes(terminal):
    """The images of our own have no shell to look from, so one comes in beside them."""
    shell = image(terminal)
    for app in WORKLOADS:
        pod, beside = terminal.pods(app)[0], f"look-{time.time_ns()}"
        terminal.kubectl("debug", pod, f"--image={shell}", f"--target={app}", "-c", beside, "--profile=restricted", "--", "sh", "-c", LOOK)
        seen = until_logged(terminal, "looked", pod, "-c", beside)
        status = dict(re.findall(r"^(\w+):\s+(.*)$", seen, re.MULTILINE))
        wrong = {key: status.get(key) for key, value in MEANT.items() if status.get(key) != value}
        users = set(status["Uid"].split() + status["Gid"].split())
        root = re.search(r"^\S+ \S+ \S+ / / (\w+)", seen, re.MULTILINE)[1]
        if wrong or "0" in users or root != "ro":
            sys.exit(f"steps: {pod} does not run as declared: {wrong}, users and groups {users}, root {root}")
        say(f"{app} runs as {users.pop()}, without capabilities, on a root that is {root}")


def try_route(terminal, shell, label, host, port):
    """Whether a pod with this label can connect. Rules for a new pod may take a moment, so an open one is tried for some time."""
    pod = f"route-{time.time_ns()}"
    script = f"for i in 1 2 3 4; do timeout 3 bash -c '</dev/tcp/{host}/{port}' 2>/dev/null && echo open && break; sleep 1; done"
    terminal.kubectl("run", pod, f"--image={shell}", "--restart=Never", f"--labels=app={label}", "--command", "--", "bash", "-c", script)
    terminal.kubectl("wait", f"pod/{pod}", "--for=jsonpath={.status.phase}=Succeeded", f"--timeout={WAIT_S}s")
    log = terminal.kubectl("logs", pod)
    terminal.kubectl("delete", "pod", pod, "--wait=false")
    return "open" in log.split()


def try_routes(terminal):
    shell = image(terminal)
    for label, host, port, is_meant in ROUTES:
        is_open = try_route(terminal, shell, label, host, port)
        if is_open and not is_meant:
            sys.exit(f"steps: a pod {label} reaches {host}:{port}: does this cluster's network enforce NetworkPolicies? (--no-policies)")
        if is_meant and not is_open:
            sys.exit(f"steps: a pod {label} does not reach {host}:{port}")
        say(f"a pod {label} {'reaches' if is_open else 'does not reach'} {host}:{port}")
