package apache_test

import (
	"fmt"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
)

// Book is a type as dubbo-go has them.
type Book struct {
	Title string
	Pages int32
}

// JavaClassName is asked by dubbo-go-hessian2.
func (*Book) JavaClassName() string { return "com.example.Book" }

// A service that comes from dubbo-go keeps its types and their registration.
func Example() {
	hessian.RegisterPOJO(&Book{})
	stream := apache.New()
	body, err := stream.Append(nil, &Book{Title: "The Castle", Pages: 416})
	if err != nil {
		fmt.Println(err)
		return
	}
	var book *Book
	if err := stream.Decode(body, &book); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(book.Title, book.Pages)
	// Output: The Castle 416
}

// Objects of classes that are not registered are an error, unless it is allowed.
func ExampleUnknownClasses() {
	body := []byte("C\x0fcom.example.Pen\x91\x05color`\x03red")
	var v any
	fmt.Println(apache.New().Decode(body, &v) != nil)
	fmt.Println(apache.New(apache.UnknownClasses()).Decode(body, &v), v)
	// Output:
	// true
	// <nil> map[_class:com.example.Pen color:red]
}

// Limits bound what bodies may ask for, as those of hessian2.New do.
func ExampleWithLimits() {
	stream := apache.New(apache.WithLimits(hessian2.Limits{Depth: 2}))
	fmt.Println(stream.Decode([]byte("yyyx"), new(any)))
	fmt.Println(apache.New(apache.WithLimits(hessian2.Limits{Depth: -1})).Check())
	// Output:
	// hessian2: byte 3 of 4: the values nest deeper than 2 (Limits.Depth)
	// hessian2: Limits.Depth is -1, want 1 to 1000, or 0 for 64
}

// A process that called hessian.SetTagIdentifier("json") says so here.
func ExampleTag() {
	fmt.Println(apache.New(apache.Tag("json")).Check())
	fmt.Println(apache.New(apache.Tag("")).Check())
	// Output:
	// <nil>
	// apache.Tag: the key of struct tags is empty
}
