"""How what the bench measures is built: the release, and the peers from their registries, never in the source tree."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
PROGRAMS = ("chat-service", "chat-client", "web", "chat-load", "mongo-insert", "broadcast")
TINODE = ("github.com/tinode/chat/server", "github.com/tinode/chat/tinode-db")


def build(folder):
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DFRONTDESK_BENCH=ON"]
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, *options], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", *PROGRAMS], check=True, stdout=subprocess.DEVNULL)


def build_node(folder):
    npm_ci(folder, "node")


def build_socketio(folder):
    npm_ci(folder, "node")  # its log is there
    npm_ci(folder, "socketio")


def build_tinode(folder):
    """What go.sum pins, with the one store that is measured."""
    peer = copied(folder, "tinode")
    options = ["-mod=readonly", "-tags", "mongodb", "-o", f"{peer}/"]
    subprocess.run(["go", "build", *options, *TINODE], cwd=peer, check=True)


def npm_ci(folder, name):
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=copied(folder, name), check=True)


def copied(folder, name):
    shutil.copytree(PEERS / name, folder / "peers" / name, dirs_exist_ok=True)
    return folder / "peers" / name


PEER_BUILDS = {  # the programs that it takes, and how it is built
    "node": (("node", "npm"), build_node),
    "socketio": (("node", "npm", "redis-server"), build_socketio),
    "tinode": (("go",), build_tinode),
}


def why_not_built(folder, name):
    """Builds a peer; None, or what is in the way."""
    programs, build_peer = PEER_BUILDS[name]
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        return f"there is no {' and no '.join(missing)} on PATH"
    try:
        build_peer(folder)
    except subprocess.CalledProcessError as error:
        return f"`{' '.join(map(str, error.cmd))}` ended with {error.returncode}"
    return None
