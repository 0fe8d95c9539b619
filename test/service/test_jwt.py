"""AUTH_MODE=jwt: another site signs who the visitor is."""

import json

import pytest
from chat_client import client
from conftest import HERE
from test_doctor import ask
from test_settings import refusal
from tokens import SECRET, claims, encode, make_pair, token, token_by_openssl

SIGNED = {"AUTH_MODE": "jwt", "JWT_SECRET": SECRET, "BOT_BRAIN": HERE / "brain"}


async def greet(tab, jwt, **fields):
    await tab.send({"type": "hello", "jwt": jwt} | fields)
    return await tab.receive()


async def test_the_name_is_the_signed_one(new_service, sqlite):
    service = new_service(**SIGNED, **sqlite).start()
    async with client(service) as tab:
        welcome = await greet(tab, token(claims("Ada Lovelace")), name="Eve")
        assert (welcome["name"], welcome["role"], welcome["features"]["auth"]) == ("Ada Lovelace", "user", "jwt")
        assert (await tab.open())["conversation"] == "ada lovelace"
        assert (await tab.say("1", "hello"))["type"] == "ack"
        for other in ("eve", "Ada Lovelace"):
            await tab.send({"type": "open", "conversation": other})
            assert (await tab.until("error"))["code"] == "forbidden"
    async with client(service) as tab:
        await greet(tab, token(claims("ADA LOVELACE")))
        assert [message["text"] for message in (await tab.open())["messages"]][0] == "hello"
    assert "AUTH_MODE" not in service.log()


async def test_who_has_no_good_token_is_told_why_and_may_come_again(new_service, sqlite):
    service = new_service(**SIGNED, LOG_LEVEL="debug", **sqlite).start()
    good = token(claims())
    header, payload, signature = good.split(".")
    cases = {
        None: '"jwt" is needed', "": "no jwt", "x" * 9000: "no jwt", good[:-4]: "not signed", "Bearer " + good: "no jwt",
        f"{header}.{payload}.": "no jwt", f"{header}.{encode(claims('Eve'))}.{signature}": "not signed",
        f"{encode({'alg': 'none'})}.{payload}.": "no jwt", f"{encode({'alg': 'none'})}.{payload}.AAAA": "not signed",
        token(claims(), secret=SECRET + "!"): "not signed", token(claims(), header={"alg": "RS256"}): "as HS256, HS384 or HS512",
        token(claims(seconds=-61)): "expired", token(claims(nbf=4e9)): "not valid yet", token({"sub": "Ada"}): '"exp"',
        token(claims() | {"exp": "never"}): '"exp"', token({"exp": 4e9}): '"sub"', token(claims("")): '"sub"', token("no JSON"): "cannot be read",
        token('{"sub":"A\\u0000da","exp":4000000000}'): "cannot be read",
    }
    async with client(service) as tab:
        for jwt, words in cases.items():
            error = await greet(tab, jwt, name="Ada", id="h")
            assert (error["type"], error["code"], error["id"]) == ("error", "unauthorized", "h"), jwt
            assert words in error["message"], (jwt, error)
            assert SECRET not in json.dumps(error)
        await tab.send({"type": "open"})
        await tab.expect("error", code="name_required")
        assert (await greet(tab, 7))["code"] == "bad_request"
        for name, code in (("#lobby", "name_invalid"), ("x" * 65, "name_invalid")):
            assert (await greet(tab, token(claims(name))))["code"] == code
        assert (await greet(tab, good))["name"] == "Ada"
        await tab.open()
        assert (await greet(tab, token(claims("Eve", seconds=-61))))["code"] == "unauthorized"
        assert (await tab.say("1", "still here"))["conversation"] == "ada"  # who is refused stays who it was
    assert service.metrics()['errors_sent_total{code="unauthorized"}'] == len(cases) + 1
    assert SECRET not in service.log() and payload not in service.log()


async def test_there_are_no_agents(new_service, sqlite):
    service = new_service(**SIGNED, **sqlite).start()
    async with client(service) as tab:
        error = await greet(tab, token(claims(role="agent")))
        assert error["code"] == "forbidden" and "agent" in error["message"]
        assert (await greet(tab, token(claims(role="customer"))))["role"] == "user"


async def test_a_public_key(new_service, sqlite, tmp_path):
    """As a file and as text; what everybody knows signs nothing."""
    private, public = make_pair(tmp_path)
    for given in (public, public.read_text()):
        service = new_service(**SIGNED | {"JWT_SECRET": None, "JWT_PUBLIC_KEY": given}, **sqlite).start()
        async with client(service) as tab:
            assert (await greet(tab, token_by_openssl(claims(), private)))["name"] == "Ada"
            for wrong in (token(claims(), secret=public.read_text()), token(claims()), token(claims(), secret=str(public))):
                error = await greet(tab, wrong)
                assert error["code"] == "unauthorized" and "as RS256, RS384 or RS512" in error["message"]
        service.stop()


async def test_a_session_ends_with_its_token(new_service, sqlite):
    """Unless the client brought a new one meanwhile."""
    service = new_service(**SIGNED, **sqlite).start()
    async with client(service) as tab, client(service) as renewed:
        soon = token(claims(seconds=-57))  # 3 s are left of the minute that clocks may differ by
        await greet(tab, soon)
        await greet(renewed, soon)
        await tab.open()
        assert (await tab.say("1", "last words"))["type"] == "ack"
        assert (await greet(renewed, token(claims())))["type"] == "welcome"
        events, code, reason = await tab.ended()
        assert (code, reason) == (1008, "expired")
        assert events[-1] == {"type": "goodbye", "reason": "expired", "retry_after_ms": 0}
        await renewed.open()
        assert (await renewed.say("2", "still here"))["seq"] == 3
        async with client(service) as again:
            assert "expired" in (await greet(again, soon))["message"]


async def test_open_does_not_mind_a_key(new_service, sqlite):
    for more in ({"JWT_SECRET": SECRET}, {"JWT_SECRET": "short"}, {"JWT_PUBLIC_KEY": "/none"}):
        service = new_service(AUTH_MODE="open", **more, **sqlite).start()
        async with client(service) as tab:
            await tab.send({"type": "hello", "name": "Ada", "jwt": "anything"})
            assert (await tab.receive())["features"]["auth"] == "open"
        assert "AUTH_MODE is open" in service.log()
        service.stop()


WRONG = [
    ({}, "AUTH_MODE is 'jwt', but must be open where neither JWT_SECRET nor JWT_PUBLIC_KEY is set"),
    ({"JWT_SECRET": "hunter2"}, "JWT_SECRET is '(secret)', but must have 32 bytes or more"),
    ({"JWT_SECRET": SECRET, "JWT_PUBLIC_KEY": "hunter2"}, "JWT_SECRET is '(secret)', but must be left out where JWT_PUBLIC_KEY is set"),
    ({"JWT_PUBLIC_KEY": "/hunter2/none"}, "No such file"),
    ({"JWT_PUBLIC_KEY": "-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----\n"}, "not readable"),
]


@pytest.mark.parametrize("settings, words", WRONG)
def test_keys_that_stop_the_start(tmp_path, settings, words):
    error = refusal(tmp_path, AUTH_MODE="jwt", **settings)
    assert words in error and "hunter2" not in error and SECRET not in error


def test_a_private_key_is_not_taken(tmp_path):
    private, _ = make_pair(tmp_path)
    error = refusal(tmp_path, AUTH_MODE="jwt", JWT_PUBLIC_KEY=private.read_text())
    assert error.startswith("JWT_PUBLIC_KEY ") and "private" in error and private.read_text().splitlines()[1] not in error


def test_the_doctor_tries_the_key(tmp_path, sqlite):
    _, public = make_pair(tmp_path)
    assert ask(**sqlite)["Names"][0] and "open" in ask(**sqlite)["Names"][1]
    for key, algorithms in (({"JWT_SECRET": SECRET}, "HS256, HS384 or HS512"), ({"JWT_PUBLIC_KEY": public}, "RS256, RS384 or RS512")):
        good, found, _ = ask(AUTH_MODE="jwt", **key, **sqlite)["Names"]
        assert good and algorithms in found and SECRET not in found
    for settings, words in WRONG:
        good, found, mend = ask(AUTH_MODE="jwt", **settings, **sqlite)["Names"]
        assert not good and words in found and mend
