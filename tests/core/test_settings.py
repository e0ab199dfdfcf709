from __future__ import annotations

import contextlib
import errno
import random
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from isengard.core.errors import InvalidError
from isengard.core.plugins import PluginContext, PluginRegistry, neighbour_packs
from isengard.core.settings import (
    Settings,
    current_face_models,
    current_token,
    load_settings,
    save_setting,
)


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


def test_face_models_are_a_list_of_names_that_counts_at_once(paths):
    running = load_settings({}, paths)
    assert running.face_models == () and current_face_models(running, paths) == ()
    save_setting(paths, "face_models", "yunet, auraface")
    assert current_face_models(running, paths) == ("yunet", "auraface")
    assert load_settings({}, paths).face_models == ("yunet", "auraface")
    paths.settings_file.write_text('face_models = ["sscd"]\n')
    assert current_face_models(running, paths) == ("sscd",)
    given = load_settings({"ISENGARD_FACE_MODELS": "dinov2_small"}, paths)
    assert current_face_models(given, paths) == ("dinov2_small",), "the environment wins"
    for text in ("../x", "Yu Net", "a;b"):
        with pytest.raises(InvalidError) as caught:
            save_setting(paths, "face_models", text)
        assert caught.value.code == "bad_setting"
    paths.settings_file.write_text('face_models = "no/path"\n')
    assert current_face_models(running, paths) == ()
    save_setting(paths, "face_models", "")
    assert load_settings({}, paths).face_models == ()


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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("this is = = not toml", 1),
        ('log_level = "DEBUG"\nmode = "fast-test\n', 2),
        ('log_level = "DEBUG"\n[base_models\nx = 1\n', 2),
        ('log_level = "DEBUG"\nlog_level = "INFO"\n', 0),
        ("a = [" * 20_000, 0),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_defaults_and_is_told(paths, text, line):
    paths.settings_file.write_text(text)
    settings = load_settings({}, paths)
    assert (settings.mode, settings.log_level) == ("production", "INFO")
    (slip,) = settings.slips
    assert (slip.kind, slip.file) == ("settings_slip", "isengard.toml") and slip.line in (
        line,
        line or slip.line,
    )
    assert not settings.allow_setup, "what was closed must not open by a slip"
    with pytest.raises(InvalidError) as caught:
        save_setting(paths, "language", "en")
    assert caught.value.code == "bad_setting" and paths.settings_file.read_text() == text


def test_a_value_that_cannot_be_used_leaves_its_default_and_the_others(paths):
    paths.settings_file.write_text(
        '# ours\nlog_level = "DEBUG"\nworker_concurrency = 0\nallow_setup = "never"\n'
    )
    settings = load_settings({}, paths)
    assert (settings.log_level, settings.worker_concurrency, settings.allow_setup) == ("DEBUG", 1, False)
    assert [(slip.kind, slip.line) for slip in settings.slips] == [("setting_slip", 3), ("setting_slip", 4)]
    assert settings.slips[0].reason == "worker_concurrency must be a number between 1 and 64."
    assert not load_settings({"WORKER_CONCURRENCY": "2", "ISENGARD_ALLOW_SETUP": "1"}, paths).slips


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("ai_toolkit_dir = false\n", 1, "ai_toolkit_dir must be text in quotes."),
        ("# x\ncomfyui_url = true\n", 2, "comfyui_url must be text in quotes."),
        ('hf_home = ["a", "b"]\n', 1, "hf_home must be text in quotes."),
        ("[log_level]\na = 1\n", 0, "log_level must be text in quotes."),
        (
            '[base_models]\nmine = "m.safetensors"\nworker_concurrency = 2\n',
            3,
            "worker_concurrency stands below [base_models], where it isn't read. Move it to the top of the file.",
        ),
        (
            '[base_models]\nmine = "m.safetensors"\n\nmode = "fast-test"\n',
            4,
            "mode stands below [base_models], where it isn't read. Move it to the top of the file.",
        ),
        (
            '[settings]\nlanguage = "de"\n',
            2,
            "language stands below [settings], where it isn't read. Move it to the top of the file.",
        ),
        (
            "[base_models]\nmine = 7\n",
            2,
            "mine must be text in quotes.",
        ),
        (
            'base_models = "m.safetensors"\n',
            1,
            "base_models must be a section with names and paths: [base_models].",
        ),
        ("alow_cpu = true\n", 1, "alow_cpu isn't a setting. Write allow_cpu instead."),
        (
            "worker_concurency = 2\n",
            1,
            "worker_concurency isn't a setting. Write worker_concurrency instead.",
        ),
        ('ISENGARD_MODE = "fast-test"\n', 1, "ISENGARD_MODE isn't a setting. Write mode instead."),
    ],
)
def test_what_is_written_and_not_read_is_told(paths, text, line, reason):
    """A folder was called False, a mode below [base_models] was taken for a model, and nobody heard of it."""
    paths.settings_file.write_text(text)
    settings = load_settings({}, paths)
    (slip,) = settings.slips
    assert (slip.kind, slip.line, slip.reason) == ("setting_slip", line, reason)
    assert (settings.mode, settings.ai_toolkit_dir, settings.comfyui_url, settings.hf_home) == (
        "production",
        "",
        "",
        "",
    )
    assert set(settings.base_models) <= {"mine", "mode"} and settings.allow_setup


def test_names_that_another_version_may_know_are_no_slip(paths):
    paths.settings_file.write_text(
        'wonders = true\nhf_token = "hf_x"\ntoken = 1234567890123456\nallowed_hosts = ["a.lan"]\n[more]\nx = 1\n'
    )
    settings = load_settings({}, paths)
    assert settings.slips == () and settings.allowed_hosts == ("a.lan",)
    assert settings.token == "1234567890123456"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_what_notepad_calls_unicode_is_read(paths, encoding):
    """PowerShell's `>` writes so, too; the panel wrote the file anew as the standard wants it."""
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    paths.settings_file.write_bytes(mark + 'log_level = "DEBUG"\r\nmode = "fast-test"\r\n'.encode(encoding))
    settings = load_settings({}, paths)
    assert (settings.log_level, settings.mode, settings.slips) == ("DEBUG", "fast-test", ())
    save_setting(paths, "language", "en")
    assert paths.settings_file.read_bytes().decode("utf-8").startswith('log_level = "DEBUG"\r\n')


def test_where_a_slip_hides_which_redis_keeps_the_jobs_nothing_starts(paths):
    paths.settings_file.write_text('redis_url = "redis://x"\nmode = \n')
    with pytest.raises(InvalidError) as caught:
        load_settings({}, paths)
    assert caught.value.code == "bad_setting" and "line 2" in caught.value.message
    assert load_settings({"REDIS_URL": "redis://x"}, paths).slips


OWNERS = """# what our studio uses\r
mode = "production"  # never practice here\r
\r
[base_models]  # on the big disk\r
mine = 'D:\\models\\mine.safetensors'\r
"""


def test_a_setting_changed_in_the_panel_leaves_the_owners_words(paths):
    paths.settings_file.write_bytes(OWNERS.encode())
    save_setting(paths, "mode", "fast-test")
    save_setting(paths, "language", "en")
    text = paths.settings_file.read_bytes().decode()
    for line in OWNERS.replace('"production"', '"fast-test"').splitlines(keepends=True):
        assert line in text, text
    settings = load_settings({}, paths)
    assert (settings.mode, settings.language, settings.slips) == ("fast-test", "en", ())
    assert settings.base_models == {"mine": "D:\\models\\mine.safetensors"}
    save_setting(paths, "hf_token", "hf_abc")
    save_setting(paths, "hf_token", "")
    assert "hf_token" not in paths.secrets_file.read_text()


def test_a_file_that_a_container_mounted_by_itself_is_written_as_it_stands(paths, monkeypatch):
    """It cannot be replaced: the panel said that something went wrong inside Isengard."""
    paths.settings_file.write_text('mode = "production"  # a long line of ours\nlog_level = "WARNING"\n')
    inode = paths.settings_file.stat().st_ino

    def replace(source, target):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr("os.replace", replace)
    save_setting(paths, "log_level", "INFO")
    assert (
        paths.settings_file.read_text() == 'mode = "production"  # a long line of ours\nlog_level = "INFO"\n'
    )
    assert paths.settings_file.stat().st_ino == inode and len(list(paths.root.glob(".isengard*"))) == 0
    with pytest.raises(OSError, match="busy"):
        save_setting(paths, "hf_token", "hf_x")  # there is none that could be mounted


def test_the_mark_that_windows_editors_put_first_is_no_slip(paths):
    paths.settings_file.write_bytes(b'\xef\xbb\xbflog_level = "DEBUG"\n')
    assert load_settings({}, paths).log_level == "DEBUG"
    save_setting(paths, "language", "en")
    assert load_settings({}, paths).log_level == "DEBUG"


GOOD = """mode = "fast-test"\nlog_level = "DEBUG"\nallowed_hosts = ["a.lan", "b.lan"]\n[base_models]\n"my model" = "C:\\\\x"
other = 'u/v'\nn = {a = 1, b = [1,2,{c="d"}]}\n[[x.y]]\nz = 1979-05-27T07:32:00Z\nf = 1e400\nt = \"\"\"multi\nline\"\"\"\n"""
PLUGINS = (
    '[project]\nname = "isengard-x"\n[tool.isengard.plugins.training_backends]\npencil = "backend:create"\n'
)
BITS = [*"[]='\"\\\n.{},#\x00\ufeff\r\t", "[[", '"""', "\\u", "\\U0011FFFF", "..", "1_", "0x", "[a.", "a.b.c=1", "[mode]", "[[mode]]",
        "mode.x=1", "2020-13-45", "00:99", '"\\x"', '[["]]', "[a]\n[a]", "[tool]\n", "tool=1\n", "[[tool.isengard]]\n"]  # fmt: skip


def corrupted(text, chance):
    letters = list(text)
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        at, how = chance.randrange(len(letters) + 1), chance.randrange(5)
        if how == 0:
            del letters[at : at + chance.randrange(1, 20)]
        elif how == 1:
            letters[at:at] = list(chance.choice(BITS))
        elif how == 2:
            letters[at : at + 1] = [chr(chance.randrange(1, 256))]
        elif how == 3:
            letters = letters[:at]
        else:
            letters[at:at] = letters[max(0, at - chance.randrange(30)) : at]
    data = "".join(letters).encode("utf-8", "surrogatepass")
    return data if chance.random() < 0.9 else data[:-3] + b"\xff\xfe"


def test_whatever_is_in_the_files_the_pack_starts(paths, tmp_path):
    """600 corruptions of isengard.toml and of a neighbouring pack's pyproject.toml; secrets.toml is refused in words."""
    chance = random.Random(2718)
    pack = tmp_path / "custom_nodes" / "neighbour"
    pack.mkdir(parents=True)
    context = PluginContext(paths, Settings())
    told = 0
    for _ in range(300):
        paths.settings_file.write_bytes(corrupted(GOOD, chance))
        told += len(load_settings({}, paths).slips)
        (pack / "pyproject.toml").write_bytes(corrupted(PLUGINS + GOOD, chance))
        registry = PluginRegistry(context, {}, neighbour_packs(pack.parent / "isengard"))
        registry.prepare()
        told += len(registry.slips)
        paths.settings_file.unlink()
        paths.secrets_file.write_bytes(corrupted('hf_token = "hf_x"\n' + GOOD, chance))
        with contextlib.suppress(InvalidError):
            load_settings({}, paths)
        paths.secrets_file.unlink()
    assert told > 200, "the corruptions are too gentle"


def test_secrets_may_stand_in_files_that_the_environment_names(paths, tmp_path):
    """A container's secrets: nobody sees them among its variables."""
    files = {
        "ISENGARD_TOKEN": "a-token-of-sixteen\n",
        "HF_TOKEN": "hf_abc\n",
        "REDIS_PASSWORD": "p@ss/word\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    named = {f"{name}_FILE": str(tmp_path / name) for name in files}
    settings = load_settings({**named, "REDIS_URL": "redis://redis:6379/0"}, paths)
    assert (settings.token, settings.hf_token) == ("a-token-of-sixteen", "hf_abc")
    assert settings.redis_url == "redis://:p%40ss%2Fword@redis:6379/0"
    assert settings.sources["token"] == settings.sources["hf_token"] == "environment"
    assert current_token(settings, paths) == "hf_abc"


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("redis://ann@redis:6379/0", "redis://ann:file@redis:6379/0"),
        ("redis://:mine@redis:6379/0", "redis://:mine@redis:6379/0"),
        ("rediss://redis/0?ssl_ca_certs=/ca.pem", "rediss://:file@redis/0?ssl_ca_certs=/ca.pem"),
        ("", ""),
        ("redis://[half", "redis://[half"),
    ],
)
def test_the_password_in_a_file_goes_into_an_address_that_has_none(paths, tmp_path, url, known):
    (tmp_path / "password").write_text("file")
    settings = load_settings({"REDIS_URL": url, "REDIS_PASSWORD_FILE": str(tmp_path / "password")}, paths)
    assert settings.redis_url == known


def test_a_variable_counts_more_than_its_file_and_an_empty_file_is_none(paths, tmp_path):
    (tmp_path / "token").write_text("of-the-file-0123456789")
    (tmp_path / "none").write_text("\n")
    env = {"ISENGARD_TOKEN": "of-the-variable-01234", "ISENGARD_TOKEN_FILE": str(tmp_path / "token")}
    assert load_settings(env, paths).token == "of-the-variable-01234"
    settings = load_settings({"HF_TOKEN_FILE": str(tmp_path / "none")}, paths)
    assert settings.hf_token == "" and settings.sources["hf_token"] == "default"


def test_a_secret_file_that_cannot_be_read_is_told_without_its_content(paths, tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "missing", tmp_path, tmp_path / "binary"):
        with pytest.raises(InvalidError) as caught:
            load_settings({"HF_TOKEN_FILE": str(file)}, paths)
        assert caught.value.code == "bad_setting" and "HF_TOKEN_FILE" in caught.value.message
