"""Component tags. Each says in its docstring what it takes and refuses what it does not know."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import locales, navigation
from portal.bilingual import Localized, page_language
from portal.files.authors import StoredDocument, authors_of
from portal.files.sizes import size_in_words
from portal.municipalities.access import allows, roles_of
from portal.municipalities.models import Role

register = template.Library()

ICONS = frozenset(
    [
        "alert",
        "cal",
        "calplus",
        "check",
        "clip",
        "clock",
        "comment",
        "doc",
        "down",
        "edit",
        "eye",
        "flag",
        "globe",
        "info",
        "khatam",
        "khatam-o",
        "lock",
        "menu",
        "next",
        "pin",
        "plus",
        "print",
        "reply",
        "rss",
        "save",
        "search",
        "undo",
        "up",
        "users",
        "x",
    ]
)
MIRRORED = frozenset({"reply", "undo", "next"})
_DIRECTION = {"ar": "rtl", "fr": "ltr", "en": "ltr"}


@lru_cache(maxsize=64)
def _icon(name: str, address: str) -> SafeString:
    turned = " i-flip" if name in MIRRORED else ""
    return format_html('<svg class="i{}" aria-hidden="true"><use href="{}#{}"/></svg>', turned, address, name)


@lru_cache(maxsize=1)
def _icons_address() -> str:
    return static("musharaka/img/icons.svg")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a word, never alone: ``{% icon "check" %}``. Unknown names are an error."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"There is no icon “{name}”.")
    return _icon(name, _icons_address())


@register.simple_tag
def text(value: Localized) -> SafeString | str:
    """A text of the content; in its own ``lang`` and ``dir`` when the page is in another language."""
    if value.is_foreign:
        return format_html('<bdi lang="{}" dir="{}">{}</bdi>', value.lang, value.dir, value.text)
    return conditional_escape(value.text)


@register.simple_tag
def lang_attrs(value: Localized) -> SafeString | str:
    """`` lang="ar" dir="rtl"`` for the element that holds a text of another language, else nothing."""
    return format_html(' lang="{}" dir="{}"', value.lang, value.dir) if value.is_foreign else ""


@register.filter
def ltr(value: Any) -> SafeString:
    """Isolate a figure, code, size or address: ``2-1`` after an Arabic letter would be drawn ``1-2``."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def number(value: int) -> SafeString:
    """A whole number, grouped and isolated."""
    return format_html('<bdi dir="ltr">{}</bdi>', locales.number(value))


@register.filter
def percent(value: int) -> SafeString:
    return format_html('<bdi dir="ltr">{}</bdi>', locales.percent(value, page_language()))


@register.filter
def amount(value: Decimal, currency: str) -> SafeString:
    """``{{ cost|amount:"TND" }}``: an amount of a table whose head names the currency."""
    return format_html('<bdi dir="ltr">{}</bdi>', locales.number(value, locales.DECIMALS[currency]))


@register.filter
def money(value: Decimal, currency: str) -> SafeString:
    """``{{ cost|money:"TND" }}``: an amount with its unit."""
    return format_html("{}\u00a0{}", amount(value, currency), currency_unit(currency))


@register.filter
def currency_unit(currency: str) -> str:
    return locales.currency_unit(currency, page_language())


@register.filter
def rate(value: Decimal) -> SafeString:
    """A share in percent, to a tenth: ``62,4%``."""
    space = locales.NARROW_SPACE if page_language() == "fr" else ""
    return format_html('<bdi dir="ltr">{}{}%</bdi>', locales.number(value, 1), space)


@register.filter
def long_date(value: datetime.date, country: str) -> str:
    """``{{ date|long_date:"TN" }}``: a date in the country's months and the page's language."""
    return locales.long_date(value, country, page_language())


@register.filter
def full_date(value: datetime.date, country: str) -> str:
    return locales.full_date(value, country, page_language())


@register.filter
def day_month(value: datetime.date, country: str) -> str:
    return locales.day_month(value, country, page_language())


@register.filter
def month_name(value: datetime.date, country: str) -> str:
    return locales.month_name(value, country, page_language())


@register.filter
def weekday(value: datetime.date, country: str) -> str:
    return locales.weekday(value, country, page_language())


@register.filter
def times(value: int) -> range:
    """For drawing ``value`` of something: ``{% for _ in 5|times %}``."""
    return range(value)


@register.simple_tag
def page_direction() -> str:
    return _DIRECTION[page_language()]


@register.simple_tag(takes_context=True)
def in_language(context: template.Context, language: str) -> str:
    """The address of this page in another language; the home page where the page has no language."""
    path = context["request"].path
    parts = path.split("/", 2)
    if len(parts) == 3 and parts[1] in _DIRECTION:
        query = context["request"].META.get("QUERY_STRING")
        return f"/{language}/{parts[2]}" + (f"?{query}" if query else "")
    return f"/{language}/"


@register.simple_tag(takes_context=True)
def desk_tabs(context: template.Context) -> list[navigation.DeskTab]:
    """The links of the desk's header for whoever is signed in. One query for each domain."""
    municipality, request = context["municipality"], context["request"]
    sections = navigation.desk_sections(municipality, lambda act: allows(request.user, act, municipality.pk))
    return navigation.desk_tabs(sections, path=request.path, section=context.get("desk_section") or "")


@register.simple_tag(takes_context=True)
def role_here(context: template.Context) -> str:
    """What the person is in the municipality: a role, or several."""
    user, municipality = context["request"].user, context["municipality"]
    roles = roles_of(user, municipality.pk)
    names = [str(role.label) for role in Role if role in roles]
    return pgettext("list separator", ", ").join(names) if names else _("Platform administrator")


@register.filter
def authors(file: StoredDocument) -> list[str]:
    """``{{ file|authors }}``: the people whom a stored document names as its authors."""
    return authors_of(file)


@register.filter
def file_size(value: int) -> SafeString:
    """``5.7 KB``, isolated; sizes stay in Latin letters in every language."""
    return format_html('<bdi dir="ltr">{}</bdi>', size_in_words(value))
