package main

import "time"

// The classes of ../java, as a user of dubbo-go declares them. A string that may be
// null is a pointer: a plain one would turn null into "". JavaClassName has a value
// receiver, which the library needs where it holds no pointer.

// Car has a field of each common type.
type Car struct {
	Color   *string
	Mileage int32
	Sold    bool
	Price   float64
	Weight  int64
	Serial  *int64
	Paint   *Color
	Built   time.Time
	Photo   []byte
	Gears   []int32
	Tags    []string
	Options map[string]int32
	Next    *Car
	Kids    []*Car
	Extra   any
}

// JavaClassName names the class.
func (Car) JavaClassName() string { return "onramp.interop.Car" }

// Base is the parent of Derived, which has a field of the same name.
type Base struct {
	Id   int32
	Name *string
}

// JavaClassName names the class.
func (Base) JavaClassName() string { return "onramp.interop.Base" }

// Derived holds its parent.
type Derived struct {
	Name *string
	More *string
	Base
}

// JavaClassName names the class.
func (Derived) JavaClassName() string { return "onramp.interop.Derived" }

// Node is a tree whose children know their parent.
type Node struct {
	Name     *string
	Parent   *Node
	Children []*Node
}

// JavaClassName names the class.
func (Node) JavaClassName() string { return "onramp.interop.Node" }

// Nothing has no fields.
type Nothing struct{}

// JavaClassName names the class.
func (Nothing) JavaClassName() string { return "onramp.interop.Nothing" }

// Unknown is a class that the driver's side does not register.
type Unknown struct {
	A int32
	B *string
	C *Unknown
}

// JavaClassName names the class.
func (Unknown) JavaClassName() string { return "onramp.interop.Unknown" }

// Message is that of ../proto/echo.proto.
type Message struct {
	Text   *string
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
	Packed []int32
}

// JavaClassName names the class.
func (Message) JavaClassName() string { return "onramp.interop.Message" }

// Inner is a message within a message.
type Inner struct {
	Name  *string
	Inner *Inner
}

// JavaClassName names the class.
func (Inner) JavaClassName() string { return "onramp.interop.Inner" }
