"""The same journal gives the same bytes of output, in whatever process it is replayed."""

RUN = """
import hashlib, sys
from labsim import Lab
from tests.properties.state import shown

lab = Lab(seed=7)
for line in sys.argv[1].splitlines():
    lab.docker(line) if line.startswith(("pull", "push", "images", "login", "tag", "rmi")) else None
lab.sign_up("bobby", "s3cret")
lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
lab.cut("2MB")
lab.docker("push cantdocpp/golang:1.0")
lab.wait("3d")
lab.docker("push -a cantdocpp/golang")
lab.as_user("alice")
lab.docker("pull cantdocpp/golang:1.0")
lab.docker("images --digests --no-trunc")
lab.http("GET", "/v2/", host="ghcr.io")
for _, result in lab._past.state.results:
    print(result.merged, result.exit_code, result.trace and result.trace.to_json())
print(lab.account("cantdocpp"), shown(lab))
"""
SCRIPT = "print(lab.script)"
REPLAY = """
import sys
from labsim import Lab
from tests.properties.state import shown

lab = Lab.replay(sys.argv[1])
for _, result in lab._past.state.results:
    print(result.merged, result.exit_code, result.trace and result.trace.to_json())
print(lab.account("cantdocpp"), shown(lab))
"""
LINES = """login -u cantdocpp --password-stdin < token.txt
pull golang
pull nosuch
pull nginx
tag golang cantdocpp/golang:v1
tag golang cantdocpp/other:v1
push cantdocpp/golang:v1
images
rmi golang nosuch
"""


def test_two_processes_with_different_hash_seeds_print_the_same_bytes(fresh):
    one, other = (fresh(RUN, LINES, PYTHONHASHSEED=seed).stdout for seed in ("1", "2"))
    assert len(one) > 20_000
    assert one == other


def test_a_script_gives_another_process_the_same_bytes(fresh):
    script = fresh(RUN.partition("for _, result")[0] + SCRIPT, LINES, PYTHONHASHSEED="3").stdout
    told = fresh(RUN, LINES, PYTHONHASHSEED="4").stdout
    assert fresh(REPLAY, script, PYTHONHASHSEED="5").stdout == told
