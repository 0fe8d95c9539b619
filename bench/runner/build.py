"""How what the bench measures is built: the release, and the peers from their registries, never in the source tree."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
PROGRAMS = ("chat-service", "chat-client", "web", "chat-load", "mongo-insert", "broadcast")
TINODE = ("github.com/tinode/chat/server", "github.com/tinode/chat/tinode-db")


def build(folder, has_socketio, has_tinode):
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DFRONTDESK_BENCH=ON"]
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, *options], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", *PROGRAMS], check=True, stdout=subprocess.DEVNULL)
    build_node_peer(folder / "peers" / "node")
    if has_socketio:
        build_node_peer(folder / "peers" / "socketio")
    if has_tinode:
        build_tinode(folder / "peers" / "tinode")


def build_node_peer(peer):
    shutil.copytree(PEERS / peer.name, peer, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=peer, check=True)


def build_tinode(peer):
    """What go.sum pins, with the one store that is measured."""
    shutil.copytree(PEERS / peer.name, peer, dirs_exist_ok=True)
    subprocess.run(["go", "build", "-mod=readonly", "-tags", "mongodb", "-o", f"{peer}/", *TINODE], cwd=peer, check=True)
