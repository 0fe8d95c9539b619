"""Settings: a wrong one stops the start with one line that names it, what it held and what it may hold."""

import json
import re
import socket
import subprocess

import pytest

from chat_client import client
from chat_service import DEADLINE_S, PROGRAM, REPORTS, environment
from conftest import HERE

NUMBERS = {  # name: (least, most)
    "PORT": (0, 65535), "MONGO_PORT": (1, 65535), "MAX_TEXT": (1, 262144), "RATE_LIMIT": (0, 1000000), "NAME_RATE_LIMIT": (0, 1000000), "MAX_WAITING": (1, 1000000), "MAX_CONNECTIONS": (0, 1000000), "HISTORY_LIMIT": (1, 500),
    "DRAIN_S": (0, 3600), "STORE_TIMEOUT_MS": (100, 600000),
}
CHOICES = {"LIVE_CHAT": "off", "AUTH_MODE": "open or jwt", "LOG_LEVEL": "debug or info or warn or error", "LOG_FORMAT": "text or json"}
OTHERS = {"LISTEN_HOST", "MONGO_URI", "MONGO_IP", "MONGO_USERNAME", "MONGO_PASSWORD", "MONGO_DATABASE", "MONGO_REPLICA_SET",
          "MONGO_MEMBERS", "MONGO_KEY_FILE", "TLS_CERT", "TLS_KEY", "REDIS_URL", "SQLITE_PATH", "BOT_BRAIN", "JWT_SECRET", "JWT_PUBLIC_KEY",
          "ALLOWED_ORIGINS"}


def run(*arguments, **settings):
    ended = subprocess.run([PROGRAM, *arguments], env=environment(**settings), capture_output=True, timeout=DEADLINE_S)
    assert not any(word in ended.stderr.decode(errors="replace") for word in REPORTS), ended.stderr.decode()
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode(errors="replace")


def refusal(tmp_path, **settings):
    """The one line that a start ends with. It does not touch the folder that it is run in."""
    code, out, error = run(**({"PORT": 0, "SQLITE_PATH": tmp_path / "chat.db"} | settings))
    assert code not in (0, None) and code > 0 and out == ""
    assert error.count("\n") == 1 and error.startswith("chat-service: "), error
    return error.removeprefix("chat-service: ").rstrip("\n")


def test_numbers_that_are_none_or_out_of_bounds(tmp_path):
    for name, (least, most) in NUMBERS.items():
        for wrong in ("many", "1.5", "0x10", " 5", "5 ", "--1", "1e3", "99999999999999999999", str(least - 1), str(most + 1)):
            assert refusal(tmp_path, **{name: wrong}) == f"{name} is '{wrong}', but must be a whole number from {least} to {most}"


def test_choices_that_there_are_not(tmp_path):
    for name, allowed in CHOICES.items():
        for wrong in ("yes", "OFF", "open ", "Info", "2"):
            assert refusal(tmp_path, **{name: wrong}) == f"{name} is '{wrong}', but must be {allowed}"


@pytest.mark.parametrize("host", ["203.0.113.9", "no such host", "localhost:80", "::ffff:1.2.3.4.5", "300.1.1.1"])
def test_addresses_that_are_not_this_machines(tmp_path, host):
    error = refusal(tmp_path, LISTEN_HOST=host)
    assert error.startswith("LISTEN_HOST ") and f"'{host}'" in error


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = refusal(tmp_path, PORT=taken.getsockname()[1])
        assert "PORT" in error and f"{taken.getsockname()[1]}" in error and "in use" in error


def test_more_connections_than_files(tmp_path):
    ended = subprocess.run(["sh", "-c", 'ulimit -n 2000 && exec "$0"', PROGRAM], capture_output=True, timeout=DEADLINE_S, text=True,
                           env=environment(PORT=0, SQLITE_PATH=tmp_path / "chat.db", MAX_CONNECTIONS=2000))
    assert ended.returncode > 0
    assert ended.stderr == ("chat-service: MAX_CONNECTIONS is '2000', but must be at most 1872 where a process may have 2000 files open "
                            "(ulimit -n)\n")


@pytest.mark.parametrize("kind", ["under a file", "a folder", "no database"])
def test_a_file_that_cannot_be_the_store(tmp_path, kind):
    (tmp_path / "file").write_bytes(b"this is not a database, but long enough to be looked at as one." * 100)
    path = {"under a file": tmp_path / "file" / "chat.db", "a folder": tmp_path, "no database": tmp_path / "file"}[kind]
    error = refusal(tmp_path, SQLITE_PATH=path)
    assert error.startswith("SQLITE_PATH ") and str(path) in error


def test_a_folder_for_the_store_is_made(tmp_path, new_service):
    service = new_service(SQLITE_PATH=tmp_path / "deep" / "er" / "chat.db").start()
    assert service.request("/healthz")[0] == 200
    assert (tmp_path / "deep" / "er" / "chat.db").exists()


def test_a_brain_that_is_not_there(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        code, _, error = run(PORT=0, SQLITE_PATH=tmp_path / "chat.db", BOT_BRAIN=path)
        last = error.splitlines()[-1]
        assert code > 0 and last.startswith(f"chat-service: BOT_BRAIN is '{path}', but must be "), error


def test_a_brain_with_a_mistake_names_the_place(tmp_path):
    (tmp_path / "brain").mkdir()
    (tmp_path / "brain" / "wrong.rive").write_text("+ hello (\n- Hi.\n\n> topic\n")
    code, _, error = run(PORT=0, SQLITE_PATH=tmp_path / "chat.db", BOT_BRAIN=tmp_path / "brain")
    assert code > 0 and error.splitlines()[-1].startswith("chat-service: BOT_BRAIN is ")
    assert "wrong.rive" in error and "line=1" in error


@pytest.mark.parametrize("uri", ["http://user:hunter2@host/", "mongodb://user:hunter2@", "mongodb://user:hunter2@host:port/", "hunter2", "mongodb://"])
def test_a_wrong_address_of_the_database_keeps_its_secret(tmp_path, uri):
    error = refusal(tmp_path, MONGO_URI=uri)
    assert "MONGO_URI" in error or "MongoDB URI" in error
    assert "hunter2" not in error


def test_secrets_are_not_logged(new_service):
    """Neither at the start nor when the database cannot be reached."""
    service = new_service(MONGO_IP="127.0.0.1", MONGO_PORT=1, MONGO_USERNAME="root", MONGO_PASSWORD="hunter2 & more", LOG_LEVEL="debug",
                          STORE_TIMEOUT_MS=200).start()
    from chat_service import wait_for

    wait_for(lambda: "the store is away" in service.log(), "the outage is logged")
    assert service.stop() == 0
    assert "hunter2" not in service.log()


def test_values_that_are_not_utf8(tmp_path):
    ended = subprocess.run([PROGRAM], env=environment(PORT=0) | {"SQLITE_PATH": b"\xff\xfe/chat.db"}, capture_output=True, timeout=DEADLINE_S,
                           cwd=tmp_path)
    assert ended.returncode > 0 and ended.stderr.startswith(b"chat-service: SQLITE_PATH is ") and ended.stderr.count(b"\n") == 1


def test_a_line_stays_one_line(tmp_path):
    error = refusal(tmp_path, PORT="1\n2\n3")
    assert error.startswith("PORT is '1?2?3', but must be ")


def test_empty_is_unset(tmp_path, new_service):
    """As ConfigMaps write what is not set."""
    names = [name for name in (NUMBERS | CHOICES).keys() | OTHERS if name not in ("PORT", "SQLITE_PATH")]
    service = new_service(**{name: "" for name in names} | {"SQLITE_PATH": tmp_path / "chat.db"}).start()
    assert service.request("/readyz")[0] in (200, 503)


def test_help_lists_every_setting():
    code, out, error = run("--help")
    assert (code, error) == (0, "")
    assert set(re.findall(r"^  ([A-Z_]+) \(", out, re.MULTILINE)) == NUMBERS.keys() | CHOICES.keys() | OTHERS
    for name, (least, most) in NUMBERS.items():
        assert re.search(rf"^  {name} \(a whole number from {least} to {most}; default: \d+\)$", out, re.MULTILINE)


def test_version():
    code, out, error = run("--version")
    assert (code, error) == (0, "") and re.search(r"\d+\.\d+\.\d+", out)


@pytest.mark.parametrize("arguments", [["--port", "80"], ["help"], ["--help", "--version"], ["-v"], [""]])
def test_other_arguments_are_refused(arguments):
    code, out, error = run(*arguments)
    assert code > 0 and out == "" and "usage: chat-service" in error


async def test_the_version_is_one(one_service):
    printed = run("--version")[1].split()[-1]
    async with client(one_service) as tab:
        assert (await tab.hello("Ada"))["version"] == printed
    assert json.loads(one_service.request("/version")[2])["version"] == printed


def test_documented_settings_are_those_of_the_program():
    """The README's list of settings, where it has one, names no other."""
    readme = HERE.parents[1] / "README.md"
    shown = run("--help")[1]
    for name in set(re.findall(r"^\| `([A-Z_]+)`", readme.read_text(), re.MULTILINE)) if readme.exists() else ():
        assert f"  {name} (" in shown or name in ("WEB_ROOT", "CHATSERVICE_IP", "CHATSERVICE_PORT", "CHATSERVICE_URL", "SERVICE_PORT", "CLIENT_PORT", "DATA_DIR")
