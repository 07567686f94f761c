"""Images in files, read: ``docker save`` archives and OCI layouts, wherever their bytes are.

===============  ===================================================================
source           what holds files by name: a protocol, and a tar that is a blob
documents        the documents of a source, compared with what they promise to be
docker_archive   ``manifest.json``
oci_layout       ``index.json``
formats          which of the two it is
unpacked         the layers, unpacked and found true
===============  ===================================================================
"""
