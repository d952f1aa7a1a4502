"""
Interfaces to everything outside the domain, one file per partner.

Every port is synchronous and every implementation is safe to call from several threads.
"""
