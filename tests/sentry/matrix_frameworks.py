"""Failed calls inside web frameworks and workers: unhandled, handled there, swallowed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import httpx
import openai
import sentry_sdk
from matrix_world import World, ask, ask_async

URL = "http://shop.example"

logging.getLogger("django.request").setLevel(logging.CRITICAL)


def _react(error: BaseException, how: str) -> None:
    """Do with a failure what the route says: nothing, capture it, or let it go through."""
    if how == "unhandled":
        raise error
    if how == "handled":
        sentry_sdk.capture_exception(error)


def _get(app: Any, world: World, how: str) -> World:
    """Ask a WSGI application."""
    with httpx.Client(transport=httpx.WSGITransport(app, raise_app_exceptions=False), base_url=URL) as client:
        world.notes["status"] = client.get(f"/ask/{how}").status_code
    return world


def _get_async(app: Any, world: World, how: str) -> World:
    """Ask an ASGI application."""

    async def start() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            world.notes["status"] = (await client.get(f"/ask/{how}")).status_code

    asyncio.run(start())
    return world


# FastAPI.


def _fastapi(world: World) -> Any:
    import fastapi

    app = fastapi.FastAPI()

    @app.get("/ask/{how}")
    def view(how: str) -> dict[str, str]:
        try:
            ask(world.client())
        except openai.RateLimitError as error:
            _react(error, how)
        return {}

    return app


def _fastapi_async(world: World) -> Any:
    import fastapi

    app = fastapi.FastAPI()

    @app.get("/ask/{how}")
    async def view(how: str) -> dict[str, str]:
        try:
            await ask_async(world.async_client())
        except openai.RateLimitError as error:
            _react(error, how)
        return {}

    return app


def fastapi_unhandled() -> World:
    world = World().fails()
    return _get_async(_fastapi(world), world, "unhandled")


def fastapi_handled() -> World:
    world = World().fails()
    return _get_async(_fastapi(world), world, "handled")


def fastapi_swallowed() -> World:
    world = World().fails()
    return _get_async(_fastapi(world), world, "swallowed")


def fastapi_async_unhandled() -> World:
    world = World().fails()
    return _get_async(_fastapi_async(world), world, "unhandled")


def fastapi_async_handled() -> World:
    world = World().fails()
    return _get_async(_fastapi_async(world), world, "handled")


def fastapi_async_swallowed() -> World:
    world = World().fails()
    return _get_async(_fastapi_async(world), world, "swallowed")


# Starlette, the call in a middleware.


def _starlette(world: World, how: str) -> Any:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    class Asking:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            try:
                await ask_async(world.async_client())
            except openai.RateLimitError as error:
                _react(error, how)
            await self.app(scope, receive, send)

    async def view(request: Any) -> PlainTextResponse:
        return PlainTextResponse("")

    return Starlette(routes=[Route("/ask/{how}", view)], middleware=[Middleware(Asking)])


def starlette_middleware_unhandled() -> World:
    world = World().fails()
    return _get_async(_starlette(world, "unhandled"), world, "unhandled")


def starlette_middleware_handled() -> World:
    world = World().fails()
    return _get_async(_starlette(world, "handled"), world, "handled")


# Flask.


def _flask(world: World) -> Any:
    import flask

    app = flask.Flask("shop")
    app.logger.disabled = True

    @app.get("/ask/<how>")
    def view(how: str) -> str:
        try:
            ask(world.client())
        except openai.RateLimitError as error:
            _react(error, how)
        return ""

    return app


def flask_unhandled() -> World:
    world = World().fails()
    return _get(_flask(world), world, "unhandled")


def flask_handled() -> World:
    world = World().fails()
    return _get(_flask(world), world, "handled")


def flask_swallowed() -> World:
    world = World().fails()
    return _get(_flask(world), world, "swallowed")


# Django.


def _django(world: World, make: Callable[[], Any], view: Any) -> Any:
    import sys
    import types

    import django
    from django.conf import settings
    from django.urls import path

    urls: Any = types.ModuleType("shop_urls")
    urls.urlpatterns = [path("ask/<str:how>", view)]
    sys.modules["shop_urls"] = urls
    settings.configure(ROOT_URLCONF="shop_urls", ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None, SECRET_KEY="x")
    django.setup()
    return make()


def _django_sync(how: str) -> World:
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse

    world = World().fails()

    def view(request: Any, how: str) -> HttpResponse:
        try:
            ask(world.client())
        except openai.RateLimitError as error:
            _react(error, how)
        return HttpResponse("")

    return _get(_django(world, get_wsgi_application, view), world, how)


def _django_async(how: str) -> World:
    from django.core.asgi import get_asgi_application
    from django.http import HttpResponse

    world = World().fails()

    async def view(request: Any, how: str) -> HttpResponse:
        try:
            await ask_async(world.async_client())
        except openai.RateLimitError as error:
            _react(error, how)
        return HttpResponse("")

    return _get_async(_django(world, get_asgi_application, view), world, how)


def django_unhandled() -> World:
    return _django_sync("unhandled")


def django_handled() -> World:
    return _django_sync("handled")


def django_swallowed() -> World:
    return _django_sync("swallowed")


def django_async_unhandled() -> World:
    return _django_async("unhandled")


def django_async_handled() -> World:
    return _django_async("handled")


def django_async_swallowed() -> World:
    return _django_async("swallowed")


# Celery, without a broker.


def _celery(how: str) -> World:
    import celery

    world = World().fails()
    app = celery.Celery("shop", set_as_current=False)

    @app.task(name="shop.ask")  # type: ignore[untyped-decorator]
    def task() -> None:
        try:
            ask(world.client())
        except openai.RateLimitError as error:
            _react(error, how)

    with contextlib.suppress(openai.RateLimitError):
        task.apply(throw=False)
    return world


def celery_unhandled() -> World:
    return _celery("unhandled")


def celery_handled() -> World:
    return _celery("handled")


def celery_swallowed() -> World:
    return _celery("swallowed")


def import_all() -> None:
    """Import the frameworks once, those that are installed."""
    import importlib

    for name in ("fastapi", "flask", "django.core.handlers.asgi", "django.core.handlers.wsgi", "celery"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
