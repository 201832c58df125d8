"""What the journeys stand on, which checks of trust share: see tests/browsing.py."""

from tests.browsing import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

__all__ = ["EACH_LANGUAGE_AND_WIDTH", "Reader", "sign_in"]
