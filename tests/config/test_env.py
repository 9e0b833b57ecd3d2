"""What stands in `.env` for engines reaches them."""

from __future__ import annotations

from config.env import hand_down


def test_settings_of_engines_are_handed_down_and_secrets_are_not() -> None:
    environment = {"REFRAIN_NEURAL_DEVICE": "cpu"}

    hand_down(
        {"REFRAIN_NEURAL_DEVICE": "cuda", "REFRAIN_COMMAND_ENGINES": "/opt/engines.toml", "SECRET_KEY": "s"},
        environment,
    )

    assert environment == {"REFRAIN_NEURAL_DEVICE": "cpu", "REFRAIN_COMMAND_ENGINES": "/opt/engines.toml"}
