"""Runs the containers of the manifests on this machine: their environment, user, volumes, read-only root and names of
services, in a network of their own. All share it, so every service is at 127.0.0.1.

Needs root, or a system where users may make namespaces.
"""

import contextlib
import ctypes
import http.client
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import time

import manifests

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/usr")  # what a container gets of this machine
PROGRAMS = "/opt/programs"  # where a container finds what its image would have: in no folder of this machine's
DEADLINE_S = 60


def enter(hosts):
    """This process, for good: a network where these names are this machine's, and mounts that end with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWNET | (CLONE_NEWUSER if uid else 0)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "namespaces cannot be made; run this as root")
    if uid:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return uid == 0


def kubelet_writes(folder, files, mode=0o644):
    """As the kubelet does: the files are links into a folder that is exchanged whole."""
    fresh = folder / f"..{time.monotonic_ns()}"
    fresh.mkdir(parents=True)
    for name, text in files.items():
        (fresh / name).write_text(text)
        (fresh / name).chmod(mode)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..new").symlink_to(fresh.name)
    (folder / "..new").rename(folder / "..data")
    for link in folder.iterdir():
        if not link.exists():
            link.unlink()


class Container:
    """One container of a workload, in a root that is made for it."""

    def __init__(self, objects, workload, folder, is_root, programs, root=None):
        """`programs` are bound into a root that is this machine's system; or the root is that of an image."""
        self.folder, self.spec = folder, manifests.containers(workload)[0]
        self.pod, self.process = manifests.pod(workload)["spec"], None
        self.security = self.pod["securityContext"]
        self.is_root, self.programs, self.image = is_root, programs, root
        self.objects, self.workload = objects, workload
        self.volumes = {mount["mountPath"]: (self._make_volume(mount["name"]), mount.get("readOnly", False))
                        for mount in self.spec.get("volumeMounts", [])}
        self.log_path = folder / "log"

    def _make_volume(self, name):
        place = self.folder / "volumes" / name
        place.mkdir(parents=True)
        volume = next((v for v in self.pod.get("volumes", []) if v["name"] == name), {})
        if "configMap" in volume:
            kubelet_writes(place, manifests.values(manifests.named(self.objects, "ConfigMap", volume["configMap"]["name"])))
        elif "secret" in volume:
            kubelet_writes(place, manifests.values(manifests.named(self.objects, "Secret", volume["secret"]["secretName"])),
                           volume["secret"].get("defaultMode", 0o644))
        if self.is_root and "fsGroup" in self.security:
            for path in [place, *place.rglob("*")]:
                os.chown(path, -1, self.security["fsGroup"], follow_symlinks=False)
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o070 if path.is_dir() else 0o040))
        elif self.is_root:
            place.chmod(0o777)
        return place

    def start(self, command):
        root = self.folder / "root"
        root.mkdir()
        script = [f"mount -t tmpfs tmpfs {root}", f"cd {root}"]
        binds = {path: path for path in SYSTEM if os.path.exists(path) and not os.path.islink(path)} if self.image is None else {}
        binds |= {"/etc/hosts": "/etc/hosts", "/dev/null": "/dev/null", "/dev/urandom": "/dev/urandom", "/proc": "/proc"}
        if self.image:
            script = [f"mount --bind {self.image} {root}", f"mount -o remount,bind,ro {root}", f"cd {root}"]
        else:
            script += [f"ln -s {os.readlink(path)} .{path}" for path in SYSTEM if os.path.islink(path)]
            binds |= self.programs
        for target, source in sorted(binds.items()):
            if self.image is None:
                script.append(f"mkdir -p .{target}" if os.path.isdir(source) else f"mkdir -p .{os.path.dirname(target)} && touch .{target}")
            script.append(f"mount --rbind {source} .{target}")
        for target, (place, is_read_only) in self.volumes.items():
            if self.image is None:
                script.append(f"mkdir -p .{target}")
            script.append(f"mount --bind {place} .{target}" + (f" && mount -o remount,bind,ro .{target}" if is_read_only else ""))
        if self.image is None:
            script.append(f"mount -o remount,ro {root}")
        told = manifests.environment(self.objects, self.spec)
        kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if name in os.environ}
        user = f"--userspec={self.security['runAsUser']}:{self.security['runAsGroup']}" if self.is_root else ""
        env = " ".join(shlex.quote(f"{name}={value}") for name, value in ({"PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin"} | kept | told).items())
        chroot = shutil.which("chroot", path="/usr/sbin:/usr/bin")
        script.append(f"cd / && exec chroot {user} {root} /usr/bin/env -i {env} {shlex.join(command)}" if self.image is None else
                      f"cd / && exec env -i {env} {chroot} {user} {root} {shlex.join(command)}")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["unshare", "--mount", "sh", "-ec", "\n".join(script)], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        return self

    def log(self):
        return self.log_path.read_text(errors="replace")

    def _probe(self, probe):
        """As the kubelet asks."""
        port = probe.get("httpGet", probe.get("tcpSocket", {})).get("port")
        number = next((p["containerPort"] for p in self.spec["ports"] if p["name"] == port), port)
        if "httpGet" in probe:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", number, timeout=5)) as connection:
                connection.request("GET", probe["httpGet"]["path"])
                return connection.getresponse().status == 200
        if "tcpSocket" in probe:
            socket.create_connection(("127.0.0.1", number), timeout=5).close()
            return True
        return subprocess.run(probe["exec"]["command"], stdout=subprocess.DEVNULL, timeout=5).returncode == 0

    def passes(self, name):
        """Whether the probe succeeds within the deadline; the process runs meanwhile."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log()}"
            with contextlib.suppress(OSError):
                if self._probe(self.spec[name]):
                    return True
            time.sleep(0.05)
        return False

    def users(self):
        """Of the process, as the kernel has it: real, effective, saved, file system."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("Uid:"):
                return {int(uid) for uid in line.split()[1:]}

    def wait(self):
        try:
            return self.process.wait(DEADLINE_S * 2)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        """SIGTERM, and the exit code; it fits into the grace time."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.pod["terminationGracePeriodSeconds"])

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
