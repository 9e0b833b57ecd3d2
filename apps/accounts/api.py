"""The API of accounts: oneself, one's tokens, the plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import NAME_LENGTH, ApiToken, Plan, User
from apps.accounts.services.profile_change import profile_change
from apps.accounts.services.tokens import token_create, token_revoke


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan and what it allows."""

    class Meta:
        model = Plan
        fields = (
            "slug",
            "title",
            "paid",
            "parallel",
            "takes",
            "monthly_credits",
            "maximum_seconds",
            "lossless_downloads",
            "sells_output",
        )


class MeSerializer(serializers.ModelSerializer[User]):
    """Oneself; only the name can be changed here."""

    plan = PlanSerializer(read_only=True)
    joined_at = serializers.DateTimeField(source="date_joined", read_only=True)
    display_name = serializers.CharField(source="__str__", read_only=True, help_text="What others see.")

    class Meta:
        model = User
        fields = ("id", "email", "name", "display_name", "plan", "joined_at")
        read_only_fields = ("id", "email")


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token; its secret is shown once, when it is made."""

    scopes = serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices), min_length=1, max_length=2)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
        read_only_fields = ("id", "hint", "created_at", "last_used_at", "revoked_at")
        extra_kwargs = {"name": {"max_length": NAME_LENGTH}}  # noqa: RUF012 - as the framework has it


class FreshTokenSerializer(TokenSerializer):
    """A token just made."""

    secret = serializers.CharField(read_only=True, help_text="Keep it: it is not shown again.")

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")  # type: ignore[assignment]


class Me(APIView):
    """Oneself."""

    @extend_schema(responses=MeSerializer, operation_id="me")
    def get(self, request: Request) -> Response:
        """Who the token or the session belongs to, and what the plan allows."""
        return Response(MeSerializer(_user(request)).data)

    @extend_schema(
        request=MeSerializer,
        responses=MeSerializer,
        operation_id="me_change",
        examples=[OpenApiExample("A name", {"name": "Clara"}, request_only=True)],
    )
    def patch(self, request: Request) -> Response:
        """Change the name that others see."""
        user = _user(request)
        asked = MeSerializer(user, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        if "name" in asked.validated_data:
            profile_change(user=user, name=asked.validated_data["name"])
        return Response(MeSerializer(user).data)


@extend_schema_view(get=extend_schema(description="The plans of this site and what they allow."))
class PlanList(generics.ListAPIView[Plan]):
    """The plans."""

    queryset = Plan.objects.order_by("paid", "monthly_credits", "slug")
    serializer_class = PlanSerializer
    permission_classes = (AllowAny,)
    pagination_class = None


@extend_schema_view(get=extend_schema(description="Your tokens, newest first, without their secrets."))
class TokenList(generics.ListAPIView[ApiToken]):
    """One's tokens."""

    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer

    def get_queryset(self) -> QuerySet[ApiToken]:
        """One's own."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return ApiToken.objects.filter(user=_user(self.request)).order_by("-created_at", "-id")

    @extend_schema(
        request=TokenSerializer,
        responses={201: FreshTokenSerializer},
        description="Make a token. This needs a session: a token cannot make others, or it would outlive its end.",
        examples=[OpenApiExample("For a script", {"name": "my script", "scopes": ["read"]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Made, with its secret."""
        if isinstance(request.auth, ApiToken):
            raise PermissionDenied("A token cannot make tokens. Log in and make it on your page.")
        asked = TokenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        fresh = token_create(
            user=_user(request),
            name=data["name"],
            scopes=data["scopes"],
            expires_at=data.get("expires_at"),
            now=timezone.now(),
        )
        body = {**TokenSerializer(fresh.token).data, "secret": fresh.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class TokenDetail(APIView):
    """One token."""

    @extend_schema(request=None, responses={204: None}, operation_id="tokens_revoke")
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke it: it opens nothing from now on."""
        token_revoke(token=get_object_or_404(ApiToken, pk=pk, user=_user(request)), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
