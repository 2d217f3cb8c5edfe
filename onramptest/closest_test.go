package onramptest

import "testing"

func TestClosestNameTakesTheFewestEdits(t *testing.T) {
	names := []string{"S/sayHello", "S/sayGoodbye", "Greeter/say", "S/hello"}
	for name, want := range map[string]string{
		"S/sayHelo": "S/sayHello", "S/sayHallo": "S/sayHello", "S/Goodbye": "S/sayGoodbye",
		"greeter/say": "Greeter/say", "S/helo": "S/hello", "": "S/hello",
	} {
		if got := closest(name, names); got != want {
			t.Errorf("closest to %q is %q, want %q", name, got, want)
		}
	}
	if d := distance("kitten", "sitting"); d != 3 {
		t.Errorf("distance is %d, want 3", d)
	}
}
