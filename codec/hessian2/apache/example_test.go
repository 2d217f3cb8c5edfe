package apache_test

import (
	"fmt"

	hessian "github.com/apache/dubbo-go-hessian2"

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
