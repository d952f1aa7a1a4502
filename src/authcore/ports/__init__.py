"""
What authcore asks of the outside, one file per conversation partner.

Every port is synchronous and every implementation is safe to call from several threads.
"""
