package oracle

import (
	"maps"
	"testing"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// greeting is a call with arguments.
func greeting(kind onramp.Kind, args ...any) *onramp.Request {
	values := onramp.Args(args)
	r := &onramp.Request{Service: "com.acme.Greeter", Method: "greet", Version: "1.0", Group: "blue", Kind: kind, Body: onramp.Body{Value: &values}}
	r.Header.Add("note", "grüße")
	return r
}

// theirGreeting is the same call of the other library.
func theirGreeting() hessian.Service {
	return hessian.Service{Path: "com.acme.Greeter", Interface: "com.acme.Greeter", Group: "blue", Version: "1.0", Method: "greet", Timeout: 3 * time.Second}
}

func TestOurRequestsAreReadByDubboGo(t *testing.T) {
	each(t, func(t testing.TB, v any) {
		o := newOurs(t)
		for kind, flags := range map[onramp.Kind]hessian.PackageType{
			onramp.Unary: hessian.PackageRequest | hessian.PackageRequest_TwoWay, onramp.Oneway: hessian.PackageRequest,
		} {
			h, c := theirs(t, o.request(1<<40+7, 3*time.Second, greeting(kind, arrays(v), "last")))
			if h.Type != flags || h.ID != 1<<40+7 || h.SerialID != 2 {
				t.Errorf("kind %v: it reads the header %+v", kind, h)
			}
			got := make([]any, 7)
			if err := c.ReadBody(got); err != nil {
				t.Fatal(err)
			}
			checkTheirRequest(t, got, kind)
			args := got[5].([]any)
			if len(args) != 2 || args[1] != "last" {
				t.Fatalf("it reads the arguments %v", args)
			}
			if err := same(args[0], v); err != nil {
				t.Error(err)
			}
		}
	})
}

// checkTheirRequest compares what stands around the arguments.
func checkTheirRequest(t testing.TB, got []any, kind onramp.Kind) {
	t.Helper()
	if got[0] != "2.0.2" || got[1] != "com.acme.Greeter" || got[2] != "1.0" || got[3] != "greet" {
		t.Errorf("it reads the names %.300v", got[:4])
	}
	want := map[string]string{"path": "com.acme.Greeter", "interface": "com.acme.Greeter", "version": "1.0", "group": "blue", "note": "grüße", "dubbo": "2.0.2"}
	if kind == onramp.Unary {
		want["timeout"] = "3000"
	}
	if have := got[6].(map[string]string); !maps.Equal(have, want) {
		t.Errorf("it reads the attachments %v, want %v", have, want)
	}
}

func TestOurRequestsWithoutArgumentsAreReadByDubboGo(t *testing.T) {
	r := greeting(onramp.Unary)
	r.Version, r.Group, r.Header = "", "", onramp.Header{}
	_, c := theirs(t, newOurs(t).request(7, 0, r))
	got := make([]any, 7)
	if err := c.ReadBody(got); err != nil {
		t.Fatal(err)
	}
	if got[2] != nil || got[4] != "" || len(got[5].([]any)) != 0 {
		t.Errorf("it reads %v", got)
	}
	if have := got[6].(map[string]string); have["group"] != "" || have["version"] != "" || have["timeout"] != "" {
		t.Errorf("it reads the attachments %v", have)
	}
}

func TestDubboGosRequestsAreReadByUs(t *testing.T) {
	each(t, func(t testing.TB, v any) {
		o := newOurs(t)
		for flags, kind := range map[hessian.PackageType]codec.FrameKind{
			hessian.PackageRequest_TwoWay: codec.Request, hessian.PackageRequest: codec.Oneway,
		} {
			req := hessian.NewRequest([]any{v, "last"}, map[string]string{"note": "grüße"})
			f, r := o.open(write(t, theirGreeting(), hessian.DubboHeader{Type: flags, ID: 1<<40 + 7}, req))
			if f.Kind != kind || f.ID != 1<<40+7 || f.Serializer != 2 || f.Timeout != 3*time.Second {
				t.Errorf("the frame is of kind %v, id %d, serialization %d, timeout %s", f.Kind, f.ID, f.Serializer, f.Timeout)
			}
			if r.Service != "com.acme.Greeter" || r.Method != "greet" || r.Version != "1.0" || r.Group != "blue" {
				t.Errorf("the call is of %q %q %q %q", r.Service, r.Method, r.Version, r.Group)
			}
			if n := r.Header.Get("note"); n != "grüße" {
				t.Errorf("the attachment note is %q", n)
			}
			var args onramp.Args
			if err := r.Body.Decode(&args); err != nil {
				t.Fatal(err)
			}
			if len(args) != 2 || args[1] != "last" {
				t.Fatalf("the arguments are %.200v", args)
			}
			if err := same(args[0], v); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestDubboGosRequestsDecodeIntoOurTypes(t *testing.T) {
	o := newOurs(t)
	in := &Car{Color: "red", Mileage: 7, Tags: []string{"fast"}, Next: &Car{Color: "blue"}}
	req := hessian.NewRequest([]any{in, int32(7), []any{"a", "b"}}, nil)
	_, r := o.open(write(t, theirGreeting(), hessian.DubboHeader{Type: hessian.PackageRequest_TwoWay, ID: 7}, req))
	var car Car
	var n int
	var words []string
	args := onramp.Args{&car, &n, &words}
	if err := r.Body.Decode(&args); err != nil {
		t.Fatal(err)
	}
	if err := same(&car, in); err != nil {
		t.Error(err)
	}
	if n != 7 || len(words) != 2 || words[1] != "b" {
		t.Errorf("the arguments are %d and %v", n, words)
	}
}
