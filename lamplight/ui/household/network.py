"""Where this computer is found by the others in its network."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import psutil

# What programs have put up for machines inside this one: nobody else gets there.
INSIDE = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "podman", "cni", "lxc")
WILDCARDS = ("0.0.0.0", "::", "")


def parsed_address(address: str) -> IPv4Address | IPv6Address:
    """One of version 4 also where a socket of version 6 wraps it. Raises `ValueError` for a name."""
    parsed = ip_address(address.split("%")[0])
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def is_loopback(address: str) -> bool:
    """Whether an address, or the name `localhost`, is reached from this computer alone."""
    try:
        return parsed_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def own_addresses() -> list[str]:
    """Of the network cards that are up, version 4 first; without those that only this computer can use."""
    cards, states = psutil.net_if_addrs(), psutil.net_if_stats()
    found = []
    for name, addresses in cards.items():
        if name.startswith(INSIDE) or not (name in states and states[name].isup):
            continue
        for family in (socket.AF_INET, socket.AF_INET6):
            found += [(family, one.address) for one in addresses if one.family == family]
    usable = [
        (family, one) for family, one in found if not (ip_address(one.split("%")[0]).is_link_local or is_loopback(one))
    ]
    return [address for _, address in sorted(usable, key=lambda pair: pair[0])]


def own_names() -> list[str]:
    """As this computer is called, and as it is called without a name server (RFC 6762)."""
    name = socket.gethostname().split(".")[0].lower()
    return [name, f"{name}.local"] if name else []


def household_addresses(host: str, port: int) -> list[str]:
    """What the others may type; `host` and `port` are what the app is bound to."""
    hosts = own_addresses() if host in WILDCARDS else [host]
    if host == "0.0.0.0":
        hosts = [one for one in hosts if ":" not in one]
    return [f"https://{f'[{one}]' if ':' in one else one}:{port}/" for one in hosts]
