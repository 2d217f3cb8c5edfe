package discovery_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// firstWord watches until the source speaks, and checks that Watch then waits for its context.
func firstWord(t *testing.T, src discovery.Source, target discovery.Target) (u discovery.Update, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	words := 0
	err = src.Watch(ctx, target, func(got discovery.Update) {
		words++
		u = got
		cancel()
	})
	if words > 1 || words == 1 && !errors.Is(err, context.Canceled) {
		t.Errorf("%d words, then %v", words, err)
	}
	return u, err
}

func addrs(u discovery.Update) string {
	var out []string
	for _, ep := range u.Endpoints {
		out = append(out, ep.Addr)
	}
	return strings.Join(out, " ")
}

func TestStaticServesItsListOrTheTargets(t *testing.T) {
	src := discovery.Static("a:1", "[::1]:2", "unix:/run/s.sock")
	for text, want := range map[string]string{
		"svc/m":                               "a:1 [::1]:2 unix:/run/s.sock",
		"static:///b:1,c:2?service=S":         "b:1 c:2",
		"bolt://d:1,[::2]:2/S/m":              "d:1 [::2]:2",
		"bolt+static:///unix:/r/x?service=S":  "unix:/r/x",
		"static:///b:1,c:2?service=S&group=g": "b:1 c:2",
	} {
		target, err := grammar().Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if u, _ := firstWord(t, src, target); u.State != discovery.Known || addrs(u) != want {
			t.Errorf("%s: %v %q", text, u.State, addrs(u))
		}
	}
	if !src.Authoritative() || src.Err() != nil {
		t.Error("a static list is the operator's word")
	}
}

func TestStaticKeepsEndpointsAsTheyAreGiven(t *testing.T) {
	given := []onramp.Endpoint{{ID: "x", Addr: "a:1", Weight: 3}, {ID: "y", Addr: "a:1"}}
	src := discovery.StaticEndpoints(given...)
	given[0].Addr = "changed:1"
	u, _ := firstWord(t, src, orders)
	if len(u.Endpoints) != 2 || u.Endpoints[0].Weight != 3 || u.Endpoints[0].Addr != "a:1" {
		t.Errorf("got %+v", u.Endpoints)
	}
}

func TestStaticNamesTheWrongEndpoint(t *testing.T) {
	for _, c := range []struct {
		src  *discovery.StaticSource
		want string
	}{
		{discovery.Static("a:1", "b"), `discovery: static endpoint [1]: "b": no port`},
		{discovery.Static("a:1", "a:1"), `discovery: static endpoint [1]: "a:1" is already endpoint [0]`},
		{discovery.Static("unix:relative"), `port "relative"`},
		{discovery.Static("unix:/"), `path of a socket`},
		{discovery.Static(""), "no port"},
		{discovery.StaticEndpoints(onramp.Endpoint{ID: "x"}), "[0]"},
	} {
		if err := c.src.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Err is %v, want %s", err, c.want)
		}
		if _, err := firstWord(t, c.src, orders); err != c.src.Err() {
			t.Errorf("Watch returned %v", err)
		}
	}
	wrong := discovery.Target{Scheme: discovery.Direct, Authority: "a:1,b:x", Service: "S"}
	if _, err := firstWord(t, discovery.Static(), wrong); err == nil || !strings.Contains(err.Error(), `target "direct://a:1,b:x/S": "b:x": port "x"`) {
		t.Errorf("got %v", err)
	}
}
