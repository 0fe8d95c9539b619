"""layers.py [ROOT]: holds every #include below ROOT to its LAYERS file, names file and line of what does not."""

import pathlib
import re
import sys

LIBRARIES = {
    "ev": r"ev\.h", "hiredis": r"hiredis/(\w+/)?\w+\.h", "jansson": r"jansson\.h", "jwt": r"jwt\.h", "libwebsockets": r"libwebsockets\.h", "openssl": r"openssl/\w+\.h", "mongoc": r"(mongoc|bson)/\w+\.h",
    "pcre2": r"pcre2\.h", "sqlite3": r"sqlite3\.h", "threads": r"(pthread|threads|semaphore)\.h",
    "unistring": r"uni(case|conv|ctype|name|norm|str|types|wbrk|width)\.h", "uthash": r"ut(hash|list|array)\.h",
    "": r"(sys|arpa|net|netinet|linux)/\w+\.h|(assert|ctype|dirent|dlfcn|errno|fcntl|fts|getopt|inttypes|libgen|limits|locale|math|netdb|poll|setjmp|"
        r"signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|time|unistd|endian)\.h",
}
INCLUDE_ROOTS = ("", "chat-service", "bot/include")  # as the compiler gets them


def read_layers(path):
    """{folder: (folders that it may include, libraries that it may use)}, in the order of the lines."""
    layers, by_name = {}, {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        folder, below, libraries = (column.split() for column in line.split("|"))
        unknown = [name for name in below if name not in by_name] + [name for name in libraries if name not in LIBRARIES]
        if unknown:
            sys.exit(f"{path.name}:{number}: {', '.join(unknown)}: no earlier line, and no library that layers.py knows")
        layers[folder[0]] = {by_name[name] for name in below} | {folder[0]}, libraries
        by_name[folder[0].rpartition("/")[2]] = folder[0]
    return layers


def layer_of(layers, folder):
    """The line that holds for a folder. One with lines below it holds for its own files alone."""
    line = max((name for name in layers if (folder + "/").startswith(name + "/")), key=len, default=None)
    return line if line == folder or not any(name.startswith(f"{line}/") for name in layers) else None


def fault(root, layers, file, quote, header):
    below, libraries = layers[layer_of(layers, file.parent.relative_to(root).as_posix())]
    for candidate in [file.parent / header] * (quote == '"') + [root / start / header for start in INCLUDE_ROOTS]:
        if candidate.is_file():
            target = layer_of(layers, candidate.resolve().parent.relative_to(root).as_posix())
            return None if target in below else f"{target or 'a folder without a line'} may not be included here"
    used = next((name for name, headers in LIBRARIES.items() if re.fullmatch(headers, header)), None)
    if used is None:
        return "neither ours nor of a library that layers.py knows"
    return None if not used or used in libraries else f"the library {used} may not be used here"


def main(root):
    root, faults, count = pathlib.Path(root).resolve(), [], 0
    layers = read_layers(root / "LAYERS")
    for file in sorted(file for top in {name.split("/")[0] for name in layers} for file in (root / top).rglob("*.[ch]")):
        if layer_of(layers, file.parent.relative_to(root).as_posix()) is None:
            faults.append(f"{file.relative_to(root)}: its folder has no line in LAYERS")
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if found := re.match(r'\s*#\s*include\s*(["<])([^">]+)', line):
                count += 1
                if why := fault(root, layers, file, *found.groups()):
                    faults.append(f"{file.relative_to(root)}:{number}: {found[2]}: {why}")
    print("\n".join(faults) or f"{count} includes, all as LAYERS has them")
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent))
