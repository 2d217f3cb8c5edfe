package main

import (
	"context"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Item is com.acme.Item of Java: its fields bind by name, color and so on.
type Item struct {
	Color string
	Price hessian2.Decimal
	Tags  []string
}

func (Item) JavaClassName() string { return "com.acme.Item" }

// SoldOut is com.acme.SoldOut, a checked exception of the Java interface. It embeds
// what every exception has.
type SoldOut struct {
	hessian2.Exception
	Color string
}

func (SoldOut) JavaClassName() string { return "com.acme.SoldOut" }

// Size is an enum of Java: the type says so by having a class.
type Size string

func (Size) JavaClassName() string { return "com.acme.Size" }

// types are what stands for Java's classes where no Go type says it: in an any, and
// for the exceptions that come back.
func types() hessian2.Option { return hessian2.Register(Item{}, SoldOut{}, Size("")) }

// Find is the arguments of Item find(String color, Size size) throws SoldOut.
type Find struct {
	Color string
	Size  Size
}

// Arguments implements onramp.Arguments: the message is two arguments.
func (f *Find) Arguments() onramp.Args { return onramp.Args{&f.Color, &f.Size} }

// find is the one handler.
func find(_ context.Context, in *Find) (*Item, error) {
	if in.Color == "red" {
		e := &SoldOut{Color: in.Color}
		e.Message = "no " + in.Color + " in " + string(in.Size)
		return nil, e
	}
	price, err := hessian2.ParseDecimal("12.50")
	return &Item{Color: in.Color, Price: price, Tags: []string{"new", string(in.Size)}}, err
}

// String is for the output of this example.
func (i Item) String() string { return fmt.Sprintf("%s for %s, %v", i.Color, i.Price, i.Tags) }
