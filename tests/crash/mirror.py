"""Power cuts: a process under LD_PRELOAD whose folder is mirrored (mirror/), and the folder that a cut leaves.

`store` is the mirror: `names` has a line for each name on the medium (its folder's mark, its own, the name), `data/`
what is on the medium of each file. A mark is an extended attribute; a folder's begins with d, the topmost is `root`.
"""
import os
import pathlib
import shutil
import tempfile

MARK = "user.riacho.mirror"
Names = dict[str, dict[str, str]]  # folder's mark: {name: mark}


def folder_for_tests(otherwise: pathlib.Path) -> pathlib.Path:
    """In memory, where that takes marks: what a sync really costs is of no interest here."""
    memory = pathlib.Path("/dev/shm")
    try:
        with tempfile.NamedTemporaryFile(dir=memory) as probe:
            os.setxattr(probe.name, MARK, b"probe")
        return memory
    except OSError:
        return otherwise


def content(path: pathlib.Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


class Mirror:
    def __init__(self, library: pathlib.Path, live: pathlib.Path, store: pathlib.Path):
        """A new mirror for a folder that is empty or not there; both are made."""
        self.library, self.live, self.store = library, live, store
        for folder in (live, store):
            shutil.rmtree(folder, ignore_errors=True)
        live.mkdir(parents=True)
        (store / "data").mkdir(parents=True)

    def environment(self, seed: int, keeps: str = "", nap_us: int = 0, die_at: int = 0) -> dict[str, str]:
        """What a process needs so that its folder is mirrored; mirror/mirror.hpp says what the words mean."""
        return os.environ | {
            "LD_PRELOAD": str(self.library), "RIACHO_MIRROR_LIVE": str(self.live),
            "RIACHO_MIRROR_STORE": str(self.store), "RIACHO_MIRROR_SEED": str(seed), "RIACHO_MIRROR_KEEPS": keeps,
            "RIACHO_MIRROR_NAP_US": str(nap_us), "RIACHO_MIRROR_DIE_AT": str(die_at)}

    def cut(self) -> None:
        """The power is gone and back: the folder has what the mirror has. The process has ended before."""
        names = self.read_names()
        shutil.rmtree(self.live)
        self.live.mkdir()
        kept = self.put("root", self.live, names)
        for path in (self.store / "data").iterdir():
            if path.name not in kept:
                path.unlink()
        lines = [f"{folder} {mark} {name}\n" for folder in kept if folder in names
                 for name, mark in names[folder].items()]
        (self.store / "names").write_text("".join(lines))

    def differences(self) -> list[str]:
        """The files whose content or name in the mirror is another one than in the folder."""
        held, names = {}, self.read_names()

        def walk(mark: str, path: pathlib.Path) -> None:
            for name, child in names.get(mark, {}).items():
                if child.startswith("d"):
                    walk(child, path / name)
                else:
                    held[path / name] = self.store / "data" / child
        walk("root", self.live)
        shown = {path for path in self.live.rglob("*") if path.is_file()}
        return sorted(str(path) for path in shown | held.keys()
                      if path not in shown or path not in held or content(path) != content(held[path]))

    def read_names(self) -> Names:
        names: Names = {}
        path = self.store / "names"
        for line in path.read_text().splitlines() if path.exists() else ():
            folder, mark, name = line.split(" ", 2)
            names.setdefault(folder, {})[name] = mark
        return names

    def put(self, mark: str, folder: pathlib.Path, names: Names) -> set[str]:
        """Fills `folder`, and gives the marks of all that is there now."""
        os.setxattr(folder, MARK, mark.encode())
        kept = {mark}
        for name, child in names.get(mark, {}).items():
            path, content = folder / name, self.store / "data" / child
            if child.startswith("d"):
                path.mkdir()
                kept |= self.put(child, path, names)
                continue
            if content.exists():
                shutil.copyfile(content, path)
            else:
                path.touch()  # the name is there, nothing of the file was synced
            os.setxattr(path, MARK, child.encode())
            kept.add(child)
        return kept
