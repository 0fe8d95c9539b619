"""A person at a terminal, who runs kubectl in a copy of the sources and reads what it prints."""

import json
import re
import shutil
import subprocess
import sys
import time

WAIT_S = 300


def say(*words):
    print("steps:", *words, flush=True)


class Terminal:
    def __init__(self, root, folder, arguments):
        self.folder, self.arguments = folder, arguments
        shutil.copytree(root / "k8s", folder / "k8s")

    def kubectl(self, *words, is_quiet=True):
        if not is_quiet:
            say("$ kubectl", *words)
        # What goes into a container comes after all else.
        before, inside = (words[:words.index("--")], words[words.index("--"):]) if "--" in words else (words, ())
        ended = subprocess.run(["kubectl", *before, *self.arguments, *inside], cwd=self.folder, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"steps: kubectl {' '.join(words)}: {ended.stderr}")
        return ended.stdout

    def addresses(self):
        """{service: (cluster ip, external ip)}, from the table that a person sees."""
        rows = [line.split() for line in self.kubectl("get", "services").splitlines()]
        columns = {name: index for index, name in enumerate(rows[0])}
        return {row[0]: (row[columns["CLUSTER-IP"]], row[columns["EXTERNAL-IP"]]) for row in rows[1:]}

    def external(self, service):
        deadline = time.monotonic() + WAIT_S
        while (address := self.addresses()[service][1]) in ("<pending>", "<none>"):
            if time.monotonic() > deadline:
                sys.exit(f"steps: {service} has no EXTERNAL-IP; on minikube, does `minikube tunnel` run?")
            time.sleep(1)
        return address.split(",")[0]

    def pods(self, app):
        """Those that are there to stay."""
        found = [pod["metadata"] for pod in json.loads(self.kubectl("get", "pods", "-l", f"app={app}", "-o", "json"))["items"]]
        return sorted(pod["name"] for pod in found if "deletionTimestamp" not in pod)

    def write(self, file, key, value):
        path = self.folder / "k8s/configmaps" / file
        text, count = re.subn(rf'^  {key}: .*$', f'  {key}: "{value}"', path.read_text(), flags=re.MULTILINE)
        assert count == 1, (file, key)
        path.write_text(text)
        say(f"{key} in {file} is {value}")
