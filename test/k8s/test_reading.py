"""The manifests as a cluster reads them: what one names, another has; what the processes are told, they know."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import manifests
import pytest
from manifests import K8S, containers, environment, matches, named, of_kind, pod, values, workloads

BIN = pathlib.Path(os.environ["FRONTDESK_BIN"])
PROGRAMS = {"chat-service": "chat-service", "init-store": "chat-service", "chat-client": "chat-client"}
PORTS = {"chat-service": ("PORT", "chat"), "chat-client": ("PORT", "page")}
GRACE_S = 3  # chat-service's own, behind DRAIN_S: GRACE_MS in service.c
MADE_APART = {"overlays/production": {"mongo", "mongo-key", "signing-key", "frontdesk-tls"}, "base": {"mongo", "mongo-key", "signing-key"}}  # Secrets


@pytest.fixture(params=manifests.WAYS)
def way(request):
    return request.param


@pytest.fixture
def objects(way):
    return manifests.WAYS[way]()


def labels(workload):
    return pod(workload)["metadata"]["labels"]


def known_environment(objects, way, container):
    """As environment(), with the Secrets that are made apart as they are for trying it out."""
    present = {item["metadata"]["name"] for item in of_kind(objects, "Secret")}
    apart = [item for item in of_kind(manifests.plain(), "Secret") if item["metadata"]["name"] in MADE_APART.get(way, set()) - present]
    return environment(objects + apart, container)


def test_the_folders_and_names_are_those_of_the_readme():
    assert {"chat-service-external.service.yaml", "chat-client.service.yaml", "mongo-service.service.yaml"} <= {p.name for p in (K8S / "services").iterdir()}
    assert set(values(named(manifests.plain(), "ConfigMap", "chat-client"))) >= {"CHATSERVICE_IP"}
    assert "CHATSERVICE_IP" in (K8S / "configmaps/chat-client.configmap.yaml").read_text()
    assert "MONGO_IP" in (K8S / "configmaps/chat-service.configmap.yaml").read_text()
    types = {item["metadata"]["name"]: item["spec"].get("type", "ClusterIP") for item in of_kind(manifests.plain(), "Service")}
    assert types["chat-service-external"] == types["chat-client"] == "LoadBalancer" and types["mongo-service"] == "NodePort"


def test_the_readme_applies_the_four_folders_in_their_order():
    section = (K8S.parent / "README.md").read_text().split("## On Kubernetes")[1].split("\n## ")[0]
    assert re.findall(r"^    kubectl apply -f k8s/(\S+)$", section, re.MULTILINE) == list(manifests.FOLDERS)
    named_files = set(re.findall(r"`(k8s/[\w./-]+)`", section))
    assert named_files and all((K8S.parent / name).exists() for name in named_files), named_files


def test_the_images_are_built_with_what_start_installs():
    """But for Node, which only the page's needs, and what only images need."""
    setup = (K8S.parent / "cmake/setup.sh").read_text()
    packages = set(re.search(r"build_packages=\((.*?)\)", setup, re.DOTALL)[1].split())
    for process, more in (("chat-service", {"icu-devtools"}), ("chat-client", {"nodejs", "npm"})):
        text = (K8S / f"images/{process}.Containerfile").read_text()
        installed = set(re.search(r"--no-install-recommends(.*?)&&", text, re.DOTALL)[1].replace("\\", "").split())
        assert installed == packages | more | {"ca-certificates", "binutils"}


def test_the_images_are_those_of_this_version_and_run_as_the_user_of_the_pods(objects, way):
    version = re.search(r"project\(frontdesk VERSION (\S+)", (K8S.parent / "CMakeLists.txt").read_text())[1]
    for workload in workloads(objects):
        if program := PROGRAMS.get(workload["metadata"]["name"]):
            container, security = containers(workload)[0], pod(workload)["spec"]["securityContext"]
            assert container["image"].endswith(f"frontdesk/{program}:{version}") and "command" not in container
            text = (K8S / f"images/{program}.Containerfile").read_text()
            assert f"USER {security['runAsUser']}:{security['runAsGroup']}\n" in text


def test_names_are_there_once(objects):
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]
    assert len(names) == len(set(names))


def test_selectors_match_their_own_pods(objects):
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        assert matches(workload["spec"]["selector"], labels(workload))
        for spread in pod(workload)["spec"]["topologySpreadConstraints"]:
            assert matches(spread["labelSelector"], labels(workload))
        budgets = [item for item in of_kind(objects, "PodDisruptionBudget") if matches(item["spec"]["selector"], labels(workload))]
        assert len(budgets) == 1, workload["metadata"]["name"]
        assert budgets[0]["spec"]["maxUnavailable"] == 1  # a node with the only pod can still be drained


def test_services_lead_to_ports_of_pods(objects):
    services = of_kind(objects, "Service")
    assert len(services) == 5
    for service in services:
        chosen = [item for item in workloads(objects) if service["spec"]["selector"].items() <= labels(item).items()]
        assert len(chosen) == 1, service["metadata"]["name"]
        open_ports = {port["name"] for container in containers(chosen[0]) for port in container["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= open_ports


def test_the_stateful_set_has_a_headless_service_that_names_pods_early(objects):
    for workload in of_kind(objects, "StatefulSet"):
        service = named(objects, "Service", workload["spec"]["serviceName"])
        assert service["spec"]["clusterIP"] == "None" and service["spec"]["publishNotReadyAddresses"] is True


def test_ports_are_those_of_the_processes(objects, way):
    for workload in workloads(objects):
        if workload["metadata"]["name"] in PORTS:
            setting, name = PORTS[workload["metadata"]["name"]]
            told = known_environment(objects, way, containers(workload)[0])
            assert [(port["name"], str(port["containerPort"])) for port in containers(workload)[0]["ports"]] == [(name, told[setting])]
    for name, number in (("mongo", "27017"), ("redis", "6379")):
        workload = next(item for item in workloads(objects) if item["metadata"]["name"] == name)
        command = " ".join(containers(workload)[0]["command"])
        assert f"--port {number} " in command and containers(workload)[0]["ports"][0]["containerPort"] == int(number)


def test_addresses_that_are_set_are_those_of_services(objects, way):
    told = known_environment(objects, way, containers(named(objects, "Deployment", "chat-service"))[0])
    services = {item["metadata"]["name"]: [port["port"] for port in item["spec"]["ports"]] for item in of_kind(objects, "Service")}
    assert services[told["MONGO_IP"]] == [int(told["MONGO_PORT"])]
    host, port = re.fullmatch(r"redis://([\w-]+):(\d+)", told["REDIS_URL"]).groups()
    assert services[host] == [int(port)]
    page = environment(objects, containers(named(objects, "Deployment", "chat-client"))[0])
    assert page["CHATSERVICE_IP"] == ""  # what is committed is not wired
    assert services["chat-service-external"] == [int(page["CHATSERVICE_PORT"])]


def test_a_member_is_named_for_each_replica(objects):
    mongo = named(objects, "StatefulSet", "mongo")
    job = next(item for item in workloads(objects) if item["kind"] == "Job")
    init = next(item for item in of_kind(objects, "ConfigMap") if "MONGO_MEMBERS" in item["data"])
    expected = [f"mongo-{i}.{mongo['spec']['serviceName']}:27017" for i in range(mongo["spec"]["replicas"])]
    assert init["data"]["MONGO_MEMBERS"].split(",") == expected
    mounts = {mount["mountPath"] for mount in containers(job)[0]["volumeMounts"]}
    assert os.path.dirname(init["data"]["MONGO_KEY_FILE"]) in mounts


def test_the_replica_set_has_one_name(objects, way):
    told = known_environment(objects, way, containers(named(objects, "Deployment", "chat-service"))[0])
    assert f"--replSet {told['MONGO_REPLICA_SET']} " in " ".join(containers(named(objects, "StatefulSet", "mongo"))[0]["command"])


def test_config_maps_and_secrets_that_are_named_exist(objects, way):
    there = {(item["kind"], item["metadata"]["name"]) for item in of_kind(objects, "ConfigMap", "Secret")}
    there |= {("Secret", name) for name in MADE_APART.get(way, ())}
    for workload in workloads(objects):
        for container in containers(workload):
            for source in container.get("envFrom", []):
                for reference, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                    assert reference not in source or (kind, source[reference]["name"]) in there
        for volume in pod(workload)["spec"].get("volumes", []):
            assert "configMap" not in volume or ("ConfigMap", volume["configMap"]["name"]) in there
            assert "secret" not in volume or ("Secret", volume["secret"]["secretName"]) in there
        provided = {volume["name"] for volume in pod(workload)["spec"].get("volumes", [])}
        provided |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        for container in containers(workload):
            mounts = container.get("volumeMounts", [])
            assert {mount["name"] for mount in mounts} <= provided
            assert not any("subPath" in mount for mount in mounts)  # such a file never changes in a running pod


def test_every_key_is_a_setting_that_the_process_knows(objects, way):
    for workload in workloads(objects):
        if program := PROGRAMS.get(workload["metadata"]["name"]):
            known = manifests.settings_of(BIN / program)
            told = known_environment(objects, way, containers(workload)[0])
            assert told and told.keys() <= known.keys(), workload["metadata"]["name"]


def test_what_is_not_told_has_a_default_or_may_be_left_out(objects, way):
    """Every setting is in a ConfigMap or Secret, or has a default, or is one of these, which need none."""
    optional = {"MONGO_URI", "MONGO_MEMBERS", "MONGO_KEY_FILE", "TLS_CERT", "TLS_KEY", "JWT_PUBLIC_KEY"}
    for workload in of_kind(objects, "Deployment"):
        if program := PROGRAMS.get(workload["metadata"]["name"]):
            told = known_environment(objects, way, containers(workload)[0])
            missing = {name for name, default in manifests.settings_of(BIN / program).items() if default == "none"} - told.keys()
            assert missing <= optional, missing


def test_grace_times_fit(objects, way):
    workload = named(objects, "Deployment", "chat-service")
    told = known_environment(objects, way, containers(workload)[0])
    pause = containers(workload)[0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = pause + int(told["DRAIN_S"]) + int(told["STORE_TIMEOUT_MS"]) / 1000 + GRACE_S
    assert needed + 5 <= pod(workload)["spec"]["terminationGracePeriodSeconds"]


def test_every_workload_is_held_to_the_same_rules(objects):
    for workload in workloads(objects):
        spec = pod(workload)["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True and spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False  # a service called mongo would set MONGO_PORT
        for container in containers(workload):
            assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                    "capabilities": {"drop": ["ALL"]}}
            assert container["resources"]["requests"].keys() == container["resources"]["limits"].keys() == {"cpu", "memory"}
            assert ":" in container["image"] and not container["image"].endswith(":latest")
            if workload["kind"] != "Job":
                assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()


def test_one_number_says_how_many(objects, way):
    """With an autoscaler it is minReplicas, and a second number would fight with it."""
    scaled = {item["spec"]["scaleTargetRef"]["name"]: item["spec"] for item in of_kind(objects, "HorizontalPodAutoscaler")}
    assert scaled.keys() == {"chat-service", "chat-client"}
    for workload in of_kind(objects, "Deployment", "StatefulSet"):
        assert ("replicas" in workload["spec"]) == (workload["metadata"]["name"] not in scaled)
    assert all(spec["minReplicas"] == (3 if way == "overlays/production" else 1) for spec in scaled.values())


def admitted(objects, workload, by):
    """Whether the pods of one workload reach those of another, by the NetworkPolicies."""
    policies = [item["spec"] for item in of_kind(objects, "NetworkPolicy") if matches(item["spec"]["podSelector"], labels(workload))]
    assert policies and all(policy["policyTypes"] == ["Ingress"] for policy in policies)
    return any("from" not in rule or any(matches(peer["podSelector"], labels(by)) for peer in rule["from"])
               for policy in policies for rule in policy["ingress"])


def test_only_the_service_reaches_the_database_and_redis(objects):
    by_name = {item["metadata"]["name"]: item for item in workloads(objects)}
    reach = {name: {other for other in by_name if admitted(objects, by_name[name], by_name[other])} for name in ("mongo", "redis")}
    assert reach == {"mongo": {"chat-service", "init-store", "mongo"}, "redis": {"chat-service"}}


def test_the_brain_is_the_shipped_one():
    shipped = {file.name: re.sub(r"[ \t]+$", "", file.read_text(), flags=re.MULTILINE) for file in (K8S.parent / "bot/brain").glob("*.rive")}
    held = values(named(manifests.plain(), "ConfigMap", "brain"))
    assert {name: text.strip("\n") for name, text in held.items()} == {name: text.strip("\n") for name, text in shipped.items()}, "run k8s/brain"
    assert sum(map(len, held.values())) < 1024 * 1024  # what a ConfigMap may hold


def test_deployments_are_stamped_with_their_config_maps():
    for name in ("chat-service", "chat-client"):
        sum = hashlib.sha256((K8S / f"configmaps/{name}.configmap.yaml").read_bytes()).hexdigest()[:16]
        assert pod(named(manifests.plain(), "Deployment", name))["metadata"]["annotations"]["checksum/configmap"] == sum, "run k8s/wire --stamp"


def test_a_changed_config_map_is_another_name_but_the_brains_is_not(tmp_path):
    names = {}
    for change in ("", "x"):
        copied = tmp_path / f"k8s{change}"
        shutil.copytree(K8S, copied)
        for file, key in (("chat-service", "DRAIN_S"), ("chat-client", "CHATSERVICE_IP"), ("brain", "begin.rive")):
            path = copied / f"configmaps/{file}.configmap.yaml"
            path.write_text(path.read_text().replace(f"  {key}: ", f"  {key}{change}: "))
        rendered = manifests.parse(subprocess.run([manifests.KUBECTL, "kustomize", copied / "overlays/local"], capture_output=True, text=True, check=True).stdout)
        names[change] = {item["metadata"]["name"] for item in of_kind(rendered, "ConfigMap")}
        for workload in ("chat-service", "chat-client"):
            reference = containers(named(rendered, "Deployment", workload))[0]["envFrom"][0]["configMapRef"]["name"]
            assert reference in names[change] and re.fullmatch(rf"{workload}-\w{{10}}", reference)
    common = {name for name in names[""] & names["x"] if not name.startswith("init-store-")}
    assert common == {"brain"}


def test_the_local_overlay_is_what_the_four_applies_apply():
    def names(objects):
        return {(item["kind"], re.sub(r"-[a-z0-9]{10}$", "", item["metadata"]["name"]) if item["kind"] == "ConfigMap" else item["metadata"]["name"])
                for item in objects}

    plain, local = manifests.plain(), manifests.parse(manifests.render("overlays/local"))
    assert names(plain) == names(local)
    for kind, name in (("StatefulSet", "mongo"), ("Deployment", "chat-service"), ("Deployment", "chat-client"), ("Deployment", "redis")):
        first, second = ({key: value for key, value in named(objects, kind, name)["spec"].items() if key not in ("template", "replicas")}
                         for objects in (plain, local))
        assert first == second  # of a StatefulSet nothing else can be changed later


def test_production_keeps_no_committed_secret():
    objects = manifests.parse(manifests.render("overlays/production"))
    assert not of_kind(objects, "Secret")
    committed = {value for item in of_kind(manifests.plain(), "Secret") for value in item["data"].values()}
    assert not any(value in manifests.render("overlays/production") for value in committed)


def test_the_signing_key_is_one_that_the_process_takes(tmp_path):
    """Once somebody says AUTH_MODE=jwt: the service starts with it."""
    key = values(named(manifests.plain(), "Secret", "signing-key"))
    told = key | {"AUTH_MODE": "jwt", "SQLITE_PATH": str(tmp_path / "chat.db"), "PATH": os.environ["PATH"]}
    said = subprocess.run([BIN / "chat-service", "--doctor"], env=told, capture_output=True, text=True)
    assert re.search(r"^ok +Names +AUTH_MODE is jwt: signed with JWT_SECRET", said.stdout, re.MULTILINE), said.stdout + said.stderr


def test_production_has_one_address_with_tls_in_front():
    objects = manifests.parse(manifests.render("overlays/production"))
    ingress = named(objects, "Ingress", "frontdesk")
    host, = ingress["spec"]["tls"][0]["hosts"]
    page = environment(objects, containers(named(objects, "Deployment", "chat-client"))[0])
    service = values(next(item for item in of_kind(objects, "ConfigMap") if item["metadata"]["name"].startswith("chat-service-")))
    assert page["CHATSERVICE_URL"] == f"wss://{host}/chat" and service["ALLOWED_ORIGINS"] == f"https://{host}"
    rule, = ingress["spec"]["rules"]
    assert rule["host"] == host
    for path in rule["http"]["paths"]:
        target = named(objects, "Service", path["backend"]["service"]["name"])
        assert path["backend"]["service"]["port"]["name"] in {port["name"] for port in target["spec"]["ports"]}
        assert target["spec"]["type"] == "ClusterIP"
    annotations = ingress["metadata"]["annotations"]
    assert int(annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]) > 75  # the service's own limit to silence
    assert named(objects, "StatefulSet", "mongo")["spec"]["replicas"] == 3
