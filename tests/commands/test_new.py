from pathlib import Path

import pytest

from bot.commands.new import new
from bot.commands.outcome import Exit
from bot.commands.validate import validate
from bot.errors import InvalidInput, Refused

TEMPLATES = Path(__file__).parents[2] / "mission-templates"


@pytest.mark.parametrize("template", sorted(file.stem for file in TEMPLATES.glob("*.yml")))
def test_a_template_becomes_a_valid_mission(template: str, tmp_path: Path) -> None:
    outcome = new(template, tmp_path / "deep" / "mine.yml", TEMPLATES)
    written = Path(str(outcome.data["path"]))
    assert written == tmp_path / "deep" / "mine.yml"
    assert written.read_bytes() == (TEMPLATES / f"{template}.yml").read_bytes()
    assert validate([written]).exit == Exit.DONE


def test_without_a_destination_it_lies_below_missions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert new("blank", None, TEMPLATES).text.startswith("wrote missions/blank.yml\nnext: edit it")
    assert (tmp_path / "missions" / "blank.yml").is_file()


def test_in_a_folder_it_has_the_templates_name(tmp_path: Path) -> None:
    assert new("blank", tmp_path, TEMPLATES).data == {
        "template": "blank", "path": str(tmp_path / "blank.yml")
    }  # fmt: skip


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yml"
    mine.write_text("precious")
    with pytest.raises(Refused, match="is there already; name another file; nothing is overwritten"):
        new("blank", mine, TEMPLATES)
    assert mine.read_text() == "precious"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be written|is there already"):
        new("blank", tmp_path / "file" / "mine.yml", TEMPLATES)
    with pytest.raises(Refused, match="cannot be written"):
        new("blank", tmp_path / ("x" * 300), TEMPLATES)


@pytest.mark.parametrize("template", ["clouds", "-x", "../mission-templates/blank", "BLANK", ""])
def test_a19_an_unknown_template_names_the_known_ones(template: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        new(template, tmp_path / "x.yml", TEMPLATES)
    known = "blank, cloud-providers, hosting-panels, payment-billing, sip-communication"
    assert str(refused.value) == f"there is no template {template!r}; the templates: {known}"
    assert not (tmp_path / "x.yml").exists()
