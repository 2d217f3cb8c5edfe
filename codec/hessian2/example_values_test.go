package hessian2_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// An object of a class that no Go type stands for keeps its class and fields.
func ExampleObject() {
	o := &hessian2.Object{Class: "com.acme.Car", Fields: []hessian2.Field{{Name: "color", Value: "red"}, {Name: "mileage", Value: int32(10000)}}}
	color, ok := o.Get("color")
	fmt.Println(o, color, ok)
	text, err := json.Marshal(o)
	fmt.Println(string(text), err)
	// Output:
	// com.acme.Car{color: "red", mileage: 10000} red true
	// {"class":"com.acme.Car","color":"red","mileage":10000} <nil>
}

// Lists may contain themselves, and print and become JSON all the same.
func ExampleList() {
	l := &hessian2.List{Type: "java.util.LinkedList", Items: []any{int32(1), "a"}}
	l.Items = append(l.Items, l)
	text, err := json.Marshal(l)
	fmt.Println(l, string(text), err)
	// Output: java.util.LinkedList[1, "a", <cycle>] [1,"a",null] <nil>
}

// A map of Java has keys of any type.
func ExampleMap() {
	m := &hessian2.Map{Entries: []hessian2.Entry{{Key: "a", Value: int32(1)}, {Key: int64(2), Value: true}}}
	v, ok := m.Get(2)
	fmt.Println(m, v, ok)
	// Output: {"a": 1, 2: true} true true
}

func ExampleEqual() {
	a := &hessian2.Object{Class: "com.acme.Car", Fields: []hessian2.Field{{Name: "color", Value: "red"}, {Name: "mileage", Value: int32(1)}}}
	b := &hessian2.Object{Class: "com.acme.Car", Fields: []hessian2.Field{{Name: "mileage", Value: int32(1)}, {Name: "color", Value: "red"}}}
	fmt.Println(hessian2.Equal(a, b), hessian2.Equal(int32(1), int64(1)))
	// Output: true false
}

// A handler returns an exception as its error; its caller asks for the class.
func ExampleNewException() {
	err := error(hessian2.NewException("com.acme.SoldOut", "none left").WithField("code", int32(7)))

	var e *hessian2.Exception
	fmt.Println(errors.As(err, &e), errors.Is(err, hessian2.NewException("com.acme.SoldOut", "")))
	fmt.Println(e.Get("code"))
	fmt.Println(err)
	// Output:
	// true true
	// 7 true
	// com.acme.SoldOut: none left
}

// %+v prints an exception as Java does.
func ExampleException_Format() {
	e := &hessian2.Exception{
		Class: "com.acme.SoldOut", Message: "none left",
		StackTrace: []hessian2.StackTraceElement{{DeclaringClass: "com.acme.Shop", MethodName: "order", FileName: "Shop.java", LineNumber: 42}},
		Cause:      hessian2.NewException("java.io.IOException", "no stock"),
	}
	fmt.Printf("%+v", e)
	// Output:
	// com.acme.SoldOut: none left
	// 	at com.acme.Shop.order(Shop.java:42)
	// Caused by: java.io.IOException: no stock
}

func ExampleParseDecimal() {
	price, err := hessian2.ParseDecimal("12.50")
	total, _ := price.Rat()
	fmt.Println(price, err, total.Mul(total, big.NewRat(2, 1)).FloatString(2))
	// Output: 12.50 <nil> 25.00
}

func ExampleNewDecimal() {
	fmt.Println(hessian2.NewDecimal(1050, 2), hessian2.NewDecimal(1, -3))
	// Output: 10.50 1E+3
}

func ExampleDecimalOf() {
	half, err := hessian2.DecimalOf(big.NewRat(1, 2))
	fmt.Println(half, err)
	_, err = hessian2.DecimalOf(big.NewRat(1, 3))
	fmt.Println(err)
	// Output:
	// 0.5 <nil>
	// hessian2: a fraction with infinitely many decimal places has no Decimal: round it first
}

func ExampleParseUUID() {
	id, err := hessian2.ParseUUID("00112233-4455-6677-8899-aabbccddeeff")
	fmt.Println(id, err)
	// Output: 00112233-4455-6677-8899-aabbccddeeff <nil>
}

func ExampleUUIDOf() {
	fmt.Println(hessian2.UUIDOf(1, 2))
	// Output: 00000000-0000-0001-0000-000000000002
}

// Java's times without a zone, of a time of Go.
func ExampleLocalDateTimeOf() {
	t := time.Date(2024, 2, 29, 12, 34, 56, 0, time.UTC)
	fmt.Println(hessian2.LocalDateTimeOf(t), hessian2.LocalDateOf(t), hessian2.LocalTimeOf(t))
	fmt.Println(hessian2.LocalDateOf(t).In(time.UTC))
	// Output:
	// 2024-02-29T12:34:56 2024-02-29 12:34:56
	// 2024-02-29 00:00:00 +0000 UTC
}

func ExampleInstantOf() {
	i := hessian2.InstantOf(time.Date(2024, 2, 29, 12, 34, 56, 789, time.UTC))
	fmt.Println(i, i.Time().Nanosecond())
	// Output: 2024-02-29T12:34:56.000000789Z 789
}

func ExampleDurationOf() {
	d := hessian2.DurationOf(90 * time.Second)
	fmt.Println(d, d.Duration())
	// Output: PT1M30S 1m30s
}

// Java's times with an offset, of a time of Go.
func ExampleOffsetDateTimeOf() {
	t := time.Date(2024, 2, 29, 12, 34, 56, 0, time.FixedZone("", 19800))
	fmt.Println(hessian2.OffsetDateTimeOf(t), hessian2.ZoneOffsetOf(t))
	// Output: 2024-02-29T12:34:56+05:30 +05:30
}

func ExampleZonedDateTimeOf() {
	z := hessian2.ZonedDateTimeOf(time.Date(2024, 2, 29, 12, 34, 56, 0, time.UTC))
	fmt.Println(z, z.Time())
	// Output: 2024-02-29T12:34:56Z[UTC] 2024-02-29 12:34:56 +0000 UTC
}
