package report

import (
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
)

// A Machine is what the numbers depend on.
type Machine struct {
	System  string // linux/amd64
	CPUs    int
	Go      string // go1.26.0
	Authlab string // the version of the program; empty if it does not know
	Modules []Module
}

// A Module is a dependency that the numbers depend on.
type Module struct{ Path, Version string }

// decisive are the modules that a measurement depends on.
var decisive = []string{
	"github.com/gin-gonic/gin",
	"github.com/gin-contrib/sessions",
	"github.com/golang-jwt/jwt/v5",
	"github.com/redis/go-redis/v9",
	"github.com/alicebob/miniredis/v2",
}

// ThisMachine is the machine and the program that are running.
func ThisMachine() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0), Go: runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		m.Authlab, m.Modules = built(build)
	}
	return m
}

func built(build *debug.BuildInfo) (version string, modules []Module) {
	for _, name := range decisive {
		for _, dep := range build.Deps {
			if dep.Path != name {
				continue
			}
			if dep.Replace != nil {
				dep = dep.Replace
			}
			modules = append(modules, Module{dep.Path, dep.Version})
		}
	}
	version = build.Main.Version
	if version == "(devel)" {
		version = ""
	}
	return version, modules
}

// facts are the lines of the table that says where it was measured.
func facts(p Page, l language) []fact {
	target, redis := p.Report.Target, l.T("where.embedded")
	if target == "embedded" {
		target = l.T("where.embedded")
	}
	if p.OwnRedis {
		redis = l.T("where.own-redis")
	}
	lines := []fact{
		{l.T("where.target"), target},
		{l.T("where.replicas"), fmt.Sprint(p.Report.Replicas)},
		{"Redis", redis},
	}
	if p.Users > 0 {
		lines = append(lines, fact{l.T("where.users"), l.Integer(float64(p.Users))})
	}
	lines = append(lines, fact{l.T("where.system"), p.Machine.System}, fact{"CPU", fmt.Sprint(p.Machine.CPUs)},
		fact{"Go", strings.TrimPrefix(p.Machine.Go, "go")})
	if p.Machine.Authlab != "" {
		lines = append(lines, fact{"authlab", p.Machine.Authlab})
	}
	for _, m := range p.Machine.Modules {
		lines = append(lines, fact{shortName(m.Path), strings.TrimPrefix(m.Version, "v")})
	}
	return lines
}

// shortName is how people call a module: its path without the host and the major version.
func shortName(module string) string {
	if base := path.Base(module); len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		module = path.Dir(module)
	}
	if _, rest, ok := strings.Cut(module, "/"); ok {
		return rest
	}
	return module
}
