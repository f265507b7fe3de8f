"""The two commands."""

import argparse
import contextlib
import sys
from pathlib import Path

from tests import compare_pages
from tests.compare_pages.capture import capture
from tests.compare_pages.differences import diff


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=compare_pages.__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(required=True, dest="command")
    one = commands.add_parser("capture", help="ask for every address")
    one.add_argument("folder", type=Path, help="where the answers go; must not exist")
    one.add_argument("--data", type=Path, required=True, help="a VAR_DIR that no server uses now")
    one.add_argument("--like", type=Path, help="a capture whose addresses come first")
    two = commands.add_parser("diff", help="print what differs; ends with 1 if anything does")
    two.add_argument("before", type=Path)
    two.add_argument("after", type=Path)
    two.add_argument("--ignore", default="", help="parts, such as links,shapes,breaks")
    two.add_argument("--meant", type=Path, help="a file of regular expressions; # begins a reason")
    two.add_argument("--most", type=int, default=60, help="how many kinds of difference to show")
    return parser.parse_args()


def patterns(file: Path | None) -> list[str]:
    lines = file.read_text("utf-8").splitlines() if file else []
    return [line for line in lines if line.strip() and not line.startswith("#")]


def main() -> int:
    given = arguments()
    if given.command == "diff":
        ignored = set(given.ignore.split(","))
        return diff(given.before, given.after, ignored, patterns(given.meant), given.most)
    capture(given.folder, given.data, given.like)
    return 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
