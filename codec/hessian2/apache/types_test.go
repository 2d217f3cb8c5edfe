package apache_test

import (
	"reflect"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
)

// The types of a team that comes from dubbo-go.

type wheel struct {
	Size int32
}

func (*wheel) JavaClassName() string { return "com.acme.Wheel" }

type Base struct {
	ID string // "id" is found as the name in lower case
}

type car struct {
	Base
	Model  string `hessian:"modelName"`
	Price  float64
	Built  time.Time
	Wheels []*wheel
	Spare  wheel
	Tags   map[string]string
	Names  []string
	Owner  *owner
	Color  color
	Extra  any
	hidden string // found by its name, and not set
}

func (*car) JavaClassName() string { return "com.acme.Car" }

func (c *car) secret() string { return c.hidden }

type owner struct {
	Name string
	Cars []*car
	Self *owner
}

func (*owner) JavaClassName() string { return "com.acme.Owner" }

type color hessian.JavaEnum

const (
	red color = iota
	blue
)

func (color) JavaClassName() string { return "com.acme.Color" }

func (c color) String() string { return [...]string{"RED", "BLUE"}[c] }

func (color) EnumValue(s string) hessian.JavaEnum {
	switch s {
	case "RED":
		return hessian.JavaEnum(red)
	case "BLUE":
		return hessian.JavaEnum(blue)
	}
	return hessian.InvalidJavaEnum
}

// crate is a collection of Java's that the team registered.
type crate struct{ items []any }

func (c *crate) Get() []any          { return c.items }
func (c *crate) Set(v []any)         { c.items = v }
func (*crate) JavaClassName() string { return "com.acme.Crate" }

// point is read by a Serializer of the team's.
type point struct{ X, Y int32 }

func (*point) JavaClassName() string { return "com.acme.Point" }

type points struct{}

func (points) EncObject(e *hessian.Encoder, v hessian.POJO) error {
	p := v.(*point)
	return e.EncodeMapAsClass("com.acme.Point", map[string]any{"x": p.X, "y": p.Y})
}

func (points) DecObject(d *hessian.Decoder, _ reflect.Type, _ *hessian.ClassInfo) (any, error) {
	x, err := d.Decode()
	if err != nil {
		return nil, err
	}
	y, err := d.Decode()
	if err != nil {
		return nil, err
	}
	return &point{x.(int32), y.(int32)}, nil
}

// stream returns a Serializer beside which the types above are registered.
func stream(opts ...apache.Option) *apache.Serializer {
	hessian.RegisterPOJOs(&wheel{}, &car{}, &owner{})
	hessian.RegisterJavaEnum(red)
	hessian.SetCollectionSerialize(&crate{})
	hessian.RegisterPOJO(&point{})
	hessian.SetSerializer("com.acme.Point", points{})
	return apache.New(opts...)
}

// ours are the options by which package hessian2 has the same types.
func ours() []hessian2.Option {
	return []hessian2.Option{hessian2.Register(car{}, owner{}, wheel{}), hessian2.Enum("com.acme.Color", map[color]string{red: "RED", blue: "BLUE"})}
}
