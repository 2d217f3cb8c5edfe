package dubbo_test

import (
	"context"
	"testing"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
)

// registered is a type of a team that comes from dubbo-go.
type registered struct {
	Color   string
	Mileage int32
}

func (*registered) JavaClassName() string { return "com.acme.Registered" }

// The serializer of dubbo-go's users takes the place of ours by one option: their types
// arrive as they are registered, and by name as well.
func TestTheSerializerOfDubboGoTakesOursPlace(t *testing.T) {
	hessian.RegisterPOJO(&registered{})
	drive := func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
		var in registered
		if err := r.Body.Decode(&in); err != nil {
			return nil, err
		}
		p := r.Reply()
		p.Header.Add("k", "v")
		p.Body.Value = &registered{in.Color, in.Mileage + 1}
		return p, nil
	}
	car := map[string]any{"class": "com.acme.Registered", "color": "red", "mileage": 1}
	for what, r := range map[string]*onramp.Request{
		"a call":         {Service: "s", Method: "m", Body: onramp.Body{Value: &registered{"red", 1}}},
		"by name":        named(&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: &registered{"red", 1}}}, "com.acme.Registered"),
		"a map, by name": named(&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: onramp.Args{car}}}, "com.acme.Registered"),
	} {
		exchange(dubbo.New(dubbo.Hessian2(apache.New())), r, drive, func(p *onramp.Response, err error) {
			if err != nil {
				t.Errorf("%s: %v", what, err)
				return
			}
			var out any
			if err := p.Body.Decode(&out); err != nil || p.Header.Get("k") != "v" {
				t.Errorf("%s: %v", what, err)
			}
			switch out := out.(type) {
			case *registered:
				if *out != (registered{"red", 2}) || what != "a call" {
					t.Errorf("%s: %+v", what, out)
				}
			case map[any]any:
				if out["class"] != "com.acme.Registered" || out["mileage"] != int32(2) {
					t.Errorf("%s: %v", what, out)
				}
			default:
				t.Errorf("%s: a %T", what, out)
			}
		})
	}
	var all onramp.Args
	in, _ := newWire(t, dubbo.Hessian2(apache.New())).serve(call("x", int32(7), &registered{"red", 1}))
	if err := in.Body.Decode(&all); err != nil || len(all) != 3 || *all[2].(*registered) != (registered{"red", 1}) {
		t.Errorf("%v, %v", all, err)
	}
}
