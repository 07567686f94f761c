"""Command lines that the CLI answers without asking a daemon, and formats of ``docker images``."""

from __future__ import annotations

F64 = "f" * 64

CLI_LINES = [
    line.split(" ")
    for line in """\
foo
foo -h
foo --help
foo --bar
foo -v
-Z
-h
-v
--help
--version
--bogus
--bogus pull
--version pull
--help pull
--debug=foo version
image
image --help
image -h
image foo
image foo --help
image --bogus
image help
image pull
image list --help
image ls --bogus
image ls a b
image rm
image remove
image remove --help
image tag a
image push --help
container
container foo
container run
container create --help
help
help help
help pull
help image
help image ls
help foo
help image foo
help -h
pull
pull a b
pull -h
pull --help
pull --help a b
pull --help --bogus
pull --help=false
pull --bogus x
pull -Z x
pull -az x
pull -v x
pull -qv x
pull -D x
pull --debug x
pull --all x
pull -a=maybe x
pull --all-tags=maybe x
pull --quiet=T a b
pull --platform
pull --
pull -
pull -- -q
pull ---x
pull --=x
pull App
pull docker///docker
pull -a ubuntu:1
push
push -aq
push App
push -a ubuntu:1
push --platform
tag
tag a
tag a b c
tag a B
tag A b
tag a web:
tag a -- -b
rmi
rmi --bogus
images a b
images -f
images -f nofilter
images -fq
images --filter
images --help=maybe
images --tree=x
images --tree
images --tree -q
images -h
login a b
login --password-stdin
login -u a --password-stdin -p x
login
login -u a
login -p x
login -u
logout a b
logout
logout foo:5000
logout https://index.docker.io/v1/
logout docker.io
logout http://foo.com/v2/
version x
version --help x
version --bogus
run
run --bogus x
run --nam x
run --name
run -h
run --pull=foo x
run App
create
create --pull=foo x
create App
push --platform linux/amd64 x
rmi --platform
rmi --platform linux/amd64 x
system
system --help
system foo
system df x
system df --bogus
system df -v x
info x
system info x
manifest
manifest --help
manifest foo
manifest inspect
manifest inspect a b c
manifest inspect A
manifest inspect --help
volume
volume foo
trust
trust key
trust key foo
trust --help
buildx-nosuch
inspect
inspect --bogus x
inspect --type
inspect --type foo x
inspect --type= x
image inspect
image inspect --type image x
image inspect --help
image inspect --platform x y
history --platform x y
inspect --platform x y
history
history a b
history --help
image history --help
history --human=maybe x
image prune x
image prune --filter
image prune --filter nofilter
image prune --help
save
save --output
image save --help
save --platform linux/amd64 x
load x
image load x
load --platform linux/amd64
load --help
info --bogus
search
search a b
search --limit x y
search --help
search --filter nofilter x
help system
help system df
help manifest inspect
help image prune
help system foo
""".splitlines()
] + [
    ["pull", ""],
    ["tag", "", "b"],
    ["tag", "a", ""],
    ["tag", "a", "bad ref"],
    ["run", ""],
    ["login", "-u", "", "-p", "x"],
    ["login", "-u", "a", "-p", ""],
    ["push", f"ubuntu@sha256:{F64}"],
    ["tag", "a", f"b@sha256:{F64}"],
    ["pull", f"ubuntu@sha256:{'F' * 64}"],
    ["pull", "ubuntu@sha256:abc"],
    [],
]

FORMATS = [
    [],
    ["-q"],
    ["-q", "--no-trunc"],
    ["-a"],
    ["--no-trunc"],
    ["--digests"],
    *(
        ["--format", form]
        for form in """\
json
jsonfoo
raw
table
tab
tablefoo
table{{.ID}}
table {{.Repository}}\\t{{.Tag}}
table {{.ID}}: {{.Repository}} pages {{.CreatedAt}}\\t{{.CreatedSince}}{{.Size}}
table {{upper .Repository}}\\t{{json .Tag}}\\t{{truncate .ID 3}}|{{pad .Size 2 2}}
table {{.Nope}}
{{.Repository}}:{{.Tag}}
a\\tb\\nc
{{json .}}
{{json .Digest}} {{upper .Tag}} {{truncate .ID 3}} {{pad .Tag 2 3}}
{{.Containers}} {{.SharedSize}} {{.UniqueSize}} {{.VirtualSize}}
{{if eq .Tag "v1"}}one{{else}}other{{end}} {{len .Tag}} {{printf "%-5s|" .Tag}}
{{if .Tag}}a{{else if .ID}}b{{else}}c{{end}}
{{.Repository | upper | printf "%q"}}
{{.Tag | printf "%s-%s" .ID}}
{{split .Tag "."}} {{join (split .Repository "/") "-"}} {{title .Repository}} {{slice .ID 0 3}}
{{html "<a>"}} {{println 1}} {{1 | print "a" 2}}
{{printf "%d %s %v %q %x %5.1f" .Tag 1 true .Tag .Tag 1.5}}
{{print 1 2 "a" "b" 3}}
{{not true}} {{and 1 0 2}} {{or 0 "" "z"}} {{lt 1 2}} {{ne .Tag "v1" }} {{ge 2 2}}
{{true}} {{1.50}} {{0x10}} {{1e3}} {{-1}} {{'a'}}
{{"a\\tb"}} {{`raw`}}
{{- .Tag -}} x
{{/* hi */}}{{.Tag}}
{{ (.Tag) }}
{{index .ID 0}} {{eq .Tag "v1" "latest"}}
}}
{ {.ID} }
{{.Nope}}
{{.Nope
{{.tag}}
{{.ID.Foo}}
{{.CreatedAt.Year}}
{{json .Foo.Bar}}
{{lower .Nope}}
{{foo .Tag}}
{{.Tag | foo}}
{{Tag}}
{{ . Tag}}
{{end}}
{{else}}
{{if .Tag}}
{{if}}x{{end}}
{{if .Tag}}a{{else}}b{{else}}c{{end}}
{{if .ID}}{{.Nope}}{{end}}{{bar}}
{{}}
{{.Tag .ID}}
{{"a" "b"}}
{{.Tag}
{{.Tag"x"}}
{{.Tag.}}
{{..}}
{{"abc}}
{{!}}
{{ (.Tag}}
{{ .Tag ) }}
{{"a" | .Tag}}
{{.Tag | "a"}}
{{nil}}
{{truncate .ID}}
{{truncate .ID "a"}}
{{truncate .Tag .Tag}}
{{pad .Tag}}
{{json}}
{{eq}}
{{eq .Tag 1}}
{{lower 1}}
{{len 1}}
{{index .ID 99}}
{{slice .ID 1 99}}
{{.Tag}}\\n{{.Nope}}
{{.ID}} {{
{{$x := .Tag}}{{$x}}{{$x = "y"}}{{$x}} {{$.ID}}
{{with .Tag}}{{.}} {{$.Repository}}{{else}}none{{end}}
{{with $t := .Tag}}{{$t}}{{.}}{{end}}
{{with ""}}a{{else with .Tag}}b{{.}}{{else}}c{{end}}
{{range split .Repository "o"}}[{{.}}]{{else}}none{{end}}
{{range $i, $part := split .Repository "o"}}{{$i}}={{$part}} {{end}}
{{range $part := split .Repository "/"}}{{$part | upper}},{{end}}
{{range $i := 3}}{{$i}}{{end}}{{range 2}}-{{.}}{{end}}
{{$n := 0}}{{range split .Repository "/"}}{{$n = len .}}{{end}}{{$n}}
{{if $x := .Tag}}{{$x}}{{end}}
{{range .Tag}}x{{end}}
{{range}}x{{end}}
{{with}}x{{end}}
{{range .Tag}}
{{$x}}
{{$x = 1}}
{{if $x := 1}}{{end}}{{$x}}
{{range $i, $j, $k := .Tag}}{{end}}
{{$x, $y := .Tag}}
{{$x := }}
{{$x := .Tag}}{{$x.Foo}}
{{range split .Tag ""}}{{.Foo}}{{end}}
""".splitlines()
    ),
    ["--format", ""],
    ["--format", " json"],
    ["--format", "{{.Tag}}\n {{.Nope}}"],
    ["--format", "raw", "-q"],
    ["--format", "raw", "--digests"],
    ["--format", "json", "-q"],
    ["--format", "table {{.ID}}", "--digests"],
    ["--format", "table {{.Digest}}", "--digests"],
    ["--format", "{{.ID}}", "--no-trunc"],
]
