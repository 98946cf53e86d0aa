"""Every address of the console, each with who may ask for it: the one table. A test walks the application by it."""

from __future__ import annotations

from bot.console import audit, home, profile, settings, sign_in, staff
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
    Route("GET", "/console/profile", profile.show, VIEWER),
    Route("POST", "/console/profile/name", profile.rename, VIEWER),
    Route("POST", "/console/profile/password", profile.change_password, VIEWER),
    Route("GET", "/console/profile/second-factor", profile.show_second_factor, STARTED),
    Route("POST", "/console/profile/second-factor", profile.set_second_factor, STARTED),
    Route("POST", "/console/profile/second-factor/off", profile.drop_second_factor, VIEWER),
    Route("POST", "/console/profile/recovery-codes", profile.renew_recovery_codes, VIEWER),
    Route("POST", "/console/profile/sessions/others", profile.end_other_sessions, VIEWER),
    Route("POST", "/console/profile/sessions/{id}", profile.end_session, VIEWER),
    Route("GET", "/console/staff", staff.show_all, ADMIN),
    Route("GET", "/console/staff/new", staff.show_new, ADMIN),
    Route("POST", "/console/staff/new", staff.invite, ADMIN),
    Route("GET", "/console/staff/{id}", staff.show, ADMIN),
    Route("POST", "/console/staff/{id}/role", staff.set_role, ADMIN),
    Route("POST", "/console/staff/{id}/name", staff.rename, ADMIN),
    Route("POST", "/console/staff/{id}/reset", staff.reset, ADMIN),
    Route("POST", "/console/staff/{id}/second-factor/remove", staff.remove_second_factor, ADMIN),
    Route("POST", "/console/staff/{id}/unlock", staff.unlock, ADMIN),
    Route("POST", "/console/staff/{id}/disable", staff.disable, ADMIN),
    Route("POST", "/console/staff/{id}/enable", staff.enable, ADMIN),
    Route("GET", "/console/audit", audit.show, APPROVER),
    Route("GET", "/console/settings", settings.show, ADMIN),
)
