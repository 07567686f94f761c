"""The simulated commands: one module each, named after the command, loaded when it is typed.

A module offers ``COMMAND``; its flags and usage come from its help text in ``labsim/docker/help/``.
"""
