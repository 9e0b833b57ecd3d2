"""BROKER_URL is Redis or RabbitMQ, and a typing error stops the start."""

from __future__ import annotations

import pytest

from config.broker import broker_options


@pytest.mark.parametrize(
    "url", ["amqp://guest:guest@127.0.0.1:5672//", "amqps://user:secret@queue.example.org/refrain"]
)
def test_rabbitmq_confirms_what_it_took(url: str) -> None:
    assert broker_options(url) == {"confirm_publish": True}


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "rediss://cache/1", "redis+socket:///run/redis.sock"])
def test_redis_is_not_waited_for_without_end(url: str) -> None:
    options = broker_options(url)
    assert options["socket_connect_timeout"] < 10
    assert options["socket_timeout"] > 10, "a consumer's own wait is ten seconds long"


@pytest.mark.parametrize("url", ["", "127.0.0.1:5672", "sqs://key:secret@", "amqp//guest@host", "http://host"])
def test_anything_else_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="amqp://user"):
        broker_options(url)
