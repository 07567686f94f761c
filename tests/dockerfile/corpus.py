"""Dockerfiles, one for each rule of the reference and each way to break it.

``answers.jsonl`` holds what both builders of daemon 20.10.24 made of each: the failure's sentence,
or the image's config and history without times.  ``python -m tools.record_builds`` records it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ANSWERS", "CASES", "FILES", "Case", "answers"]

ANSWERS = Path(__file__).with_name("answers.jsonl")

#: The build context of every case.
FILES = {
    "a.txt": "a\n",
    "b.txt": "bb\n",
    "app/main.py": "print(1)\n",
    "app/lib/util.py": "x = 1\n",
    "notes.md": "# notes\n",
}


class Case(NamedTuple):
    """A rule in words, and a Dockerfile that follows or breaks it."""

    rule: str
    dockerfile: str


def answers() -> dict[str, dict[str, Any]]:
    """What the real builders said, by rule."""
    rows = (json.loads(row) for row in ANSWERS.read_text(encoding="utf-8").splitlines())
    return {row["rule"]: row for row in rows}


_S = "FROM scratch\n"
_CASES: dict[str, str] = {
    # lines
    "an empty file": "",
    "only comments": "# one\n# two\n",
    "only blank lines": "\n\n",
    "a comment is no instruction": f"# hello\n{_S}# more\nENV A=1\n",
    "a comment may be indented": f"{_S}   # more\nENV A=1\n",
    "a hash inside a line is no comment": f"{_S}ENV A=1#2\n",
    "a line goes on after a backslash": f"{_S}ENV A=1 \\\n  B=2\n",
    "blanks may follow the backslash": f"{_S}ENV A=1 \\  \n  B=2\n",
    "a comment inside a continued line is skipped": f"{_S}ENV A=1 \\\n# no\n  B=2\n",
    "an empty line inside a continued line is skipped": f"{_S}ENV A=1 \\\n\n  B=2\n",
    "a continuation joins words without a blank": f"{_S}ENV A=1\\\n2\n",
    "a continuation may be the last line": f"{_S}ENV A=1 \\\n",
    "a file may end without a newline": f"{_S}ENV A=1",
    "lines may end as on Windows": "FROM scratch\r\nENV A=1 \\\r\n B=2\r\n",
    "a byte order mark is skipped": f"\ufeff{_S}ENV A=1\n",
    "an instruction in lower case": "from scratch\nenv A=1\n",
    "an instruction may be indented": f"{_S}  ENV A=1\n",
    "tabs separate words": f"{_S}ENV\tA=1\tB=2\n",
    "an unknown instruction": f"{_S}FOO bar\n",
    "an unknown instruction in lower case": f"{_S}foo bar\n",
    "a line number counts every line": f"{_S}\n# c\nENV A=1 \\\n B=2\n\nFOO\n",
    "syntax comes before meaning": f"{_S}FOO bar\nENV A\n",
    # directives
    "the escape directive": f"# escape=`\n{_S}ENV A=1 `\n  B=2\n",
    "the escape directive takes two characters only": f"# escape=x\n{_S}",
    "the escape directive twice": f"# escape=`\n# escape=`\n{_S}",
    "a directive after a comment is a comment": f"# hi\n# escape=`\n{_S}ENV A=1 \\\n  B=2\n",
    "a directive after an instruction is a comment": f"{_S}# escape=x\nENV A=1\n",
    "an unknown directive is a comment": f"# foo=bar\n# escape=x\n{_S}ENV A=1\n",
    "a directive in capitals": f"# ESCAPE = `\n{_S}ENV A=1 `\n  B=2\n",
    # from
    "FROM alone": "FROM\n",
    "FROM with two words": "FROM scratch x\n",
    "FROM with four words": "FROM scratch AS x y\n",
    "FROM scratch has no layers": f"{_S}LABEL a=b\n",
    "a stage may be named": "FROM scratch AS one\nENV A=1\n",
    "a stage name may not begin with a digit": "FROM scratch AS 1x\n",
    "a stage name has no symbols": "FROM scratch AS a/b\n",
    "a stage name has no quotes": 'FROM scratch AS "a"\n',
    "a stage name twice": "FROM scratch AS a\nCOPY a.txt /\nFROM scratch AS A\nENV B=1\n",
    "AS in lower case": "FROM scratch as one\nENV A=1\n",
    "a stage on a stage": "FROM scratch AS one\nCOPY a.txt /\nFROM one\nENV A=1\n",
    "an instruction before FROM": f"RUN x\n{_S}",
    "ARG before FROM": "ARG BASE=scratch\nFROM ${BASE}\nENV A=1\n",
    "ARG before FROM is not seen in a stage": f"ARG V=1\n{_S}ENV A=x$V\n",
    "ARG before FROM is fetched into a stage": f"ARG V=1\n{_S}ARG V\nENV A=x$V\n",
    "a base without a name": "FROM ${X}\n",
    "FROM with an unknown flag": "FROM --foo=1 scratch\n",
    "FROM for the platform that builds": "FROM --platform=linux/amd64 scratch\nENV A=1\n",
    "a base that is no name": "FROM Scratch:::\n",
    # env
    "ENV alone": f"{_S}ENV\n",
    "ENV with one word": f"{_S}ENV A\n",
    "ENV in the old form": f"{_S}ENV A one two\n",
    "ENV in the old form keeps quotes": f'{_S}ENV A "one two" x\n',
    "ENV with several pairs": f"{_S}ENV A=1 B=2 C=3\n",
    "ENV with quotes": f"{_S}ENV A=\"one two\" B='three four'\n",
    "ENV with an escaped blank": f"{_S}ENV A=one\\ two\n",
    "ENV without an equals sign later": f"{_S}ENV A=1 B\n",
    "ENV with a blank name": f"{_S}ENV =1\n",
    "ENV with an empty value": f"{_S}ENV A= B=2\n",
    "ENV replaces a value": f"{_S}ENV A=1\nENV A=2\n",
    "ENV uses what stood before the line": f"{_S}ENV A=1\nENV A=2 B=$A\n",
    "ENV with a flag": f"{_S}ENV --x A=1\n",
    # expansion
    "a variable in braces": f"{_S}ENV A=1\nENV B=${{A}}x\n",
    "a variable that is not set is empty": f"{_S}ENV B=x$A\n",
    "a default": f"{_S}ENV B=${{A:-one}} C=${{B:-two}}\n",
    "an alternative": f"{_S}ENV A=1\nENV B=${{A:+one}} C=${{D:+two}}\n",
    "a demand that is met": f"{_S}ENV A=1\nENV B=${{A:?no}}\n",
    "a demand that is not met": f"{_S}ENV B=${{A:?nothing}}\n",
    "a demand without words": f"{_S}ENV B=${{A:?}}\n",
    "an escaped dollar": f"{_S}ENV A=1\nENV B=\\$A C=\\${{A}}\n",
    "single quotes keep a dollar": f"{_S}ENV A=1\nENV B='$A'\n",
    "double quotes do not": f'{_S}ENV A=1\nENV B="$A"\n',
    "a brace that is never closed": f"{_S}ENV A=${{B\n",
    "a default that is never closed": f"{_S}ENV A=${{B:-x\n",
    "braces with nothing in them": f"{_S}ENV A=${{}}\n",
    "an unknown modifier": f"{_S}ENV A=${{B:=x}}\n",
    "a quote that is never closed": f'{_S}ENV A="x\n',
    "a single quote that is never closed": f"{_S}ENV A='x\n",
    "a default in a default": f"{_S}ENV A=${{B:-${{C:-x}}}}\n",
    "WORKDIR, USER, EXPOSE, VOLUME, STOPSIGNAL and LABEL expand": (
        f"{_S}ENV A=x P=80\nWORKDIR /$A\nUSER $A\nEXPOSE $P\nVOLUME /$A\n"
        "STOPSIGNAL $P\nLABEL $A=$P\n"
    ),
    "CMD and ENTRYPOINT do not expand": f"{_S}ENV A=x\nENTRYPOINT $A\nCMD $A\n",
    "COPY expands": f"{_S}ENV A=a.txt\nCOPY $A /$A\n",
    # arg
    "ARG alone": f"{_S}ARG\n",
    "ARG with a default": f"{_S}ARG A=1\nENV B=$A\n",
    "ARG without a value": f"{_S}ARG A\nENV B=x$A\n",
    "ARG with a blank name": f"{_S}ARG =1\n",
    "ENV wins over ARG": f"{_S}ENV A=1\nARG A=2\nENV B=$A\n",
    "ARG is not kept in the image": f"{_S}ARG A=1\n",
    "ARG of another stage is not seen": f"FROM scratch AS o\nARG A=1\n{_S}ENV B=x$A\n",
    "ARG of the stage below": "FROM scratch AS o\nARG A=1\nFROM o\nENV B=x$A\n",
    "ARG with several names": f"{_S}ARG A=1 B=2 C\nENV D=$A$B$C\n",
    "ARG with a default that is filled in": f"{_S}ENV A=1\nARG B=x$A\nENV C=$B\n",
    "ARG with quotes": f'{_S}ARG A="x y"\nENV B=$A\n',
    "ARG with a pair in quotes": f'{_S}ARG "A=1"\nENV C=$A\n',
    # label
    "LABEL alone": f"{_S}LABEL\n",
    "LABEL with several pairs": f'{_S}LABEL a=b "c d"="e f"\n',
    "LABEL with one word": f"{_S}LABEL a\n",
    "LABEL in the old form": f"{_S}LABEL a b c\n",
    "LABEL without an equals sign later": f"{_S}LABEL a=b c\n",
    "LABEL replaces a value": f"{_S}LABEL a=b\nLABEL a=c\n",
    # cmd, entrypoint, shell
    "CMD as a list": f'{_S}CMD ["a", "b c"]\n',
    "CMD for a shell": f"{_S}CMD a b c\n",
    "CMD twice": f"{_S}CMD a\nCMD b\n",
    "CMD alone": f"{_S}CMD\n",
    "CMD with an empty list": f"{_S}CMD []\n",
    "CMD with single quotes is no list": f"{_S}CMD ['a']\n",
    "CMD with a number in its list": f'{_S}CMD ["a", 1]\n',
    "CMD with a list in its list": f'{_S}CMD [["a"]]\n',
    "ENTRYPOINT as a list": f'{_S}ENTRYPOINT ["a"]\n',
    "ENTRYPOINT for a shell": f"{_S}ENTRYPOINT a b\n",
    "ENTRYPOINT alone": f"{_S}ENTRYPOINT\n",
    "ENTRYPOINT takes a CMD away that the base had": (
        "FROM scratch AS o\nCMD a\nFROM o\nENTRYPOINT b\n"
    ),
    "ENTRYPOINT leaves a CMD that stands above it": f"{_S}CMD x\nENTRYPOINT y\n",
    "SHELL": f'{_S}SHELL ["/bin/bash", "-ec"]\nCMD a\nENTRYPOINT b\n',
    "SHELL alone": f"{_S}SHELL\n",
    "SHELL with an empty list": f"{_S}SHELL []\n",
    "SHELL without a list": f"{_S}SHELL bash -c\n",
    # expose, volume, user, workdir, stopsignal, maintainer
    "EXPOSE": f"{_S}EXPOSE 80 443/udp 53/TCP\n",
    "EXPOSE alone": f"{_S}EXPOSE\n",
    "EXPOSE a range": f"{_S}EXPOSE 80-82\n",
    "EXPOSE what is no port": f"{_S}EXPOSE 8o\n",
    "EXPOSE an unknown protocol": f"{_S}EXPOSE 80/foo\n",
    "EXPOSE with more than a protocol": f"{_S}EXPOSE 80/udp/x\n",
    "VOLUME": f"{_S}VOLUME /a /b\n",
    "VOLUME as a list": f'{_S}VOLUME ["/b", "/a"]\n',
    "VOLUME alone": f"{_S}VOLUME\n",
    "VOLUME with an empty name": f'{_S}VOLUME [""]\n',
    "VOLUME with a name that is filled with nothing": f"{_S}VOLUME $X\n",
    "USER": f"{_S}USER 1000:1000\n",
    "USER alone": f"{_S}USER\n",
    "WORKDIR alone": f"{_S}WORKDIR\n",
    "WORKDIR makes a directory": f"{_S}WORKDIR /srv/app\n",
    "WORKDIR goes on from the one before": f"{_S}WORKDIR /a\nWORKDIR b\nWORKDIR ../c\n",
    "WORKDIR of nothing": f'{_S}WORKDIR ""\n',
    "STOPSIGNAL": f"{_S}STOPSIGNAL SIGKILL\n",
    "STOPSIGNAL as a number": f"{_S}STOPSIGNAL 9\n",
    "STOPSIGNAL alone": f"{_S}STOPSIGNAL\n",
    "STOPSIGNAL what is no signal": f"{_S}STOPSIGNAL foo\n",
    "STOPSIGNAL below nought": f"{_S}STOPSIGNAL -1\n",
    "STOPSIGNAL as nought": f"{_S}STOPSIGNAL 0\n",
    "STOPSIGNAL for real-time use": f"{_S}STOPSIGNAL RTMIN+3\n",
    "STOPSIGNAL for no real-time use": f"{_S}STOPSIGNAL TERM+1\n",
    "MAINTAINER": f"{_S}MAINTAINER me <me@example.com>\n",
    "MAINTAINER alone": f"{_S}MAINTAINER\n",
    # healthcheck
    "HEALTHCHECK for a shell": f"{_S}HEALTHCHECK CMD curl localhost\n",
    "HEALTHCHECK as a list": f'{_S}HEALTHCHECK CMD ["curl", "localhost"]\n',
    "HEALTHCHECK with flags": (
        f"{_S}HEALTHCHECK --interval=5s --timeout=1m30s --start-period=2m --retries=3 CMD x\n"
    ),
    "HEALTHCHECK NONE": f"{_S}HEALTHCHECK NONE\n",
    "HEALTHCHECK NONE with words": f"{_S}HEALTHCHECK NONE x\n",
    "HEALTHCHECK NONE with a flag": f"{_S}HEALTHCHECK --interval=5s --interval=6s NONE\n",
    "HEALTHCHECK alone": f"{_S}HEALTHCHECK\n",
    "HEALTHCHECK of an unknown kind": f"{_S}HEALTHCHECK FOO x\n",
    "HEALTHCHECK without a command": f"{_S}HEALTHCHECK CMD\n",
    "HEALTHCHECK with a wrong duration": f"{_S}HEALTHCHECK --interval=5x CMD x\n",
    "HEALTHCHECK with a duration without a unit": f"{_S}HEALTHCHECK --interval=5 CMD x\n",
    "HEALTHCHECK too often": f"{_S}HEALTHCHECK --interval=5us CMD x\n",
    "HEALTHCHECK with a wrong number": f"{_S}HEALTHCHECK --retries=x CMD x\n",
    "HEALTHCHECK without retries": f"{_S}HEALTHCHECK --retries=0 CMD x\n",
    "HEALTHCHECK with more retries than a number holds": (
        f"{_S}HEALTHCHECK --retries=99999999999 CMD x\n"
    ),
    "HEALTHCHECK with more retries than there are characters": (
        f"{_S}HEALTHCHECK --retries=2000000 CMD x\n"
    ),
    "HEALTHCHECK with a flag twice": f"{_S}HEALTHCHECK --retries=1 --retries=2 CMD x\n",
    "HEALTHCHECK with a flag without a value": f"{_S}HEALTHCHECK --retries CMD x\n",
    "HEALTHCHECK with an unknown flag": f"{_S}HEALTHCHECK --foo=1 CMD x\n",
    # copy and add
    "COPY one file to a name": f"{_S}COPY a.txt /x\n",
    "COPY one file into a directory": f"{_S}COPY a.txt /x/\n",
    "COPY to where WORKDIR says": f"{_S}WORKDIR /w\nCOPY a.txt .\nCOPY a.txt x/y\n",
    "COPY a directory's content": f"{_S}COPY app /x\n",
    "COPY everything": f"{_S}COPY . /x/\n",
    "COPY several files": f"{_S}COPY a.txt b.txt /x/\n",
    "COPY several files to a name": f"{_S}COPY a.txt b.txt /x\n",
    "COPY by a pattern": f"{_S}COPY *.txt /x/\n",
    "COPY by a pattern that fits nothing": f"{_S}COPY *.foo /x/\n",
    "COPY by a pattern that fits nothing into a folder": f"{_S}COPY [z] /x/\n",
    "COPY by a class of letters": f"{_S}COPY [a-b].txt /x/\n",
    "COPY by a class of other letters": f"{_S}COPY [^a].txt /x/\n",
    "COPY what is not there": f"{_S}COPY nothing.txt /x\n",
    "COPY what lies outside": f"{_S}COPY ../a.txt /x\n",
    "COPY as a list": f'{_S}COPY ["a.txt", "/x y"]\n',
    "COPY alone": f"{_S}COPY\n",
    "COPY with one word": f"{_S}COPY a.txt\n",
    "COPY with an unknown flag": f"{_S}COPY --foo a.txt /\n",
    "COPY with a flag without a value": f"{_S}COPY --from a.txt /\n",
    "COPY with a flag twice": f"{_S}COPY --chown=1 --chown=2 a.txt /\n",
    "COPY with an owner": f"{_S}COPY --chown=1:2 a.txt /x\n",
    "COPY with a mode": f"{_S}COPY --chmod=755 a.txt /x\n",
    "COPY from a stage": f"FROM scratch AS o\nCOPY a.txt /y\n{_S}COPY --from=o /y /z\n",
    "COPY from a stage by number": f"FROM scratch\nCOPY a.txt /y\n{_S}COPY --from=0 /y /z\n",
    "COPY from a number that is the stage itself": f"{_S}COPY --from=0 /y /z\n",
    "COPY from a number that no stage has": f"{_S}COPY --from=1 /y /z\n",
    "COPY from a number below nought": f"{_S}COPY --from=-1 /y /z\n",
    "COPY from a stage what lies outside": (
        f"FROM scratch AS o\nCOPY a.txt /y\n{_S}COPY --from=o ../y /z\n"
    ),
    "COPY from a stage what is not there": (
        f"FROM scratch AS o\nCOPY a.txt /y\n{_S}COPY --from=o /q /z\n"
    ),
    "COPY from the stage itself": "FROM scratch AS o\nCOPY --from=o /y /z\n",
    "ADD a file": f"{_S}ADD a.txt /x\n",
    "ADD with one word": f"{_S}ADD a.txt\n",
    # onbuild
    "ONBUILD alone": f"{_S}ONBUILD\n",
    "ONBUILD of ONBUILD": f"{_S}ONBUILD ONBUILD RUN x\n",
    "ONBUILD of FROM": f"{_S}ONBUILD FROM x\n",
    "ONBUILD of MAINTAINER": f"{_S}ONBUILD MAINTAINER x\n",
    # run
    "RUN with an unknown flag": f"{_S}RUN --foo x\n",
}
CASES = [Case(*pair) for pair in _CASES.items()]
