"""How often a network did something lately, counted without keeping which network it was.

The key of a tally is an HMAC of the network under a salt of the day. Once the salt is removed nobody, not
even who knows every address there is, can tell what network a tally was of.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
import re
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from portal.limits.models import DaySalt, Tally

IPV4_PREFIX = 24
IPV6_PREFIX = 64
"""What one household, school or café is given, and one customer of a provider can change at will."""
SALT_BYTES = 32
UNKNOWN = "unknown"
HOUR = datetime.timedelta(hours=1)
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::\d*)?|(?P<v4>[0-9.]+):\d*")


def count(request: HttpRequest, scope: str, *, about: str = "", within: datetime.timedelta = HOUR) -> int:
    """Count one more ``scope`` of the request's network, and say how many that makes in this hour.

    It is committed at once, outside of any transaction of the act itself: what is refused counts too.

    Args:
        request: where it came from.
        scope: what was done.
        about: counts apart what concerns this, e.g. an account; of it too nothing is kept but the HMAC.
        within: a part of the hour to count in, instead of the whole.
    """
    place = {"scope": scope, "key": _key(request, about), "hour": start(within)}
    # In one transaction, so that of many at the same moment each reads the number that it made.
    with transaction.atomic(savepoint=False):
        while not Tally.objects.filter(**place).update(count=F("count") + 1):
            _add(Tally, **place)
        return Tally.objects.values_list("count", flat=True).get(**place)


def take_back(
    request: HttpRequest, scope: str, *, about: str = "", within: datetime.timedelta = HOUR
) -> None:
    """Count one less, of what was counted in the same window and turned out to be harmless."""
    place = {"scope": scope, "key": _key(request, about), "hour": start(within)}
    Tally.objects.filter(**place, count__gt=0).update(count=F("count") - 1)


def counted(request: HttpRequest, scope: str) -> int:
    """How many of ``scope`` the request's network has in this hour; writes nothing."""
    salt = DaySalt.objects.filter(day=timezone.now().date()).first()
    if salt is None:
        return 0
    place = {"scope": scope, "key": _under(bytes(salt.salt), request), "hour": start()}
    return Tally.objects.filter(**place).values_list("count", flat=True).first() or 0


def forget() -> str:
    """Remove the salts and tallies of all days but today: nothing is counted over more than an hour.

    Run once a day, it leaves nothing that is older than 48 hours.
    """
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    removed, _kinds = DaySalt.objects.filter(day__lt=midnight.date()).delete()
    removed += Tally.objects.filter(hour__lt=midnight).delete()[0]
    return f"{removed} records of networks removed"


def network_of(request: HttpRequest) -> str:
    """The network a request came from: the /24 of an IPv4 address, the /64 of an IPv6 address.

    Each proxy adds to ``X-Forwarded-For`` whom it was asked by. So with n proxies of our own the n-th
    entry from the end was written by the outermost of them; whatever stands before it anybody can write.
    A request with fewer entries came past the proxies: then its own address counts.
    """
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    named = entries[-trusted] if 0 < trusted <= len(entries) else ""
    return _network(named) or _network(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _network(text: str) -> str:
    """The network of an address; some proxies write the port behind it, and IPv6 in brackets."""
    text = text.strip()
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port["v6"] or with_port["v4"] or ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    prefix = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _key(request: HttpRequest, about: str = "") -> str:
    day = timezone.now().date()
    salt = DaySalt.objects.filter(day=day).first()
    while salt is None:
        _add(DaySalt, day=day, salt=secrets.token_bytes(SALT_BYTES))
        salt = DaySalt.objects.filter(day=day).first()
    return _under(bytes(salt.salt), request, about)


def _under(salt: bytes, request: HttpRequest, about: str = "") -> str:
    what = "\n".join((network_of(request), about)) if about else network_of(request)
    return hmac.new(salt, what.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _add(model: type[DaySalt | Tally], **values: object) -> None:
    """Add a row unless somebody else has just added it."""
    try:
        with transaction.atomic():
            model.objects.create(**values)
    except IntegrityError:
        return


def start(within: datetime.timedelta = HOUR) -> datetime.datetime:
    """When the hour began that is counted in, or the part of it."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour + (now - hour) // within * within
