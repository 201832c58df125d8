"""Put in front of ``served.py``: the same portal, but for each sending of a form taken as a first one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import served


def main(descriptor: int) -> None:
    serve = served.serve

    def serve_forgetfully(descriptor: int) -> None:
        from consultations import receipts
        from consultations.views import contributing

        receive = contributing.receive

        def stored(*, key: str = "", code: str = "", **given: Any) -> Any:
            return receive(code=receipts.new_code(), **given)

        contributing.receive = stored
        serve(descriptor)

    served.serve = serve_forgetfully  # type: ignore[assignment]
    served.main(descriptor)


if __name__ == "__main__":
    # As the program that served.py would be run by: its arguments end with the descriptor and a twin.
    main(int(sys.argv[-2]))
