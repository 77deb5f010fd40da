"""Code in the sandbox can use what it was given and nothing else."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reprocrate.rerun.sandbox import bubblewrap as sandbox_module
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox, find_sandbox, python_folders


@pytest.fixture
def sandbox() -> Sandbox:
    """The sandbox of this host."""
    found = find_sandbox()
    if isinstance(found, NoSandbox):
        pytest.skip(found.reason)
    return found


@pytest.fixture
def unprobed() -> None:
    """Forget what the host offered before and after the test."""
    find_sandbox.cache_clear()
    yield
    find_sandbox.cache_clear()


def inside(sandbox: Sandbox, work: Path, code: str, timeout: float = 60) -> str:
    """What code prints that runs in the sandbox with this interpreter."""
    python = Path(sys.executable)
    command = sandbox.wrap(
        [str(python), "-c", code], folder=work, writable=[work], readable=python_folders(python)
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder that the code may write to."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_the_work_folder_is_written_for_good(sandbox: Sandbox, work: Path) -> None:
    inside(sandbox, work, "open('out.txt', 'w').write('42')")
    assert (work / "out.txt").read_text() == "42"


def test_nothing_else_can_be_written(sandbox: Sandbox, work: Path) -> None:
    places = ["/etc/x", "/usr/x", f"{sys.prefix}/x", "/var/x"]
    code = f"""
for place in {places}:
    try:
        open(place, 'w')
    except OSError:
        continue
    print(place)
"""
    assert inside(sandbox, work, code) == ""


def test_what_lies_beside_the_work_folder_is_hidden(sandbox: Sandbox, work: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    assert inside(sandbox, work, f"import os; print(os.listdir({str(tmp_path)!r}))") == "['work']"


def test_what_people_put_at_the_root_is_hidden(
    sandbox: Sandbox, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = {"bin", "dev", "etc", "lib", "lib64", "opt", "proc", "sbin", "sys", "usr", "var", "nix"}
    shown = json.loads(
        inside(
            sandbox,
            work,
            "import json, os; print(json.dumps({one: len(os.listdir('/' + one)) for one in os.listdir('/')"
            " if os.path.isdir('/' + one) and os.access('/' + one, os.R_OK)}))",
        )
    )
    assert shown["usr"]
    theirs = {name for name, number in shown.items() if number} - program
    leading_here = {Path(place).resolve().parts[1] for place in (work, sys.prefix, sys.executable)}
    assert theirs <= leading_here | {"boot", "snap", "gnu", "lost+found", "home", "run"}

    place = Path("/usr/share")  # stands for a folder that somebody put at the root
    monkeypatch.setattr(sandbox_module, "_put_at_the_root", lambda: (str(place),))
    assert inside(sandbox, work, f"import os; print(os.listdir({str(place)!r}))") == "[]"


def test_the_home_folder_is_empty_but_for_what_is_needed(
    sandbox: Sandbox, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_text("key")
    monkeypatch.setenv("HOME", str(home))
    assert inside(sandbox, work, "import os; print(os.path.exists(os.path.expanduser('~/.ssh')))") == "False"


def test_an_environment_below_the_home_folder_is_readable(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    work = home / "paper" / "work"
    work.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    environment = home / "envs" / "e"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    command = sandbox.wrap(
        [str(python), "-c", "import sys; print(sys.prefix)"],
        folder=work,
        writable=[work],
        readable=python_folders(python),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(environment)


@pytest.mark.requirement("RQ34")
def test_there_is_no_network(sandbox: Sandbox, work: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"""
import socket
try:
    socket.create_connection(('127.0.0.1', {port}), 5)
    print('reached')
except OSError:
    print('refused')
"""
        assert inside(sandbox, work, code) == "refused"


def test_a_service_of_the_host_is_out_of_reach(sandbox: Sandbox, work: Path) -> None:
    code = "import os; print(sorted(os.listdir('/run')))"
    assert "docker.sock" not in inside(sandbox, work, code)
    assert "user" not in inside(sandbox, work, code)


@pytest.mark.requirement("RQ34")
def test_other_processes_are_not_seen(sandbox: Sandbox, work: Path) -> None:
    code = "import os; print(max(int(one) for one in os.listdir('/proc') if one.isdigit()) < 20)"
    assert inside(sandbox, work, code) == "True"


def test_no_privilege_is_kept(sandbox: Sandbox, work: Path) -> None:
    code = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')])"
    assert inside(sandbox, work, code) == "['0000000000000000']"


@pytest.mark.parametrize(
    "setting", ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/mm/ksm/run"]
)
def test_the_kernels_settings_cannot_be_changed_even_by_root(
    sandbox: Sandbox, work: Path, setting: str
) -> None:
    code = f"""
try:
    open({setting!r}, 'r+').close()
    print('writable')
except OSError:
    pass
"""
    assert inside(sandbox, work, code) == ""


def test_what_is_readable_below_a_writable_folder_cannot_be_changed(sandbox: Sandbox, work: Path) -> None:
    records = work / "records"
    (records / "mine").mkdir(parents=True)
    script = "touch free records/mine/free; touch records/forged; mv records other; true"
    command = sandbox.wrap(
        ["sh", "-c", script], folder=work, writable=[work, records / "mine"], readable=[records]
    )
    subprocess.run(command, check=True, capture_output=True)
    assert (work / "free").exists()
    assert (records / "mine" / "free").exists()
    assert not (records / "forged").exists()


def test_temporary_files_vanish(sandbox: Sandbox, work: Path) -> None:
    name = f"/tmp/left-by-the-sandbox-{os.getpid()}"
    inside(sandbox, work, f"open({name!r}, 'w').write('x')")
    assert not Path(name).exists()


def test_the_exit_status_is_the_commands(sandbox: Sandbox, work: Path) -> None:
    command = sandbox.wrap(["sh", "-c", "exit 7"], folder=work, writable=[work])
    assert subprocess.run(command, check=False).returncode == 7


def test_it_ends_with_the_program_that_started_it(sandbox: Sandbox, work: Path) -> None:
    command = sandbox.wrap(
        ["sh", "-c", "echo ready; sleep 60; echo late > late"], folder=work, writable=[work]
    )
    starter = (
        "import subprocess, sys, os\n"
        f"child = subprocess.Popen({command!r}, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter], capture_output=True, text=True, check=True, timeout=30
    )
    for _ in range(200):
        if not Path(f"/proc/{int(done.stdout)}").exists() or _is_dead(int(done.stdout)):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    else:
        pytest.fail("the sandbox outlived its starter")


def _is_dead(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_a_host_without_bubblewrap_is_told_how_to_get_it(
    unprobed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_sandbox()
    assert isinstance(found, NoSandbox)
    assert "not installed" in found.reason
    assert "bubblewrap" in found.how_to_get


def test_a_host_where_it_does_not_work_is_told_why(
    unprobed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = find_sandbox()
    assert isinstance(found, NoSandbox)
    assert "No permissions to create new namespace" in found.reason
    assert "user namespaces" in found.how_to_get


def test_other_systems_have_none(unprobed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module.sys, "platform", "darwin")
    assert isinstance(find_sandbox(), NoSandbox)


def test_files_in_memory_have_a_limit(sandbox: Sandbox, work: Path) -> None:
    if not sandbox.sized:
        pytest.skip("this bubblewrap cannot limit them")
    code = """
for place in ('/tmp/x', '/dev/shm/x', '/var/tmp/x', '/home/x'):
    try:
        with open(place, 'wb') as file:
            for _ in range(100):
                file.write(bytes(1_000_000))
        print(place)
    except OSError:
        pass
"""
    python = Path(sys.executable)
    command = sandbox.wrap(
        [str(python), "-c", code],
        folder=work,
        writable=[work],
        readable=python_folders(python),
        memory_bytes=10_000_000,
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_devices_can_be_used_and_none_be_made(sandbox: Sandbox, work: Path) -> None:
    code = """
import multiprocessing, os, pty
open('/dev/null', 'w').write('x')
pty.openpty()
multiprocessing.Semaphore()
try:
    open('/dev/made', 'w')
    print('made')
except OSError:
    pass
"""
    assert inside(sandbox, work, code) == ""


@pytest.mark.parametrize("network", [False, True])
def test_the_network_is_there_where_it_is_asked_for(sandbox: Sandbox, work: Path, network: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"""
import os, socket
try:
    socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)
    print('reached', os.path.exists('/etc/resolv.conf'))
except OSError:
    print('refused')
"""
        python = Path(sys.executable)
        command = sandbox.wrap(
            [str(python), "-c", code],
            folder=work,
            writable=[work],
            readable=python_folders(python),
            network=network,
        )
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.strip() == ("reached True" if network else "refused")


def test_the_file_that_tells_how_hosts_are_looked_up_is_there_although_it_lies_where_all_is_hidden(
    sandbox: Sandbox, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "resolve" / "stub-resolv.conf"
    place.parent.mkdir()
    place.write_text("nameserver 127.0.0.53")
    monkeypatch.setattr(sandbox_module, "_RESOLVER", place)
    command = sandbox.wrap(["cat", str(place)], folder=work, writable=[work], network=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "nameserver 127.0.0.53"
    alone = sandbox.wrap(["cat", str(place)], folder=work, writable=[work])
    assert subprocess.run(alone, capture_output=True, timeout=60, check=False).returncode != 0
