"""Accounts for operators, who log in like everybody else, second factor and limits included."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import ApiToken, Plan, User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What plans allow."""

    list_display = ("title", "slug", "paid", "parallel", "takes", "monthly_credits", "maximum_seconds")
    # comes with the plan's terms, which keep their history
    readonly_fields = ("monthly_credits",)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Users: their plan, and whether they may come in. Deleting goes through the account's own page."""

    list_display = ("email", "name", "plan", "is_active", "is_staff", "date_joined")
    list_filter = ("plan", "is_active", "is_staff")
    search_fields = ("email", "name")
    readonly_fields = ("email", "date_joined", "last_login")
    fields = ("email", "name", "plan", "is_active", "is_staff", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up; `manage.py createsuperuser` makes operators."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Not here: other apps have to erase their part."""
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Tokens, to look at."""

    list_display = ("hint", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    search_fields = ("hint", "user__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only their users make them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Nothing to change."""
        return False
