package client

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/policy"
)

func TestSettingsAreForServicesAndNotForMethods(t *testing.T) {
	c := dial(t, echo)
	p := &policy.Service{}
	for name, want := range map[string]string{
		"com.acme.Greeter/sayHello":   `names a method: want the service's name alone, "com.acme.Greeter"`,
		"":                            "the service's name is empty",
		"bolt://h:1/com.acme.Greeter": "is a target",
		"com.acme.Greeter":            "",
		"team/Greeter":                "",
	} {
		_, withPolicy := New(WithCodec(named("fake")), WithPolicy(p, name))
		_, withPlan := New(WithCodec(named("fake")), WithPlan(name, feature.InProcess()))
		for by, err := range map[string]error{"WithPolicy": withPolicy, "WithPlan": withPlan, "SetPolicy": c.SetPolicy(name, p), "SetPlan": c.SetPlan(name, nil)} {
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), by)) {
				t.Errorf("%s(%q): %v, want %q", by, name, err, want)
			}
		}
	}
}

func TestWrongOptionsOfAClientAreToldAllAtOnce(t *testing.T) {
	_, err := New(WithLogger(nil), nil, WithDialer(nil), WithCodec(named("fake")))
	for _, want := range []string{"WithLogger", "option 2 is nil", "WithDialer"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestWrongMethodOptionsAreTold(t *testing.T) {
	for want, o := range map[string]MethodOption{"option 1 is nil": nil, "the option Timeout is 0, want 1ms or more": Timeout(0), "Timeout is -5s": Timeout(-5e9)} {
		if err := MethodOf[message, message](dial(t, echo), "S/m", o).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
