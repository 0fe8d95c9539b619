"""Holds layers.py itself to what it promises: every kind of wrong include is found, right ones pass."""

import pathlib
import subprocess
import sys

import pytest

LAYERS = "# a comment\nbase | | \nchat-service/store | base | jansson\nchat-service/net | base | \nchat-service | base store net | \n"
RIGHT = {
    "base/text.h": "#include <stdint.h>\n",
    "base/text.c": '#include "base/text.h"\n#include "text.h"\n#include <sys/stat.h>\n',
    "chat-service/store/store.c": '#include "base/text.h"\n  #  include <jansson.h>\n',
    "chat-service/net/net.h": "",
    "chat-service/main.c": '#include "net/net.h"\n#include <stdio.h>\n',
}


def run(root, files, layers=LAYERS):
    for name, text in (files | {"LAYERS": layers}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ended = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("layers.py"), root], capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def test_right_includes_pass(tmp_path):
    assert run(tmp_path, RIGHT) == (0, "8 includes, all as LAYERS has them\n")


@pytest.mark.parametrize(
    "name, text, line",
    [
        ("base/up.c", '\n\n#include "net/net.h"', "base/up.c:3: net/net.h: chat-service/net may not be included here"),
        ("base/up.c", '#include "chat-service/net/net.h"', "base/up.c:1: chat-service/net/net.h: chat-service/net may not"),
        ("base/up.c", '#include "../chat-service/net/net.h"', "base/up.c:1: ../chat-service/net/net.h: chat-service/net may not"),
        ("chat-service/store/side.h", "#include <net/net.h>", "chat-service/store/side.h:1: net/net.h: chat-service/net may not"),
        ("base/library.c", "#include <jansson.h>", "base/library.c:1: jansson.h: the library jansson may not be used here"),
        ("base/thread.c", "#include <pthread.h>", "base/thread.c:1: pthread.h: the library threads may not be used here"),
        ("base/stranger.c", "#include <curl/curl.h>", "base/stranger.c:1: curl/curl.h: neither ours nor of a library"),
        ("base/gone.c", '#include "gone.h"', "base/gone.c:1: gone.h: neither ours nor of a library"),
        ("chat-service/extra/x.c", "", "chat-service/extra/x.c: its folder has no line in LAYERS"),
    ],
)
def test_a_wrong_include_is_found(tmp_path, name, text, line):
    status, output = run(tmp_path, RIGHT | {name: text})
    assert status == 1 and output.startswith(line) and output.count("\n") == 1


def test_a_line_names_only_earlier_lines(tmp_path):
    status, output = run(tmp_path, RIGHT, "base | store | \nchat-service/store | base | \n")
    assert status == 1 and output.startswith("LAYERS:1: store: no earlier line")


def test_nothing_found_is_no_success(tmp_path):
    assert run(tmp_path, {})[0] == 1
