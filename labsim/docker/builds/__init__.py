"""``docker build``, in parts.

=====================  =====================================================================
:mod:`~.reading`       options, the context, and the bases
:mod:`~.legacy`        the legacy builder: to standard output, step by step
:mod:`~.buildkit`      BuildKit: to standard error, in blocks
:mod:`~.blocks`        those blocks, without a terminal
:mod:`~.screen`        the same in a terminal, written over and over
=====================  =====================================================================
"""
