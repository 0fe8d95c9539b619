"""Every manifest is valid by the schemas of several versions of Kubernetes, strictly: unknown fields are mistakes."""

import copy

import kubernetes_validate
import manifests
import pytest

VERSIONS = ("1.30", "1.31", "1.33", "1.35", "1.37")  # preStop's sleep came with 1.30
FILES = {name: objects for folder in manifests.FOLDERS for name, objects in manifests.read_folder(folder).items()}
INVALID = (kubernetes_validate.ValidationError, kubernetes_validate.InvalidSchemaError)


def validate(item, version):
    kubernetes_validate.validate(item, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", FILES)
def test_a_file(name, version):
    assert len(FILES[name]) == 1
    validate(FILES[name][0], version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_an_overlay(overlay, version):
    objects = manifests.parse(manifests.render(overlay))
    assert len(objects) > 20
    for item in objects:
        validate(item, version)


def walk(item, path=()):
    if isinstance(item, (dict, list)):
        for key, value in item.items() if isinstance(item, dict) else enumerate(item):
            yield (*path, key)
            yield from walk(value, (*path, key))


def broken(item):
    """One mistake each: a field with a letter too many, a text for a number and the other way round."""
    for path in walk(item):
        copied = copy.deepcopy(item)
        parent = copied
        for key in path[:-1]:
            parent = parent[key]
        if any(key in ("labels", "annotations", "matchLabels", "data", "requests", "limits", "selector") for key in path[:-1]):
            continue  # there any key will do
        value = parent[path[-1]]
        if isinstance(path[-1], str):
            parent[path[-1] + "x"] = parent.pop(path[-1])
            yield path, copied
        elif isinstance(value, str):
            parent[path[-1]] = 5
            yield path, copied


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_fails(name):
    count = 0
    for path, wrong in broken(FILES[name][0]):
        count += 1
        with pytest.raises((*INVALID, KeyError)):
            validate(wrong, VERSIONS[-1])
            pytest.fail(f"{path} was taken with a mistake")
    assert count > 3


def test_a_key_that_is_there_twice_fails():
    with pytest.raises(AssertionError, match="twice"):
        manifests.parse("kind: Service\nmetadata:\n  name: a\n  name: b\n")
