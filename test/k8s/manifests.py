"""k8s/ as kubectl reads it: the four folders, and what kustomize makes of the overlays."""

import base64
import functools
import os
import pathlib
import re
import shutil
import subprocess

import yaml

K8S = pathlib.Path(__file__).resolve().parents[2] / "k8s"
FOLDERS = ("services", "configmaps", "secrets", "deployments")  # in the order of the four applies
OVERLAYS = ("base", "overlays/local", "overlays/production")
KUBECTL = os.environ.get("KUBECTL") or shutil.which("kubectl")


class StrictLoader(yaml.SafeLoader):
    """A key that is there twice is a mistake, as for the API server. Numbers such as 0440 are those of YAML 1.1, as in kubectl."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key is there twice: {keys}"
        return super().construct_mapping(node, deep)


def parse(text):
    return [document for document in yaml.load_all(text, StrictLoader) if document]


def read_folder(name):
    """{file name: objects}, of the files that `kubectl apply -f` takes from it."""
    return {f"{name}/{file.name}": parse(file.read_text()) for file in sorted((K8S / name).iterdir())
            if file.suffix in (".yaml", ".yml", ".json")}


@functools.cache
def render(overlay):
    assert KUBECTL, "there is no kubectl on PATH; set KUBECTL to the path of one"
    return subprocess.run([KUBECTL, "kustomize", K8S / overlay], capture_output=True, text=True, check=True).stdout


def plain():
    """Every object of the four folders."""
    return [item for folder in FOLDERS for items in read_folder(folder).values() for item in items]


WAYS = {"four applies": plain} | {overlay: functools.partial(lambda overlay: parse(render(overlay)), overlay) for overlay in OVERLAYS}


def of_kind(objects, *kinds):
    return [item for item in objects if item["kind"] in kinds]


def named(objects, kind, name):
    found = [item for item in of_kind(objects, kind) if item["metadata"]["name"] == name]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def workloads(objects):
    return of_kind(objects, "Deployment", "StatefulSet", "Job")


def pod(workload):
    return workload["spec"]["template"]


def containers(workload):
    return pod(workload)["spec"]["containers"]


def values(item):
    """What is in a ConfigMap or Secret, as text."""
    if item["kind"] == "ConfigMap":
        return item["data"]
    return {key: base64.b64decode(value, validate=True).decode() for key, value in item["data"].items()}


def environment(objects, container):
    """The variables of a container, as its env and envFrom name them, where all services are at 127.0.0.1."""
    fields = {"metadata.name": f"{container['name']}-0", "status.podIP": "127.0.0.1"}
    made = {entry["name"]: fields[entry["valueFrom"]["fieldRef"]["fieldPath"]] for entry in container.get("env", [])}
    for source in container.get("envFrom", []):
        for reference, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if reference in source:
                made |= values(named(objects, kind, source[reference]["name"]))
    return made


def matches(selector, labels):
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", rule
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


def settings_of(program):
    """{name: default} of a process, as its --help has them."""
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"^  ([A-Z_]+) \(.*default: (.*)\)$", said, re.MULTILINE))
    assert len(found) > 5, said
    return found
