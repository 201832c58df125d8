"""The portal's own settings with one address more: the bare view that its pages are held against."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
