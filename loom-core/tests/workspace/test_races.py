import threading

from loom_core.errors import PathRefused


def test_a_directory_that_turns_into_a_link_never_leads_out(workspace, root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("SECRET")
    (root / "real").mkdir()
    (root / "real" / "f").write_text("fine")
    (root / "evil").symlink_to(outside)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for source in ("real", "evil"):
                (root / source).rename(root / "d")
                (root / "d").rename(root / source)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen: set[bytes] = set()
    try:
        for _ in range(3000):
            try:
                seen.add(workspace.read("d/f"))
            except (PathRefused, FileNotFoundError, NotADirectoryError):
                continue
    finally:
        stop.set()
        swapper.join()

    assert seen <= {b"fine"}


def test_parallel_writers_leave_one_whole_file(workspace, root):
    contents = [bytes([65 + number]) * 20_000 for number in range(4)]

    def write_often(data: bytes) -> None:
        for _ in range(10):
            workspace.write("shared", data)

    writers = [threading.Thread(target=write_often, args=(data,)) for data in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert (root / "shared").read_bytes() in contents
    assert [path.name for path in root.iterdir()] == ["shared"]
