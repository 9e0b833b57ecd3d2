"""Why credits were not given out, in words for the person and as problems of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import pluralize
from rest_framework import status
from rest_framework.exceptions import APIException

from apps.wallets.errors import NotEnough, Owes


class NotEnoughCredits(APIException):
    """The wallet holds less than it takes."""

    status_code = status.HTTP_402_PAYMENT_REQUIRED
    default_code = "not-enough-credits"

    def __init__(self, error: NotEnough) -> None:
        super().__init__(refusal_says(error))
        self.members = {"needed": error.needed, "available": error.available}


class WalletOwes(APIException):
    """What is owed comes first."""

    status_code = status.HTTP_402_PAYMENT_REQUIRED
    default_code = "wallet-owes"

    def __init__(self, error: Owes) -> None:
        super().__init__(refusal_says(error))
        self.members = {"owed": error.amount}


def refusal_says(error: NotEnough | Owes) -> str:
    """What is needed and what is there."""
    if isinstance(error, Owes):
        return f"You owe {_credits(error.amount)}. New songs wait until that is settled; credits you get pay it first."
    return f"This needs {_credits(error.needed)}, and you have {intcomma(error.available)}."


@contextmanager
def as_problems() -> Iterator[None]:
    """Gives the API's answer to a refused hold."""
    try:
        yield
    except NotEnough as error:
        raise NotEnoughCredits(error) from error
    except Owes as error:
        raise WalletOwes(error) from error


def _credits(amount: int) -> str:
    return f"{intcomma(amount)} credit{pluralize(amount)}"
