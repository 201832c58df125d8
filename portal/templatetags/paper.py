"""For papers only: what a browser would do by itself and WeasyPrint does not."""

from django import template

from portal import bilingual

register = template.Library()


@register.filter
def direction(text: str) -> str:
    """The direction of a text that people typed, since ``dir=auto`` is ignored on paper."""
    return bilingual.direction(text)
