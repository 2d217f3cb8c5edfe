package sample

import (
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// The classes of the package onramp.interop, as Go has them.

// Color is an enum.
type Color string

// JavaClassName names the enum.
func (Color) JavaClassName() string { return "onramp.interop.Color" }

// The constants of Color.
const (
	Red   Color = "RED"
	Green Color = "GREEN"
	Blue  Color = "BLUE"
)

// Car has a field of each common type; pointers are those that may be null.
type Car struct {
	Color   *string
	Mileage int32
	Sold    bool
	Price   float64
	Weight  int64
	Serial  *int64
	Paint   Color
	Built   *time.Time
	Photo   []byte
	Gears   hessian2.Ints
	Tags    []string
	Options map[string]int32
	Next    *Car
	Kids    []*Car
	Extra   any
}

// JavaClassName names the class.
func (Car) JavaClassName() string { return "onramp.interop.Car" }

// Base is the parent of Derived.
type Base struct {
	ID   int32 `hessian:"id"`
	Name string
}

// Derived has a field of the same name as its parent.
type Derived struct {
	Base
	Name string
	More string
}

// JavaClassName names the class.
func (Derived) JavaClassName() string { return "onramp.interop.Derived" }

// Node has a list of its children, which know their parent.
type Node struct {
	Name     string
	Parent   *Node
	Children []*Node
}

// JavaClassName names the class.
func (Node) JavaClassName() string { return "onramp.interop.Node" }

// Nothing has no fields.
type Nothing struct{}

// JavaClassName names the class.
func (Nothing) JavaClassName() string { return "onramp.interop.Nothing" }

// Message is that of interop/proto/echo.proto, for wires with Hessian bodies.
type Message struct {
	Text   string
	Data   []byte
	Number int64
	Sleep  int32
	Tags   []string
	Counts map[string]int32
	Ratio  float64
	Flag   bool
	Inner  *Inner
	Color  Color
	Offset int32
	Packed hessian2.Ints
}

// JavaClassName names the class.
func (Message) JavaClassName() string { return "onramp.interop.Message" }

// Inner nests.
type Inner struct {
	Name  string
	Inner *Inner
}

// JavaClassName names the class.
func (Inner) JavaClassName() string { return "onramp.interop.Inner" }
