package main

import hessian "github.com/apache/dubbo-go-hessian2"

// Color is the enum: on the wire its name.
type Color hessian.JavaEnum

// The colors, by their ordinals.
const (
	red Color = iota
	green
	blue
)

// colors are the names, by their ordinals.
func colors() []string { return []string{"RED", "GREEN", "BLUE"} }

// JavaClassName names the class.
func (Color) JavaClassName() string { return "onramp.interop.Color" }

// String returns the name.
func (c Color) String() string {
	if all := colors(); c >= 0 && int(c) < len(all) {
		return all[c]
	}
	return "?"
}

// EnumValue returns the color of a name.
func (Color) EnumValue(name string) hessian.JavaEnum {
	for i, n := range colors() {
		if n == name {
			return hessian.JavaEnum(i)
		}
	}
	return hessian.InvalidJavaEnum
}
