from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from isengard.core.errors import InvalidError
from isengard.core.settings import load_settings, save_setting


def test_environment_beats_file_beats_default(paths):
    paths.settings_file.write_text('log_level = "DEBUG"\nworker_concurrency = 3\n')
    settings = load_settings({"LOG_LEVEL": "warning"}, paths)
    assert (settings.log_level, settings.worker_concurrency, settings.mode) == ("WARNING", 3, "production")
    assert settings.sources["log_level"] == "environment"
    assert settings.sources["worker_concurrency"] == "isengard.toml"
    assert settings.sources["mode"] == "default"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ISENGARD_MODE", "fast"),
        ("LOG_LEVEL", "LOUD"),
        ("WORKER_CONCURRENCY", "0"),
        ("WORKER_CONCURRENCY", "two"),
        ("ISENGARD_ALLOW_CPU", "maybe"),
    ],
)
def test_a_bad_value_names_its_variable(paths, variable, value):
    with pytest.raises(InvalidError) as caught:
        load_settings({variable: value}, paths)
    assert caught.value.code == "bad_setting" and variable in caught.value.message


def test_only_harmless_settings_can_be_saved(paths):
    save_setting(paths, "log_level", "ERROR")
    assert load_settings({}, paths).log_level == "ERROR"
    save_setting(paths, "mode", "fast-test")
    assert (
        load_settings({}, paths).fast_test
        and not load_settings({"ISENGARD_MODE": "production"}, paths).fast_test
    )
    for name in ("ai_toolkit_python", "data_dir", "comfyui_url", "allow_setup"):
        with pytest.raises(InvalidError) as caught:
            save_setting(paths, name, "x")
        assert caught.value.code == "setting_not_editable"


def test_what_no_file_or_header_can_hold_is_no_token(paths):
    """Half a character in secrets.toml kept every later start from reading its settings."""
    for token in ("a\x00b", "\ud800", "two words", "a\rb", "ü"):
        with pytest.raises(InvalidError) as caught:
            save_setting(paths, "hf_token", token)
        assert caught.value.code == "bad_setting" and "hf_" not in caught.value.message
    assert not paths.secrets_file.exists()


@pytest.mark.parametrize("line", ["hf_token = 12abchidden99", "token = 0xhidden99", 'redis_url = "hidden99'])
def test_a_slip_in_the_secrets_is_told_without_them(paths, line):
    """Everybody who can reach the server reads this message, and toml's own words repeat what it could not read."""
    paths.secrets_file.write_text(f'language = "en"\n{line}\n')
    with pytest.raises(InvalidError) as caught:
        load_settings({}, paths)
    assert "secrets.toml" in caught.value.message and "line" in caught.value.message
    assert "hidden99" not in "".join(traceback.format_exception(caught.value))


def test_two_pages_that_save_at_once_keep_both(paths):
    values = {"mode": "fast-test", "language": "en", "log_level": "ERROR"}
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda name: save_setting(paths, name, values[name]), [*values] * 5))
    settings = load_settings({}, paths)
    assert {name: getattr(settings, name) for name in values} == values


def test_the_token_goes_to_its_own_private_file_and_never_into_a_repr(paths):
    save_setting(paths, "hf_token", "hf_secretvalue")
    assert "hf_secretvalue" not in (paths.settings_file.read_text() if paths.settings_file.exists() else "")
    assert paths.secrets_file.stat().st_mode & 0o077 == 0
    settings = load_settings({}, paths)
    assert settings.hf_token == "hf_secretvalue" and "hf_secretvalue" not in repr(settings)


def test_on_runpod_models_are_kept_on_the_volume(paths, tmp_path):
    pod, volumes = {"RUNPOD_POD_ID": "p"}, (tmp_path,)
    kept = load_settings(pod, paths, volumes)
    assert (kept.hf_home, kept.sources["hf_home"]) == (str(tmp_path / "isengard" / "huggingface"), "default")
    assert load_settings({**pod, "HF_HOME": "/mine"}, paths, volumes).hf_home == "/mine"
    assert load_settings({}, paths, volumes).hf_home == ""


def test_base_models_come_from_the_owners_file_alone(paths):
    paths.settings_file.write_text('[base_models]\ntiny = "models/tiny"\n')
    assert load_settings({}, paths).base_models == {"tiny": "models/tiny"}


def test_a_damaged_file_is_told(paths):
    paths.settings_file.write_text("this is = = not toml")
    with pytest.raises(InvalidError) as caught:
        load_settings({}, paths)
    assert caught.value.code == "bad_setting"
