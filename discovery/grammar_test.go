package discovery_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/discovery"
)

// registry is a Schemer with declared keys.
type registry struct {
	name   string
	params []string
}

func (r registry) Scheme() string   { return r.name }
func (r registry) Params() []string { return r.params }

func grammar() discovery.Grammar {
	consul := registry{"consul", []string{"tag", "dc", "near"}}
	return discovery.Grammar{
		Protocols: []string{"bolt", "dubbo"},
		Sources: []discovery.Schemer{
			consul, registry{"dns+srv", nil}, registry{"dns", nil}, registry{"k8s", nil}, registry{"zookeeper", nil},
			discovery.Static(), discovery.File(""),
		},
		Default: consul,
	}
}

type params = map[string]string

func TestGrammarReadsEveryForm(t *testing.T) {
	for text, want := range map[string]discovery.Target{
		"com.acme.Greeter/sayHello":   {Service: "com.acme.Greeter", Method: "sayHello"},
		"com.acme.Greeter":            {Service: "com.acme.Greeter"},
		"team/Greeter/sayHello":       {Service: "team/Greeter", Method: "sayHello"},
		"orders/get?tag=v2&version=2": {Service: "orders", Method: "get", Params: params{"tag": "v2", "version": "2"}},
		"orders.ns:grpc/get":          {Service: "orders.ns:grpc", Method: "get"},

		"bolt://com.acme.Greeter/sayHello":       {Protocol: "bolt", Service: "com.acme.Greeter", Method: "sayHello"},
		"bolt://Greeter":                         {Protocol: "bolt", Service: "Greeter"},
		"bolt://Greeter/hi?dc=dc1":               {Protocol: "bolt", Service: "Greeter", Method: "hi", Params: params{"dc": "dc1"}},
		"dubbo://com.x.S/m?group=g&version=1.0":  {Protocol: "dubbo", Service: "com.x.S", Method: "m", Params: params{"group": "g", "version": "1.0"}},
		"bolt://h:12200":                         {Protocol: "bolt", Scheme: "direct", Authority: "h:12200"},
		"bolt://h:1,10.0.0.2:65535":              {Protocol: "bolt", Scheme: "direct", Authority: "h:1,10.0.0.2:65535"},
		"bolt://h:1/Greeter":                     {Protocol: "bolt", Scheme: "direct", Authority: "h:1", Service: "Greeter"},
		"bolt://h:1,i:2/Greeter/sayHello":        {Protocol: "bolt", Scheme: "direct", Authority: "h:1,i:2", Service: "Greeter", Method: "sayHello"},
		"bolt://[::1]:80,[fe80::1%eth0]:81/S/m":  {Protocol: "bolt", Scheme: "direct", Authority: "[::1]:80,[fe80::1%eth0]:81", Service: "S", Method: "m"},
		"bolt://h:1?uniqueId=blue":               {Protocol: "bolt", Scheme: "direct", Authority: "h:1", Params: params{"uniqueId": "blue"}},
		"bolt://h:1/S?uniqueId=blue&version=2.0": {Protocol: "bolt", Scheme: "direct", Authority: "h:1", Service: "S", Params: params{"uniqueId": "blue", "version": "2.0"}},

		"consul:///orders": {Scheme: "consul", Service: "orders"},
		"consul://agent:8500/orders/get?dc=dc1&tag=v2":     {Scheme: "consul", Authority: "agent:8500", Service: "orders", Method: "get", Params: params{"dc": "dc1", "tag": "v2"}},
		"zookeeper://a:1,b:2,c/com.x.Order":                {Scheme: "zookeeper", Authority: "a:1,b:2,c", Service: "com.x.Order"},
		"bolt+consul:///Orders/Get":                        {Protocol: "bolt", Scheme: "consul", Service: "Orders", Method: "Get"},
		"dns+srv:///_bolt._tcp.orders":                     {Scheme: "dns+srv", Service: "_bolt._tcp.orders"},
		"bolt+dns+srv:///_bolt._tcp.orders":                {Protocol: "bolt", Scheme: "dns+srv", Service: "_bolt._tcp.orders"},
		"bolt+dns://[::1]:53/orders":                       {Protocol: "bolt", Scheme: "dns", Authority: "[::1]:53", Service: "orders"},
		"k8s:///orders.ns:grpc/get":                        {Scheme: "k8s", Service: "orders.ns:grpc", Method: "get"},
		"static:///a:1,b:2?service=S":                      {Scheme: "static", Path: "/a:1,b:2", Service: "S"},
		"bolt+static:///[::1]:1?service=S/m&version=2.0":   {Protocol: "bolt", Scheme: "static", Path: "/[::1]:1", Service: "S", Method: "m", Params: params{"version": "2.0"}},
		"static:///unix:/run/a.sock?service=S":             {Scheme: "static", Path: "/unix:/run/a.sock", Service: "S"},
		"file:///etc/onramp/endpoints.json?service=S":      {Scheme: "file", Path: "/etc/onramp/endpoints.json", Service: "S"},
		"file:///my%20files/100%25%3F%23/+&=?service=S/m":  {Scheme: "file", Path: "/my files/100%?#/+&=", Service: "S", Method: "m"},
		"file:///x?service=S&group=a%26b%20c+d=e":          {Scheme: "file", Path: "/x", Service: "S", Params: params{"group": "a&b c+d=e"}},
		"file:///caf\u00e9?service=\u6ce8\u6587/\u53d6":    {Scheme: "file", Path: "/caf\u00e9", Service: "\u6ce8\u6587", Method: "\u53d6"},
		"consul:///S?near=_agent&version=" + sixty(30):     {Scheme: "consul", Service: "S", Params: params{"near": "_agent", "version": sixty(30)}},
		"bolt+consul://a.b.c/com.x.OrderService:1.0.0:grp": {Protocol: "bolt", Scheme: "consul", Authority: "a.b.c", Service: "com.x.OrderService:1.0.0:grp"},
	} {
		got, err := grammar().Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", text, got, want)
		}
		if got.String() != text {
			t.Errorf("%s is printed as %s", text, got)
		}
	}
}

func sixty(n int) string { return strings.Repeat("0123456789", n) }

func TestGrammarPutsTheServiceKeyWhereItBelongs(t *testing.T) {
	for text, want := range map[string]string{
		"bolt://h:1?service=S":                       "bolt://h:1/S",
		"bolt://h:1/?service=S/m&group=g":            "bolt://h:1/S/m?group=g",
		"consul://agent:8500?service=S":              "consul://agent:8500/S",
		"consul:///?version=2&service=S%2Fm":         "consul:///S/m?version=2",
		"bolt://?service=S/m":                        "bolt://S/m",
		"file:///x?version=2&group=g&service=":       "",
		"file:///x?version=2&group=g&service=S&tag=": "",
		"file:///x?version=2&group=g&service=S":      "file:///x?service=S&group=g&version=2",
	} {
		got, err := grammar().Parse(text)
		if want == "" {
			if err == nil {
				t.Errorf("%s was accepted as %s", text, got)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestGrammarNamesTheOffendingPart(t *testing.T) {
	for _, c := range []struct{ text, part, reason string }{
		{"", "", "empty"},
		{strings.Repeat("a", 4097), "", "longer than 4096"},
		{"a b/m", " ", "escape"},
		{"a\tb/m", "", "cannot be printed"},
		{"a\xff/m", "", "UTF-8"},
		{"svc/m#x", "#", "escape"},

		{"svc/", "svc/", "method is empty"},
		{"/m", "/m", "service is empty"},
		{"/", "/", "method is empty"},
		{"a//m", "a//m", "two slashes"},
		{"a%2Fb/m", "a%2Fb/m", "not decoded"},
		{"h:80/S/m", "h:80", "needs a protocol"},
		{"h:8080", "h:8080", "needs a protocol"},
		{"?group=g", "", "service is empty"},

		{"blot://S/m", "blot", "unknown scheme, want a protocol (bolt, dubbo) or a registry (consul, dns+srv, dns, k8s, zookeeper, static, file)"},
		{"blot+consul:///S", "blot", "unknown protocol, want one of bolt, dubbo"},
		{"bolt+etcd:///S", "bolt+etcd", "unknown scheme"},
		{"bolt+://S", "bolt+", "unknown scheme"},
		{"Bolt://S/m", "Bolt", "unknown scheme"},
		{"://S/m", "", "unknown scheme"},
		{"direct://h:1/S", "direct", "unknown scheme"},

		{"com.acme.Greeter:1.0/sayHello", "com.acme.Greeter:1.0", `write com.acme.Greeter and the key version="1.0"`},
		{"com.acme.Greeter:1.0:blue/sayHello", "com.acme.Greeter:1.0:blue", `version="1.0"`},
		{"bolt://h:1/com.acme.Greeter:1.0/sayHello", "com.acme.Greeter:1.0", "the version is a key"},
		{"static:///a:1?service=S:2/m", "S:2", "the version is a key"},
		{"bolt:/127.0.0.1:12200/S/m", "bolt:", "write bolt://"},
		{"bolt://localhost/com.acme.Greeter/sayHello", "localhost", "an address needs a port"},

		{"bolt://", "", "service is empty"},
		{"bolt://S/", "S/", "method is empty"},
		{"bolt:///orders/get", "/orders/get", "two slashes, behind a registry three"},
		{"bolt://10.0.0.1/S/m", "10.0.0.1", "needs a port"},
		{"bolt://[::1]/S/m", "[::1]", "no port"},
		{"bolt://?service=h:1", "h:1", "written with its registry"},
		{"bolt://h:/S", "h:", `port "": want a number`},
		{"bolt://h:0/S", "h:0", `port "0"`},
		{"bolt://h:080/S", "h:080", `port "080"`},
		{"bolt://h:65536/S", "h:65536", `port "65536"`},
		{"bolt://h:999999999999999999999/S", "h:999999999999999999999", "want a number"},
		{"bolt://h:http/S", "h:http", `port "http"`},
		{"bolt://S:1.0/m", "S:1.0", `port "1.0"`},
		{"bolt://h:-1", "h:-1", `port "-1"`},
		{"bolt://a:1,b/S", "b", "no port"},
		{"bolt://a:1,/S", "", "no port"},
		{"bolt://:80/S", "", "no host"},
		{"bolt://::1:80/S", "::1", "brackets"},
		{"bolt://[::1:80/S", "[::1", "brackets"},
		{"bolt://[1.2.3.4]:80/S", "[1.2.3.4]", "brackets"},
		{"bolt://u@h:80/S", "u@h", "no host name"},
		{"bolt://h%41:80/S", "h%41", "no host name"},
		{"bolt://h:1/", "", "service is empty"},
		{"bolt://h:1/S/", "S/", "method is empty"},
		{"bolt://h:1/S?service=T", "T", "named twice"},

		{"consul://orders", "orders", "third slash"},
		{"consul:///", "", "service is empty"},
		{"consul:///svc/", "svc/", "method is empty"},
		{"consul:////svc", "/svc", "service is empty"},
		{"consul://agent:x/S", "agent:x", `port "x"`},
		{"consul:///S?service=T", "T", "named twice"},

		{"svc/m?", "", "key=value"},
		{"svc/m?group", "group", "key=value"},
		{"svc/m?group=", "group=", "key=value"},
		{"svc/m?=g", "=g", "key=value"},
		{"svc/m?group=g&", "", "key=value"},
		{"svc/m?group=g&group=g", "group", "twice"},
		{"file:///x?service=a&service=a", "service", "twice"},
		{"svc/m?Group=g", "Group", "unknown key, want one of service, group, version, uniqueId, tag, dc, near"},
		{"bolt://h:1/S?tag=v2", "tag", "unknown key, want one of service, group, version, uniqueId"},
		{"k8s:///S?tag=v2", "tag", "unknown key"},
		{"svc/m?group=%4", "%4", "hexadecimal"},
		{"svc/m?group=%zz", "%zz", "hexadecimal"},
		{"svc/m?group=%+1", "%+1", "hexadecimal"},
		{"svc/m?group=%00", "%00", "cannot be printed"},
		{"svc/m?group=%ff", "%ff", "UTF-8"},
		{"svc/m?group=a?b=c&x=y", "x", "unknown key"},

		{"static:///a:1,b:2", "", "add ?service=NAME"},
		{"static://a:1?service=S", "a:1", "third slash"},
		{"static://a:1/b:2?service=S", "a:1", "third slash"},
		{"static:///?service=S", "", "no port"},
		{"static:///a:1,b:x?service=S", "b:x", `port "x"`},
		{"static:///a:1,a:1?service=S", "", "already endpoint [0]"},
		{"static:///a:1?service=S/", "S/", "method is empty"},
		{"static:///a:1?service=S%20T", "S T", "a name holds no"},
		{"file:///x", "", "add ?service=NAME"},
		{"file:///?service=S", "/", "path of a file"},
		{"file:///x/?service=S", "/x/", "path of a file"},
		{"file://host/x?service=S", "host", "third slash"},
		{"file://?service=S", "", "no path"},
		{"file:///x%0a?service=S", "/x%0a", "cannot be printed"},
	} {
		got, err := grammar().Parse(c.text)
		e, ok := err.(*discovery.TargetError)
		if !ok {
			t.Errorf("%q: got %s and %v", c.text, got, err)
			continue
		}
		if e.Part != c.part || !strings.Contains(e.Reason, c.reason) || e.Target != c.text {
			t.Errorf("%q: part %q, reason %q; want %q, %q", c.text, e.Part, e.Reason, c.part, c.reason)
		}
		if len(c.text) < 200 && !strings.Contains(e.Error(), c.reason) || len(e.Error()) > 500 {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func TestGrammarRefusesAmbiguousNames(t *testing.T) {
	for text, g := range map[string]discovery.Grammar{
		"http://S/m": {Protocols: []string{"http"}, Sources: []discovery.Schemer{registry{"http", nil}}},
		"a+b+c:///S": {Protocols: []string{"a", "a+b"}, Sources: []discovery.Schemer{registry{"c", nil}, registry{"b+c", nil}}},
		"x:///S":     {Sources: []discovery.Schemer{registry{"x", nil}, registry{"x", nil}}},
	} {
		if got, err := g.Parse(text); err == nil || !strings.Contains(err.Error(), "several ways") {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestGrammarWithoutNamesReadsPlainTargets(t *testing.T) {
	got, err := discovery.Grammar{}.Parse("a/b?version=2")
	if err != nil || got.String() != "a/b?version=2" {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := (discovery.Grammar{}).Parse("bolt://a/b"); err == nil || !strings.Contains(err.Error(), "none is configured") {
		t.Errorf("got %v", err)
	}
}

func TestTargetWithoutMethodIsTheSameTargetOtherwise(t *testing.T) {
	target, err := grammar().Parse("bolt+consul:///S/m?tag=a")
	if err != nil {
		t.Fatal(err)
	}
	target.Method = ""
	if got := target.String(); got != "bolt+consul:///S?tag=a" {
		t.Error(got)
	}
}

func TestTargetsSurvivePrintingAndParsing(t *testing.T) {
	name := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_.\-+]{0,12}`)
	value := rapid.StringMatching(`[ -~äß注]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var want discovery.Target
		want.Service = name.Draw(t, "service")
		if rapid.Bool().Draw(t, "method") {
			want.Method = name.Draw(t, "methodName")
		}
		want.Protocol = rapid.SampledFrom([]string{"bolt", "dubbo", ""}).Draw(t, "protocol")
		want.Scheme = rapid.SampledFrom([]string{"", "direct", "consul", "dns+srv", "file", "static"}).Draw(t, "scheme")
		switch want.Scheme {
		case "direct":
			want.Authority = "h:1,[::1]:2"
			want.Protocol = or(want.Protocol, "bolt")
		case "file":
			want.Path = "/" + value.Filter(func(s string) bool { return !strings.HasSuffix(s, "/") }).Draw(t, "path")
		case "static":
			want.Path = "/h:1,[::1]:2"
		}
		if rapid.Bool().Draw(t, "keys") {
			want.Params = params{"group": value.Draw(t, "group"), "version": value.Draw(t, "version")}
		}
		got, err := grammar().Parse(want.String())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: got %+v, %v; want %+v", want, got, err, want)
		}
	})
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func BenchmarkGrammarParse(b *testing.B) {
	g := grammar()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := g.Parse("bolt+consul://agent:8500/com.acme.Greeter/sayHello?tag=v2"); err != nil {
			b.Fatal(err)
		}
	}
}
