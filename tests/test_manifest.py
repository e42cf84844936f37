"""What `npe2 validate --imports` checks, and what it lets pass: stray keys, menus, commands, files."""

from pathlib import Path

import pytest
import yaml
from npe2 import PluginManifest

import napari_seeded_kmeans

PACKAGE = Path(napari_seeded_kmeans.__file__).parent
PLUGIN = "napari-seeded-kmeans"
# The others are dropped by napari without a word.
MENUS = {
    f"napari/layers/{name}"
    for name in ["visualize", "annotate", "data", "filter", "transform", "measure", "register", "segment"]
}
MENUS |= {f"napari/file/{name}" for name in ("io_utilities", "acquire", "new_layer")}


@pytest.fixture(scope="module")
def raw() -> dict:
    return yaml.safe_load((PACKAGE / "napari.yaml").read_text())


@pytest.fixture(scope="module")
def manifest() -> PluginManifest:
    return PluginManifest.from_distribution(PLUGIN)


def test_the_installed_manifest_is_the_file_in_the_package(manifest):
    assert manifest.model_dump() == PluginManifest.from_file(PACKAGE / "napari.yaml").model_dump() or (
        manifest.contributions == PluginManifest.from_file(PACKAGE / "napari.yaml").contributions
    )


def test_every_python_name_is_there(manifest):
    manifest.validate_imports()


def test_no_key_is_misspelt(raw, manifest):
    assert set(raw) <= set(PluginManifest.model_fields)
    assert set(raw["contributions"]) <= set(type(manifest.contributions).model_fields)
    for kind, entries in raw["contributions"].items():
        if isinstance(entries, list):
            for entry, parsed in zip(entries, getattr(manifest.contributions, kind), strict=True):
                assert set(entry) <= set(type(parsed).model_fields), entry


def test_every_entry_points_at_a_command_and_every_command_is_used(manifest):
    contributions = manifest.contributions
    commands = {command.id for command in contributions.commands}
    menu_items = [item for items in contributions.menus.values() for item in items]
    used = [*contributions.widgets, *contributions.readers, *(contributions.sample_data or []), *menu_items]
    assert {entry.command for entry in used} == commands
    assert all(command.startswith(f"{PLUGIN}.") for command in commands)


def test_menus_exist_in_napari(manifest):
    assert set(manifest.contributions.menus) <= MENUS
    assert "napari/layers/segment" in manifest.contributions.menus


def test_the_dock_is_offered_by_its_name(manifest):
    assert "Seeded segmentation" in [widget.display_name for widget in manifest.contributions.widgets]
