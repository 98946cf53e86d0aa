"""Every address of the console, each with who may ask for it: the one table. A test walks the application by it."""

from __future__ import annotations

from bot.console import home, sign_in
from bot.console.guard import Route
from bot.console.permissions import Permission

ANYONE, STARTED, VIEWER, EDITOR, APPROVER, ADMIN = Permission

ROUTES = (
    Route("GET", "/console/sign-in", sign_in.show, ANYONE),
    Route("POST", "/console/sign-in", sign_in.enter, ANYONE),
    Route("GET", "/console/second-step", sign_in.show_second_step, STARTED),
    Route("POST", "/console/second-step", sign_in.take_second_step, STARTED),
    Route("POST", "/console/sign-out", sign_in.leave, ANYONE),
    Route("GET", "/console/invitation/{token}", sign_in.show_invitation, ANYONE),
    Route("POST", "/console/invitation/{token}", sign_in.accept_invitation, ANYONE),
    Route("GET", "/console", home.show, VIEWER),
)
