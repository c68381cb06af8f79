"""What the settings show and do about the household: the password, the address to open elsewhere, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from lamplight import PROGRAM
from lamplight.ui.household.network import household_addresses
from lamplight.ui.household.sign_in import SIGN_IN, device_shown, session_cookie
from lamplight.ui.household.visitor import session_of
from lamplight.ui.requests import act, field

if TYPE_CHECKING:
    from lamplight.ui.household.certificate import Certificate
    from lamplight.ui.household.sessions import Household, Session

QR_PIXELS = 6  # to a module


@dataclass(frozen=True, slots=True)
class Served:
    """Where the app can be reached, and the certificate that the others see; None where only this computer can."""

    host: str
    port: int
    certificate: Certificate | None = None

    @property
    def addresses(self) -> list[str]:
        """For the others, as they are now; none where they can't come in."""
        return household_addresses(self.host, self.port) if self.certificate is not None else []


def household_routes(household: Household, served: Served) -> APIRouter:
    """`/household` is for the person at the computer (`visitor.AT_THE_COMPUTER_ONLY`), `/sessions` for everybody."""
    router = APIRouter()

    @router.get("/household")
    async def shown() -> JSONResponse:
        return await act(_state, household, served)

    @router.post("/household/password")
    async def password(request: Request) -> JSONResponse:
        """All who are signed in have to sign in again."""
        return await act(household.set_password, await field(request, "password", str))

    @router.post("/household/invitation")
    async def invite() -> JSONResponse:
        """What `qr.svg` may have in it: it signs in another device of the person at the computer."""
        return await act(lambda: {"invitation": household.invite()})

    @router.get("/household/qr.svg")
    def code(address: str, invitation: str = Query("", pattern=r"^[\w-]*$")) -> Response:
        if address not in served.addresses:
            raise HTTPException(404)
        text = f"{address.rstrip('/')}{SIGN_IN}?invitation={invitation}" if invitation else address
        return Response(qr_code(text), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    @router.get("/sessions")
    async def sessions(request: Request) -> JSONResponse:
        """All of them for the person at the computer, else one's own."""
        own = session_of(request)
        found = household.sessions(own.person if own else None)
        return await act(lambda: [_shown(session, own) for session in found])

    @router.post("/sessions/{session_id}/end")
    async def end(session_id: str, request: Request) -> Response:
        own = session_of(request)
        response = await act(household.end, session_id, own.person if own else None)
        if own is not None and own.ended:
            response.delete_cookie(session_cookie(served.port), secure=True, httponly=True, samesite="strict")
        return response

    return router


def _state(household: Household, served: Served) -> dict[str, Any]:
    certificate = served.certificate
    return {
        "password": household.has_password,
        "addresses": served.addresses,
        "fingerprint": certificate.fingerprint if certificate else "",
        "given": certificate is not None and certificate.given,
        "program": PROGRAM,
    }


def _shown(session: Session, own: Session | None) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.name,
        "device": device_shown(session.device),
        "address": session.address,
        "since": session.since,
        "seen": session.seen,
        "this": session is own,
    }


def qr_code(text: str) -> str:
    """As an SVG picture, black on white with its quiet zone."""
    from zxingcpp import BarcodeFormat, create_barcode

    drawn: str = create_barcode(text, BarcodeFormat.QRCode).to_svg(scale=QR_PIXELS)
    return drawn
