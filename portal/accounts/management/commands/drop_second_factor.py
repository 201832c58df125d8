from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts import letters, services
from portal.accounts.models import User


class Command(BaseCommand):
    help = "Remove the second factor of a person who lost it, and end the person's sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError("Nobody has this e-mail.")
        had_one = services.drop_second_factor(user=user, actor=None)
        letters.settle()
        self.stdout.write(
            "The second factor is removed: the next sign-in asks to set one up."
            if had_one
            else "There was none. The sessions have ended."
        )
