"""What a client says: push, pull, login and tags as dialogues, after the classic Docker engine.

A dialogue decides what to ask and learns from what comes back; it neither knows the clock nor the
wire nor Docker's sentences.  Every request says ``because`` of which rule it is sent; the rules are
told in words by :mod:`labsim.story`.
"""
