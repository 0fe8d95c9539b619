"""--doctor: what works, what does not, and how it is mended."""

import asyncio
import contextlib
import re
import subprocess

import pytest
from authority import Authority
from chat_service import DEADLINE_S, PROGRAM, environment
from conftest import HERE

TABLE = re.compile(r"(ok   |WRONG)  (.{14})  (.+?)(?:\n {23}-> (.+))?(?:\n|$)")


def read_table(code, out, said):
    """{what: (whether it is good, what was found, how to mend it)}"""
    rows = TABLE.findall(out)
    assert rows and TABLE.sub("", out) == "", out
    table = {what.strip(): (good == "ok   ", found, mend) for good, what, found, mend in rows}
    assert code == (0 if all(good for good, _, _ in table.values()) else 1), out
    assert all(good != bool(mend) for good, _, mend in table.values())
    assert "hunter2" not in out + said
    return table


def ask(*arguments, **settings):
    ended = subprocess.run([PROGRAM, "--doctor", *map(str, arguments)], env=environment(**settings), capture_output=True, text=True, timeout=2 * DEADLINE_S)
    return read_table(ended.returncode, ended.stdout, ended.stderr)


async def ask_meanwhile(*arguments, **settings):
    """While this loop serves."""
    process = await asyncio.create_subprocess_exec(PROGRAM, "--doctor", *map(str, arguments), env=environment(**settings),
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, said = await asyncio.wait_for(process.communicate(), 2 * DEADLINE_S)
    return read_table(process.returncode, out.decode(), said.decode())


@contextlib.asynccontextmanager
async def proxy_that_hangs_up(port, idle_s):
    """Passes bytes on, and hangs up when none come for a while. Gives its own port."""
    async def serve(reader, writer):
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)

        async def pump(source, target):
            with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
                while piece := await asyncio.wait_for(source.read(65536), idle_s):
                    target.write(piece)
            writer.close()
            onward_writer.close()

        await asyncio.gather(pump(reader, onward_writer), pump(onward_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def test_all_that_there_is_works(mongo, redis, new_service, tmp_path):
    settings = {"BOT_BRAIN": HERE / "brain", "REDIS_URL": redis.url} | mongo
    service = new_service(**settings).start()
    table = ask(f"ws://127.0.0.1:{service.port}/chat", 1, **settings)
    assert all(good for good, _, _ in table.values()), table
    assert table.keys() == {"Open files", "Bot", "Names", "TLS", "MongoDB", "MongoDB write", "MongoDB clock", "Redis", "Public address"}
    assert re.search(r"version \d+\.\d+.*replica set rs0", table["MongoDB"][1])
    assert "majority" in table["MongoDB write"][1]


def test_a_new_machine(sqlite):
    assert all(good for good, _, _ in ask(**sqlite).values())


def test_what_is_away_and_what_is_wrong(tmp_path):
    (tmp_path / "brain").mkdir()
    (tmp_path / "brain" / "wrong.rive").write_text("+ hello (\n- Hi.\n")
    table = ask("ws://127.0.0.1:1/chat", 1, MONGO_IP="127.0.0.1", MONGO_PORT=1, MONGO_USERNAME="desk", MONGO_PASSWORD="hunter2",
                REDIS_URL="redis://:hunter2@127.0.0.1:1", BOT_BRAIN=tmp_path / "brain", TLS_CERT=tmp_path / "none", TLS_KEY=tmp_path / "none",
                STORE_TIMEOUT_MS=1000)
    wrong = {what for what, (good, _, _) in table.items() if not good}
    assert wrong == {"Bot", "TLS", "MongoDB", "Redis", "Public address"}
    assert "wrong.rive:1" in table["Bot"][1] and "refused" in table["Redis"][1] and "TLS_CERT" in table["TLS"][1]


@pytest.mark.parametrize("changes, what", [
    ({"REDIS_URL": "http://127.0.0.1"}, "Redis"), ({"SQLITE_PATH": "/proc/none/chat.db"}, "SQLite"), ({"MAX_CONNECTIONS": 1000000}, "Open files"),
    ({"BOT_BRAIN": "/none"}, "Bot"), ({"TLS_CERT": "/none"}, "TLS"), ({"SQLITE_PATH": None, "MONGO_URI": "mongodb://"}, "MongoDB")])
def test_one_wrong_setting(sqlite, changes, what):
    assert [name for name, (good, _, _) in ask(**sqlite | changes).items() if not good] == [what]


def test_a_password_that_redis_does_not_know(redis, sqlite):
    good, found, _ = ask(**sqlite, REDIS_URL=redis.url.replace("redis://", "redis://:hunter2@"))["Redis"]
    assert not good and "hunter2" not in found


def test_certificates(tmp_path, sqlite):
    authority = Authority(tmp_path / "authority")
    for days, is_good, said in ((60, True, "valid for 59 days|valid for 60 days"), (3, False, "expires in"), (-1, False, "has expired")):
        for name, text in authority.issue(days)[1].items():
            (tmp_path / name).write_text(text)
        good, found, mend = ask(**sqlite, TLS_CERT=tmp_path / "tls.crt", TLS_KEY=tmp_path / "tls.key")["TLS"]
        assert good == is_good and re.search(said, found), found
        assert is_good or "renew" in mend


def test_wss_with_a_certificate_that_is_trusted_or_not(tmp_path, sqlite, new_service):
    authority = Authority(tmp_path / "authority")
    for name, text in authority.issue()[1].items():
        (tmp_path / name).write_text(text)
    settings = sqlite | {"TLS_CERT": tmp_path / "tls.crt", "TLS_KEY": tmp_path / "tls.key"}
    service = new_service(**settings).start()
    url = f"wss://localhost:{service.port}/chat"
    elsewhere = {"SQLITE_PATH": tmp_path / "other.db"}
    assert ask(url, 0, SSL_CERT_FILE=tmp_path / "authority" / "root.crt", **elsewhere)["Public address"][0]
    assert not ask(url, 0, **elsewhere)["Public address"][0]


async def test_a_proxy_that_hangs_up_on_the_silent(new_service, tmp_path, sqlite):
    service = new_service(**sqlite).start()
    async with proxy_that_hangs_up(service.port, 1) as port:
        table = await ask_meanwhile(f"ws://127.0.0.1:{port}/chat", 30, SQLITE_PATH=tmp_path / "other.db")
        good, found, mend = table["Public address"]
        assert not good and "of silence" in found and "idle timeout" in mend
        assert (await ask_meanwhile(f"ws://127.0.0.1:{port}/chat", 0, SQLITE_PATH=tmp_path / "other.db"))["Public address"][0]


def test_another_path_is_told(new_service, tmp_path, sqlite):
    service = new_service(**sqlite).start()
    for url in (f"ws://127.0.0.1:{service.port}/other", f"http://127.0.0.1:{service.port}/chat", "nothing"):
        assert not ask(url, 1, SQLITE_PATH=tmp_path / "other.db")["Public address"][0]


@pytest.mark.parametrize("arguments", [["--doctor", "ws://x/chat", "long"], ["--doctor", "ws://x/chat", "-1"], ["--doctor", "a", "1", "b"]])
def test_other_arguments_are_refused(arguments):
    ended = subprocess.run([PROGRAM, *arguments], env=environment(), capture_output=True, text=True, timeout=DEADLINE_S)
    assert ended.returncode == 2 and "usage: chat-service" in ended.stderr
